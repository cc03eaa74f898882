"""Writes the demo store, everything through the services that a shop uses, in parts of a few hundred events.

Interrupted, it goes on where it stopped: the story is the same for the same start, each event makes one batch or one
bill, and so their number tells how far it came. The people get their roles last, so nobody works in half a shop.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, OuterRef, Subquery
from tqdm import tqdm

from billing.models import Batch, Bill, Product
from billing.services.buyer import Buyer
from billing.services.checkout import Terms, checkout
from billing.services.products import create_product
from billing.services.quote import SaleItem
from billing.services.stock import receive_batch
from billing.services.tender import Tender
from customers.models import Customer
from viveka.demo.catalogue import GOODS
from viveka.demo.diary import write_diary
from viveka.demo.owing import let_people_owe
from viveka.demo.people import Person, make_people
from viveka.demo.trade import Delivery, Visit, make_deliveries, make_visits
from viveka.stores.models import Membership, Role, StockPolicy, Store, User
from viveka.stores.services import add_member, create_store

SLUG = "shivik-mart"
SEED = 20
PEOPLE = 200
PART = 200
"""Events in one transaction: a row changed many hundred times in one is slow to find."""
HEADER = "14-2, Nimbu Bazaar Road\nTarnaka Cross, Hyderabad\nGroceries and salon"
PASSWORDS = {"asha": "asha-demo-2468", "meera": "meera-demo-1357"}
"""For trying out alone, and printed for everybody to see."""
_NAMES = {"asha": "Asha Reddy", "meera": "Meera Nair"}
_ROLES = {"asha": Role.CASHIER, "meera": Role.MANAGER}
_LOCK = 8_467_001  # any number: who loads the demo holds it, another one waits its turn

Progress = Callable[[str], Any]
Story = list[Visit | Delivery]


@dataclass(frozen=True)
class Shop:
    """What every sale needs at hand."""

    store: Store
    cashier: User
    manager: User
    products: dict[str, Product]


def load_demo(*, now: datetime, if_empty: bool = False, say: Progress = print) -> bool:
    """Make the demo store as of `now`, or finish one that was interrupted.

    False where nothing was done: it is there already, or (with `if_empty`) some other store is.
    """
    shop = _begin(now, if_empty)
    if shop is None:
        return False
    say("Making the demo store: 122 products, 200 customers, three months of sales (about 20 seconds) …")
    people, story = tell_story(shop.store)
    with tqdm(total=len(story), unit="event", disable=not sys.stderr.isatty()) as bar:
        while (done := _next_part(shop, story)) < len(story):
            bar.update(done - bar.n)
    _finish(shop, people)
    return True


def tell_story(store: Store) -> tuple[list[Person], Story]:
    """The people, and all that happens, in order; the same for a store that began at the same moment."""
    random = Random(SEED)  # noqa: S311  (a story, not a secret)
    people = make_people(PEOPLE, random)
    visits = make_visits(people, store.created_at, store.zone, random)
    deliveries = make_deliveries(visits, store.zone, random)
    return people, sorted([*deliveries, *visits], key=lambda event: event.at)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@transaction.atomic
def _begin(now: datetime, if_empty: bool) -> Shop | None:
    """The shop to fill, new or begun before; None where there is nothing to do."""
    _lock()
    store = Store.objects.filter(slug=SLUG).first()
    if store is None:
        return None if if_empty and Store.objects.exists() else _open_shop(now)
    if Membership.objects.filter(store=store).exists():
        return None
    cashier, manager = (User.objects.get(username=name) for name in PASSWORDS)
    return Shop(store, cashier, manager, {product.sku: product for product in Product.objects.of(store)})


def _open_shop(now: datetime) -> Shop:
    """The store as it begins, with its shelves still empty, and its people without a role yet."""
    store = create_store(slug=SLUG, name="Shivik Mart")
    store.receipt_header, store.created_at = HEADER, now
    store.save(update_fields=["receipt_header", "created_at"])
    cashier, manager = (_person(name) for name in PASSWORDS)
    products = {}
    for good in GOODS:
        products[good.sku] = create_product(
            store=store,
            name=good.name,
            sku=good.sku,
            barcode=good.barcode,
            category=good.category,
            unit=good.unit,
            selling_price=good.price,
            low_stock_level=None if good.is_service else Decimal(good.weight),
            stock_policy=StockPolicy.NONE if good.is_service else StockPolicy.REFUSE,
        )
    return Shop(store, cashier, manager, products)


def _person(name: str) -> User:
    """The account of this name; an existing one stays as it is."""
    known = User.objects.filter(username__iexact=name).first()
    return known or User.objects.create_user(username=name, password=PASSWORDS[name], first_name=_NAMES[name])


@transaction.atomic
def _next_part(shop: Shop, story: Story) -> int:
    """Let the next events happen; how many have happened then."""
    _lock()
    done = Batch.objects.filter(store=shop.store).count() + Bill.objects.of(shop.store).count()
    part = story[done : done + PART]
    for event in part:
        if isinstance(event, Delivery):
            _receive(shop, event)
        else:
            _sell(shop, event)
    return done + len(part)


@transaction.atomic
def _finish(shop: Shop, people: Sequence[Person]) -> None:
    """What else is known of the customers, each record as old as its first bill; a few owe; appointments
    are taken; and roles are given."""
    _lock()
    for person in people:
        details = {"name": person.name, "address": person.address, "email": person.email}
        Customer.objects.find_or_create(store=shop.store, phone=person.phone, details=details)
    first = Bill.objects.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(at=Min("at"))
    bought = Customer.objects.of(shop.store).filter(purchase_count__gt=0)
    bought.update(created_at=Subquery(first.values("at")))
    let_people_owe(store=shop.store, people=people, by=shop.cashier, manager=shop.manager, now=shop.store.created_at)
    for name, role in _ROLES.items():
        add_member(store=shop.store, username=name, role=role)
    write_diary(shop.store, people, shop.cashier, shop.manager, shop.store.created_at)


def _receive(shop: Shop, lot: Delivery) -> None:
    receive_batch(
        product=shop.products[lot.good.sku],
        quantity=lot.quantity,
        cost_price=lot.cost,
        selling_price=lot.price,
        mrp=lot.mrp,
        expiry_date=lot.expiry,
        supplier=lot.supplier,
        received_at=lot.at,
        now=lot.at,
        by=shop.manager,
    )


def _sell(shop: Shop, visit: Visit) -> None:
    checkout(
        store=shop.store,
        by=shop.manager if visit.by_manager else shop.cashier,
        items=[SaleItem(shop.products[good.sku].pk, quantity) for good, quantity in visit.basket],
        tenders=_tenders(visit),
        buyer=Buyer(phone=visit.phone, name=visit.name),
        terms=Terms(discount=visit.discount),
        at=visit.at,
        now=visit.at,
    )


def _tenders(visit: Visit) -> list[Tender]:
    if visit.splits:
        part = Decimal(int(visit.least / 200) * 100)
        return [Tender("upi", amount=part), Tender("cash")]
    if visit.method == "cash" and visit.gives_notes:
        return [Tender("cash", received=visit.cash_given)]
    return [Tender(visit.method)]
