"""The screens of the shop: the counter, its bills, the shelves."""
