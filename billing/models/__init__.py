"""Goods, stock, the cart and the bill."""

from billing.models.bill import Bill, BillLine, Payment, PaymentMethod
from billing.models.cart import Cart, CartLine
from billing.models.product import Product, Unit
from billing.models.record_bill import RecordBill
from billing.models.stock import Batch, MovementReason, StockMovement

__all__ = [
    "Batch",
    "Bill",
    "BillLine",
    "Cart",
    "CartLine",
    "MovementReason",
    "Payment",
    "PaymentMethod",
    "Product",
    "RecordBill",
    "StockMovement",
    "Unit",
]
