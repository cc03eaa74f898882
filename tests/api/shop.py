"""A shop with one of everything that a call of the JSON API can name, and people who call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from advances.models import AdvancePayment, Appointment, Booking, Enquiry
from advances.tests.factories import appointment_of, booking_of, enquiry_of, paid_ahead
from billing.models import Bill, BillLine, Product
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import set_credit_account
from debts.tests.factories import owes
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller
from viveka.stores.tests.factories import StoreFactory

COSTS = ("61.37", "63.11")  # no other amount in these tests looks like them
_fresh = count(1)


@dataclass(frozen=True)
class Shop:
    """A store in which there is plenty of everything: each call can be made a thousand times."""

    store: Store
    manager: Caller
    cashier: Caller
    customer: Customer
    product: Product
    bill: Bill
    line: BillLine
    advance: AdvancePayment
    debt: Debt
    appointment: Appointment
    booking: Booking
    enquiry: Enquiry
    numbers: Any = field(default=_fresh)

    @property
    def today(self) -> date:
        return self.store.day_of(timezone.now())

    def fresh(self) -> int:
        """A number that was not used before, for what is there once."""
        return next(self.numbers)

    def phone(self) -> str:
        """Of somebody who is not on record."""
        return f"+9190000{self.fresh():05d}"

    def caller(self, needs: str) -> Caller:
        return self.manager if needs == "manager" else self.cashier


@contextmanager
def taken_back(about: object) -> Iterator[None]:
    """What is written in here is taken back, so that many calls share one shop; a failure says what it was about."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    except BaseException as error:
        error.add_note(f"It was {about}.")
        raise


def open_shop(**store: Any) -> Shop:
    """Of a bill on credit and out of an advance, with much left of what it used."""
    opened = StoreFactory(**store)
    manager, cashier = Caller(opened, "manager"), Caller(opened, "cashier")
    by = cashier.user
    customer = CustomerFactory(store=opened, name="John Doe", phone="+919876543210")
    product = stocked_product(
        opened, batches=[(100, COSTS[0], 100), (90_000, COSTS[1], 110)], by=by, name="Sugar", barcode="890"
    )
    set_credit_account(customer=customer, by=manager.user, credit_limit=Decimal(9_000_000), terms_days=15)
    debt = owes(customer, 90_000, by=by)
    advance = paid_ahead(customer, 90_000, by=by)
    tenders = [Tender("credit", Decimal(50_000)), Tender("advance", Decimal(20)), Tender("cash")]
    bill = sell(opened, by, [(product, 5_000)], tenders=tenders, buyer=Buyer(customer_id=customer.pk)).bill
    phone = str(customer.phone)
    return Shop(
        opened, manager, cashier, customer, product, bill, bill.lines.order_by("position")[1], advance, debt,
        appointment_of(opened, phone, by=by), booking_of(opened, phone, by=by), enquiry_of(opened, phone),
    )  # fmt: skip
