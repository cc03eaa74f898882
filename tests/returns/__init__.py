"""Goods come back to the batches they came from, and money by the order of the house; the books stay sound."""
