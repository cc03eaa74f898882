"""The counter in a real browser."""
