"""Goods and sales in the admin: products and batches through the same services as the screens, the rest to read."""

from billing.admin import bills, corrections, goods, returns

__all__ = ["bills", "corrections", "goods", "returns"]
