"""Goods, stock, the cart and the bill."""

from billing.models.bill import Bill, BillLine
from billing.models.bill_finding import BillStatus
from billing.models.cart import Cart, CartLine
from billing.models.cart_return import CartReturn
from billing.models.correction import BillMove, MethodChange, Reassignment
from billing.models.credit_note import CreditNote, CreditNoteLine, CreditNoteMoney, NoteWay
from billing.models.old_books import BooksRun, BooksRunLine, OldBooks, OldDebt, OldDebtPayment, Outcome, RunKind
from billing.models.payment import Payment, PaymentMethod
from billing.models.printing import PrintWay, ReceiptPrint
from billing.models.product import Product, Unit
from billing.models.product_barcode import ProductBarcode
from billing.models.record_bill import RecordBill
from billing.models.returns import MoneyBack, Return, ReturnLine, Way
from billing.models.shortage import ShortageSettlement, StockShortage
from billing.models.stock import AdjustmentKind, Batch, MovementReason, StockAdjustment, StockMovement

__all__ = [
    "AdjustmentKind",
    "Batch",
    "Bill",
    "BillLine",
    "BillMove",
    "BillStatus",
    "BooksRun",
    "BooksRunLine",
    "Cart",
    "CartLine",
    "CartReturn",
    "CreditNote",
    "CreditNoteLine",
    "CreditNoteMoney",
    "MethodChange",
    "MoneyBack",
    "MovementReason",
    "NoteWay",
    "OldBooks",
    "OldDebt",
    "OldDebtPayment",
    "Outcome",
    "Payment",
    "PaymentMethod",
    "PrintWay",
    "Product",
    "ProductBarcode",
    "Reassignment",
    "ReceiptPrint",
    "RecordBill",
    "Return",
    "ReturnLine",
    "ShortageSettlement",
    "StockAdjustment",
    "RunKind",
    "StockMovement",
    "StockShortage",
    "Unit",
    "Way",
]
