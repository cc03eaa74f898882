from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from advances.models import Appointment, Booking
from billing.models.product import Product
from billing.models.stock import Batch
from customers.models import Customer
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned, User
from viveka.stores.money import ZERO

WORD = ["allowed_by", "allowed_why", "allowed_amount", "allowed_quantity"]
"""The fields of a manager's word on a line."""


def allowed_with_a_reason() -> Q:
    """A manager's word has a name and a reason, or there is none."""
    nobody = Q(allowed_by__isnull=True, allowed_why="")
    return nobody | (Q(allowed_by__isnull=False) & ~Q(allowed_why=""))


class CartQuerySet(models.QuerySet["Cart"]):
    def unfinished(self) -> "CartQuerySet":
        """Not billed, and not given up."""
        return self.filter(bill__isnull=True, dropped_at__isnull=True)

    def current(self, store: Store, by: User, machine: str | None = None) -> "Cart | None":
        """The cart in front of this person, at this machine (None: at any) or not tied to one."""
        carts = self.unfinished().filter(store=store, by=by, held_at__isnull=True)
        if machine is not None:
            carts = carts.filter(machine__in=["", machine])
        return carts.select_related("comes_back__bill").order_by("-created_at").first()

    def for_no_key_update(self) -> "CartQuerySet":
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Cart(StoreOwned):
    """An unfinished sale. It has no number; it makes at most one bill (`Bill.cart` is unique)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by = StaffField()
    customer = StoreForeignKey(Customer, null=True, related_name="carts")
    phone = models.CharField(max_length=40, blank=True)  # as typed
    customer_name = models.CharField(max_length=200, blank=True)  # as typed
    appointment = StoreForeignKey(Appointment, null=True, related_name="carts")  # which this sale is for
    booking = StoreForeignKey(Booking, null=True, related_name="carts")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    dropped_at = models.DateTimeField(null=True)
    discount = MoneyField(default=ZERO)  # on the whole
    held_at = models.DateTimeField(null=True)  # put aside, to be taken up again by anybody
    machine = models.CharField(max_length=32, blank=True)  # where it is open; "" until it is touched at a counter
    served_by = StaffField(null=True)  # of the lines put in from now on; None: whoever is at the counter

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("appointment"),
            StoreKey("booking"),
            models.CheckConstraint(
                name="cart_of_at_most_one_record",
                condition=Q(appointment__isnull=True) | Q(booking__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "by", "-created_at"], name="cart_of_a_person", condition=Q(dropped_at__isnull=True)
            ),
            models.Index(
                fields=["store", "-created_at"], name="cart_newest_first", condition=Q(dropped_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Cart of {self.by}"

    def get_absolute_url(self) -> str:
        return reverse("billing:counter")

    @property
    def record_key(self) -> tuple[str, UUID] | None:
        """Kind and key of the appointment or booking that this sale is for."""
        if self.appointment_id:
            return "appointment", self.appointment_id
        return ("booking", self.booking_id) if self.booking_id else None


class CartLine(StoreOwned):
    """A product in a cart at one price. The same product again adds to its line, or, where packets of it with several
    prices are in the cart, to the line of it that was touched last."""

    cart = StoreForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = StoreForeignKey(Product, related_name="+")
    quantity = QuantityField()
    price = MoneyField(null=True)  # typed by the cashier; None: the price of the batches
    discount = MoneyField(default=ZERO)
    amount = MoneyField(null=True)  # sold for this money: the quantity follows from it
    packet = StoreForeignKey(Batch, null=True, related_name="+", db_index=False)  # whose price is printed on it
    served_by = StaffField(null=True)
    # A manager's word that it may be sold below cost, as long as it brings so much money for so much of it.
    allowed_by = StaffField(null=True)
    allowed_why = models.CharField(max_length=500, blank=True)
    allowed_amount = MoneyField(null=True)
    allowed_quantity = QuantityField(null=True)
    updated_at = models.DateTimeField(auto_now=True)  # when how much of it, or at what price, was last said

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("cart"),
            StoreKey("product"),
            StoreKey("packet"),
            models.CheckConstraint(
                name="cart_line_amount_is_money", condition=Q(amount__isnull=True) | Q(amount__gte="0.01")
            ),
            models.CheckConstraint(name="cart_line_allowed_with_a_reason", condition=allowed_with_a_reason()),
            models.CheckConstraint(
                name="cart_line_word_has_a_figure",
                condition=Q(allowed_by__isnull=True, allowed_amount__isnull=True, allowed_quantity__isnull=True)
                | Q(allowed_by__isnull=False, allowed_amount__isnull=False, allowed_quantity__gt=0),
            ),
            models.UniqueConstraint(
                name="cart_line_once_per_price", fields=["cart", "product", "packet", "price"], nulls_distinct=False
            ),
            models.CheckConstraint(name="cart_line_has_a_quantity", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.product}"

    def take_word(self, by: User, why: str, amount: Decimal, quantity: Decimal) -> None:
        """A manager lets it go below cost down to `amount` for `quantity` of it. Not saved."""
        self.allowed_by, self.allowed_why = by, why
        self.allowed_amount, self.allowed_quantity = amount, quantity

    def forget_word(self) -> None:
        """No manager's word holds any longer. Not saved."""
        self.allowed_by, self.allowed_why = None, ""
        self.allowed_amount, self.allowed_quantity = None, None
