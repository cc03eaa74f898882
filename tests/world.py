"""Two stores, each with one of everything, for the sweeps over every URL."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from advances.models import AdvancePayment, Deduction, Record
from advances.services import Line
from advances.tests.factories import appointment_of, booking_of, enquiry_of, paid_ahead
from billing.models import (
    Bill,
    BillMove,
    Cart,
    CartLine,
    CartReturn,
    CreditNote,
    CreditNoteLine,
    CreditNoteMoney,
    MethodChange,
    MoneyBack,
    Payment,
    Product,
    Reassignment,
    ReceiptPrint,
    RecordBill,
    ReturnLine,
    ShortageSettlement,
    StockMovement,
    StockShortage,
)
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.credit_notes import NoteItem
from billing.services.record_sales import carry_to_counter
from billing.services.tender import Tender
from billing.tests.factories import (
    credit_of,
    filled_cart,
    put_right,
    sell,
    short_of_and_put_right,
    stocked_product,
    take_back,
)
from billing.tests.till_factories import counted_till
from customers.models import Customer, LikelyPair, Merge
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from tests.world_debts import ROW_OF_DEBTS, Debts, make_debts
from viveka.legacy.tests.factories import ROW_OF_OLD_BOOKS, make_old_books
from viveka.merge.merging import merge_customers
from viveka.stores.models import ApiToken, Membership, PinTry, Store, TillCount, TillEntry, TillSession, User
from viveka.stores.tests.factories import MembershipFactory, StoreFactory


@dataclass(frozen=True)
class Shop:
    """A store with its people, and one of each kind of record."""

    store: Store
    staff: dict[str, Membership]
    customer: Customer
    product: Product
    service: Product
    open_item: Product
    """Sold by price, to be completed."""
    bill: Bill
    cart: Cart
    line: CartLine
    namesake: Customer
    gone: Customer
    """Deleted."""
    merge: Merge
    likely: LikelyPair
    debts: Debts
    advance: AdvancePayment
    """Used in part for a second bill."""
    records: dict[str, Record]
    """An appointment, a booking and an enquiry, all open."""
    till: TillSession
    """Counted and handed over: another one is open at the same till."""

    def person(self, role: str) -> User:
        return self.staff[role].user


@dataclass(frozen=True)
class World:
    ours: Shop
    theirs: Shop
    root: User


def make_shop() -> Shop:
    store = StoreFactory()
    staff = {role: MembershipFactory(store=store, role=role) for role in ("cashier", "auditor", "manager")}
    cashier, manager = staff["cashier"].user, staff["manager"].user
    ApiToken.objects.issue(store=store, user=cashier, name="Mobile till")
    customer = CustomerFactory(store=store)
    product = stocked_product(store, batches=[(50, 80, 100)], by=manager)
    short_of_and_put_right(store, product, by=manager)
    service = stocked_product(store, batches=[], selling_price=200, stock_policy="none")
    broom = stocked_product(store, batches=[], selling_price=45, stock_policy="none", to_complete=True)
    bill = sell(store, cashier, [(product, 2)], buyer=Buyer(phone=customer.phone)).bill
    take_back(bill, 1, by=manager)
    cart = filled_cart(store, cashier, [(product, 1)])
    filled_cart(store, manager, [(product, 1)])
    namesake, gone, loser = CustomerFactory.create_batch(3, store=store)
    now = timezone.now()
    delete_customer(store=store, pk=gone.pk, by=manager, now=now)
    merge = merge_customers(store=store, survivor_id=namesake.pk, loser_id=loser.pk, by=manager, now=now)
    PinTry.objects.create(membership=staff["manager"], by=cashier, what="pass a credit limit", is_right=False, at=now)
    likely = LikelyPair.objects.create(store=store, first=customer, second=namesake, bits=20, reasons="name")
    debts = make_debts(store, cashier, manager)
    advance, phone = paid_ahead(customer, 500, by=cashier), str(customer.phone)
    sell(store, cashier, [(product, 1)], buyer=Buyer(phone=customer.phone), tenders=[Tender("advance")])
    records: dict[str, Record] = {
        "appointment": appointment_of(store, phone, advance=100, by=cashier),
        "booking": booking_of(store, phone, by=cashier),
        "enquiry": enquiry_of(store, phone),
    }
    _bill_a_booking(store, cashier, product, phone)
    credit_of(store, manager, NoteItem(product.pk, Decimal(1), Decimal(90)))
    put_right(bill, bill.payments.get(), advance, manager)
    till = counted_till(store, cashier)
    make_old_books(store, manager)
    return Shop(
        store, staff, customer, product, service, broom, bill, cart, cart.lines.get(), namesake, gone, merge, likely,
        debts, advance, records, till,
    )  # fmt: skip


def _bill_a_booking(store: Store, cashier: User, product: Product, phone: str) -> None:
    booking = booking_of(store, phone, lines=[Line(product.name, product_id=product.pk)], by=cashier)
    cart = carry_to_counter(store=store, by=cashier, kind="booking", pk=booking.pk).cart
    complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())


def make_world() -> World:
    return World(make_shop(), make_shop(), User.objects.create_superuser("root", password="a long one 7"))


def _first(rows: Any) -> Any:
    return rows.first().pk


RECORDS = ("appointment", "booking", "enquiry")

# For each model in the admin: a key of the shop's own row. The sweep fails for a model without an entry.
ROW_OF: dict[str, Any] = {
    "stores.store": lambda shop: shop.store.pk,
    "stores.membership": lambda shop: shop.staff["cashier"].pk,
    "stores.pintry": lambda shop: _first(PinTry.objects.filter(membership__store=shop.store)),
    "stores.till": lambda shop: shop.till.till_id,
    "stores.tillsession": lambda shop: shop.till.pk,
    "stores.tillentry": lambda shop: _first(TillEntry.objects.filter(session=shop.till)),
    "stores.tillcount": lambda shop: _first(TillCount.objects.filter(session=shop.till)),
    "stores.tillchange": lambda shop: _change(shop.till.till),
    "customers.customer": lambda shop: shop.customer.pk,
    "billing.product": lambda shop: shop.product.pk,
    "billing.batch": lambda shop: _first(shop.product.batches),
    "billing.stockmovement": lambda shop: _first(StockMovement.objects.filter(store=shop.store)),
    "billing.bill": lambda shop: shop.bill.pk,
    "billing.billline": lambda shop: _first(shop.bill.lines),
    "billing.payment": lambda shop: _first(Payment.objects.filter(bill=shop.bill)),
    **ROW_OF_DEBTS,
    **ROW_OF_OLD_BOOKS,
    "advances.advancepayment": lambda shop: shop.advance.pk,
    "advances.deduction": lambda shop: _first(Deduction.objects.filter(store=shop.store)),
    "advances.utilization": lambda shop: _first(shop.advance.utilizations),
    "advances.walletentry": lambda shop: _first(shop.advance.entries),
    "billing.return": lambda shop: _first(shop.bill.returns),
    "billing.returnline": lambda shop: _first(ReturnLine.objects.filter(goods_return__bill=shop.bill)),
    "billing.moneyback": lambda shop: _first(MoneyBack.objects.filter(goods_return__bill=shop.bill)),
    **{
        f"billing.{model._meta.model_name}": lambda shop, model=model: _first(model.objects.filter(store=shop.store))
        for model in (
            CreditNote,
            CreditNoteLine,
            CreditNoteMoney,
            BillMove,
            MethodChange,
            Reassignment,
            ReceiptPrint,
            CartReturn,
        )
    },
    **{f"advances.{kind}": lambda shop, kind=kind: shop.records[kind].pk for kind in RECORDS},
    **{f"advances.{kind}change": lambda shop, kind=kind: _change(shop.records[kind]) for kind in RECORDS},
    "billing.recordbill": lambda shop: _first(RecordBill.objects.filter(store=shop.store)),
    "stores.storechange": lambda shop: _change(shop.store),
    "stores.membershipchange": lambda shop: _change(shop.staff["cashier"]),
    "customers.customerchange": lambda shop: _change(shop.customer),
    "billing.stockadjustment": lambda shop: _first(shop.product.adjustments),
    "billing.stockshortage": lambda shop: _first(StockShortage.objects.filter(store=shop.store)),
    "billing.shortagesettlement": lambda shop: _first(ShortageSettlement.objects.filter(store=shop.store)),
    "billing.productbarcode": lambda shop: _first(shop.product.barcodes),
    "billing.productbarcodechange": lambda shop: _change(shop.product.barcodes.first()),
    "billing.productchange": lambda shop: _change(shop.product),
    "billing.batchchange": lambda shop: _change(shop.product.batches.first()),
}
# Models whose pages are the superuser's alone.
SUPERUSERS = {
    "stores.user",
    "auth.group",
    "admin.logentry",
    "axes.accessattempt",
    "axes.accesslog",
    "axes.accessfailurelog",
}


def _change(record: Any) -> int:
    return int(type(record).pgh_event_model.objects.filter(pgh_obj=record.pk).first().pk)
