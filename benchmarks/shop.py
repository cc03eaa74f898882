"""The shops that are measured: one alone, sixteen more, and one with many customers."""

from dataclasses import dataclass
from decimal import Decimal

import django

PRODUCTS = 100
CUSTOMERS = 1_000
CASHIERS = 8
APART = 16
SHELF = Decimal(50_000_000)


@dataclass(frozen=True)
class Shop:
    """What a client and pgbench need to know of a store; ids of its products and customers follow each other."""

    store_id: int
    first_product: int
    cashier_id: int
    tokens: list[str]
    phone_base: int


def phone(shop_base: int, number: int) -> str:
    """A customer's phone in E.164; valid mobile numbers of region IN."""
    return f"+91{shop_base + number}"


def prepare(*, customers: int) -> list[Shop]:
    """A fresh database with 1 + 16 shops, and `customers` in the last one. Returns the shops in that order."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    shops = [_open_shop(n) for n in range(1 + APART)]
    last = shops[-1]
    _many_customers(last, customers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    return shops


def _open_shop(n: int) -> Shop:
    from django.utils import timezone

    from billing.models import Batch, MovementReason, Product, StockMovement
    from viveka.stores.models import ApiToken, Counter
    from viveka.stores.services import add_member, create_store

    now = timezone.now()
    store = create_store(slug=f"shop-{n}", name=f"Shop {n}")
    people = [
        add_member(store=store, username=f"cashier-{n}-{k}", role="cashier", password="bench-Only-1")[0].user
        for k in range(CASHIERS)
    ]
    tokens = [ApiToken.objects.issue(store=store, user=user)[1] for user in people]
    products = Product.objects.bulk_create(
        Product(store=store, name=f"Thing {k} of shop {n}", sku=f"T{k}", current_stock=SHELF) for k in range(PRODUCTS)
    )
    batches = Batch.objects.bulk_create(
        Batch(store=store, product=product, received_at=now, quantity=SHELF, remaining=SHELF, cost_price=80,
              selling_price=100, by=people[0]) for product in products
    )  # fmt: skip
    StockMovement.objects.bulk_create(
        StockMovement(store=store, batch=batch, product_id=batch.product_id, quantity=SHELF, at=now,
                      reason=MovementReason.RECEIVED, by=people[0]) for batch in batches
    )  # fmt: skip
    assert products[-1].pk - products[0].pk == PRODUCTS - 1, "ids of products must follow each other"
    base = 9_800_000_000 + n * 1_000_000
    _add_customers(store, base, 0, CUSTOMERS)
    Counter.objects.create(store=store, name="CUST", value=CUSTOMERS)
    return Shop(store.pk, products[0].pk, people[0].pk, tokens, base)


def _add_customers(store: object, base: int, first: int, count: int) -> None:
    from customers.models import Customer

    Customer.objects.bulk_create(
        (
            Customer(store=store, number=f"CUST{k + 1:04d}", phone=phone(base, k), name=_name(k))
            for k in range(first, first + count)
        ),
        batch_size=10_000,
    )


def _many_customers(shop: Shop, count: int) -> None:
    from viveka.stores.models import Counter, Store

    if count > CUSTOMERS:
        _add_customers(Store.objects.get(pk=shop.store_id), shop.phone_base, CUSTOMERS, count - CUSTOMERS)
        Counter.objects.filter(store_id=shop.store_id, name="CUST").update(value=count)


_FIRST = ["Asha", "Meera", "Ravi", "Imran", "Lakshmi", "Joseph", "Farida", "Gopal", "Nisha", "Tenzin", "Om", "Sana"]
_LAST = ["Rao", "Sharma", "Iyer", "Khan", "Das", "Fernandes", "Kaur", "Patel", "Reddy", "Ghosh", "Joshi"]


def _name(k: int) -> str:
    return f"{_FIRST[k % len(_FIRST)]} {_LAST[k // 12 % len(_LAST)]} {_syllables(k)}"


def _syllables(k: int) -> str:
    """A made-up third name, so that names differ as they do in a town."""
    parts = ["ka", "ri", "mo", "ta", "ne", "shu", "va", "li", "do", "pe"]
    return "".join(parts[int(digit)] for digit in str(k * 7919 % 99_991)).capitalize()
