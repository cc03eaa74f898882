from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment
from billing.models import triggers
from billing.models.bill_finding import NAMES_SOMEBODY, BillQuerySet, BillStatus, buyer_words
from billing.models.cart import Cart, allowed_with_a_reason
from billing.models.old_books import OldBooks
from billing.models.product import Product, Unit
from customers.models import Customer
from debts.models import DebtPayment
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, SignedMoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import StoreOwned
from viveka.stores.money import ZERO

NOTHING = Decimal(0)


class Bill(StoreOwned):
    """A finished sale; never changed afterwards. Lines and payments are written first, the bill closes them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=40)  # the store's own: at most 16 characters
    year = models.CharField("financial year", max_length=4)
    sequence = models.PositiveIntegerField(null=True)  # None: out of old books, in no series of the store
    imported_from = StoreForeignKey(OldBooks, null=True, related_name="bills", db_index=False)
    cart = models.OneToOneField(Cart, on_delete=models.PROTECT, null=True, related_name="bill", db_constraint=False)
    at = models.DateTimeField()
    day = models.DateField()  # the store's own calendar day of `at`
    created_at = models.DateTimeField(default=timezone.now)
    cashier = StaffField()

    customer = StoreForeignKey(Customer, null=True, related_name="bills", db_index=False)
    customer_number = models.CharField(max_length=20, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    customer_phone = models.CharField(max_length=16, blank=True)
    for_name = models.CharField("for or by whom", max_length=200, blank=True)

    subtotal = MoneyField()
    discount = MoneyField(default=ZERO)
    rounding = SignedMoneyField(default=ZERO)
    total = MoneyField()
    total_cost = MoneyField()
    change = MoneyField(default=ZERO)
    reference_number = models.CharField(max_length=80, blank=True)

    # Where the money handed over above the total went, if it was not given back as change.
    debt_payment = StoreForeignKey(DebtPayment, null=True, related_name="bills", db_index=False)
    kept_advance = StoreForeignKey(AdvancePayment, null=True, related_name="bills", db_index=False)

    # Of a bill that was read `with_status`.
    status: str
    returned_total: Decimal
    returned_cost: Decimal
    settled_cost: Decimal
    is_short: bool

    objects = BillQuerySet.as_manager()

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("cart"),
            StoreKey("debt_payment"),
            StoreKey("kept_advance"),
            models.UniqueConstraint(
                name="bill_debt_payment_once", fields=["debt_payment"], condition=Q(debt_payment__isnull=False)
            ),
            models.UniqueConstraint(
                name="bill_kept_advance_once", fields=["kept_advance"], condition=Q(kept_advance__isnull=False)
            ),
            models.CheckConstraint(
                name="bill_money_above_goes_one_way",
                condition=Q(debt_payment__isnull=True, kept_advance__isnull=True)
                | Q(customer__isnull=False, debt_payment__isnull=True)
                | Q(customer__isnull=False, kept_advance__isnull=True),
            ),
            StoreKey("imported_from"),
            models.UniqueConstraint(
                name="bill_number_once", fields=["store", "number", "imported_from"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="bill_is_in_one_series",
                condition=Q(imported_from__isnull=True, sequence__isnull=False)
                | Q(imported_from__isnull=False, sequence__isnull=True, cart__isnull=True, total_cost=0),
            ),
            models.UniqueConstraint(name="bill_sequence_once", fields=["store", "year", "sequence"]),
            models.CheckConstraint(
                name="bill_total_adds_up", condition=Q(total=F("subtotal") - F("discount") + F("rounding"))
            ),
            models.CheckConstraint(
                name="bill_names_its_customer",
                condition=Q(customer__isnull=False) & ~Q(customer_number="")
                | Q(customer__isnull=True, customer_number="", customer_name="", customer_phone="", for_name="")
                | Q(imported_from__isnull=False, customer__isnull=True, customer_number="", for_name=""),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-at", "-id"], name="bill_newest_first"),
            models.Index(
                fields=["store", "customer", "-at"], name="bill_of_customer", condition=Q(customer__isnull=False)
            ),
            models.Index(fields=["store", "customer_phone"], name="bill_by_phone", condition=~Q(customer_phone="")),
            models.Index(fields=["store", "day"], name="bill_by_day"),
            GinIndex(buyer_words(), name="bill_by_buyer", condition=NAMES_SOMEBODY),
        ]
        triggers = [
            *append_only(
                moved_by_merge=["customer"],
                blanked_by_erasure=["customer_name", "customer_phone", "for_name"],
                corrected=[
                    "customer_number",
                    "customer_name",
                    "customer_phone",
                    "for_name",
                    "debt_payment",
                    "kept_advance",
                ],
            ),
            triggers.bill_adds_up,
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("billing:bill", args=[self.pk])

    @property
    def is_imported(self) -> bool:
        """Out of old books: what it cost is not known, and nothing left the shelf."""
        return self.imported_from_id is not None

    @property
    def profit(self) -> Any:
        return self.total - self.total_cost

    @property
    def kept_total(self) -> Any:
        """What of the total did not come back; for a bill read `with_status`, as the three below."""
        return self.total - self.returned_total

    @property
    def kept_cost(self) -> Any:
        """What its goods cost as far as it is known: also of those that came in after they were sold."""
        return self.total_cost + self.settled_cost - self.returned_cost

    @property
    def kept_profit(self) -> Any:
        return self.kept_total - self.kept_cost

    @property
    def status_text(self) -> str:
        return str(BillStatus(self.status).label)

    @property
    def kept(self) -> Any:
        """What of the cash handed over was kept for the customer (`debt_payment` and `kept_advance` at hand)."""
        part = self.debt_payment or self.kept_advance
        return part.amount if part else ZERO


class BillLine(StoreOwned):
    """A product at one price. `total` is the line's part of the bill, its share of discount and rounding in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bill = StoreForeignKey(Bill, related_name="lines", db_index=False)
    product = StoreForeignKey(Product, related_name="bill_lines")
    position = models.PositiveSmallIntegerField()
    item = models.PositiveSmallIntegerField(db_default=1)  # which of the things asked for, 1 first
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=8, choices=Unit)
    quantity = QuantityField()
    price = MoneyField()
    subtotal = MoneyField()
    discount = MoneyField(default=ZERO)
    rounding = SignedMoneyField(default=ZERO)
    total = MoneyField()
    cost = MoneyField()
    note = models.CharField(max_length=200, blank=True)
    by_amount = models.BooleanField("sold for this money", default=False, db_default=False)
    is_cost_unknown = models.BooleanField("cost unknown", default=False, db_default=False)
    served_by = StaffField(null=True)  # None: the cashier
    allowed_by = StaffField(null=True)  # the manager who let it go below cost
    allowed_why = models.CharField(max_length=500, blank=True, default="", db_default="")
    returned = QuantityField(default=NOTHING, db_default=NOTHING, editable=False)  # one writer: services.returns

    settled_cost: Any = ZERO
    """What goods of it cost that came in after they were sold, where the line was read with it."""

    class Meta:
        ordering = ["position"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill"),
            StoreKey("product"),
            models.UniqueConstraint(name="bill_line_position_once", fields=["bill", "position"]),
            models.CheckConstraint(name="bill_line_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="bill_line_allowed_with_a_reason", condition=allowed_with_a_reason()),
            models.CheckConstraint(
                name="bill_line_of_unknown_cost_has_none", condition=Q(is_cost_unknown=False) | Q(cost=0)
            ),
            models.CheckConstraint(
                name="bill_line_adds_up", condition=Q(total=F("subtotal") - F("discount") + F("rounding"))
            ),
            models.CheckConstraint(
                name="bill_line_returned_at_most_what_was_sold", condition=Q(returned__lte=F("quantity"))
            ),
        ]
        triggers = [
            *append_only(may_change=["returned"], blanked_by_erasure=["allowed_why"]),
            triggers.nothing_added_to_a_bill("lines"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"

    @property
    def known_cost(self) -> Any:
        return self.cost + self.settled_cost

    @property
    def profit(self) -> Any:
        return self.total - self.known_cost

    @property
    def left(self) -> Any:
        """What was sold and not returned yet."""
        return self.quantity - self.returned
