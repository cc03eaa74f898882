"""A refused or broken sale leaves no trace, a repeated one makes one bill, and cost in statements is bounded."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Batch, Bill, Payment, PaymentMethod, Product
from billing.services.buyer import Buyer
from billing.services.checkout import PriceChanged, Sale, Terms, checkout, complete_cart
from billing.services.quote import InsufficientStock, SaleItem
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing, Refused, RefusedFields
from viveka.stores.idempotency import KeyedRequest, KeyReused
from viveka.stores.models import Counter, StockPolicy, Store, User

pytestmark = pytest.mark.django_db
CASH = [Tender(PaymentMethod.CASH)]
JOHN = Buyer(phone="9876543210", name="John Doe")


def everything() -> dict[str, tuple[int, str]]:
    """All rows of all tables of the shop, as counts and digests."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t")
            found[table] = cursor.fetchone()
    return found


class Untouched:
    """`with untouched: …` fails where anything was written."""

    def __enter__(self) -> None:
        self.before = everything()

    def __exit__(self, *error: Any) -> None:
        after = everything()
        changed = {table for table in after if after[table] != self.before[table]}
        assert not changed, f"written to: {changed}"


untouched = Untouched()


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], name="Soap")


def test_no_items_no_bill(store: Store, cashier: User) -> None:
    with untouched, pytest.raises(Refused, match="Add a product first"):
        sell(store, cashier, [])


def test_a_service_first_then_a_product_out_of_stock(store: Store, cashier: User, soap: Product) -> None:
    """Every line is looked at: the service that needs no stock does not end the search."""
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D(250))
    comb = stocked_product(store, batches=[], name="Comb")
    with untouched, pytest.raises(InsufficientStock) as refusal:
        sell(store, cashier, [(cut, 1), (soap, 1), (comb, 1)], buyer=JOHN)
    assert refusal.value.errors == {"saleItems.2.quantity": ["Comb is out of stock."]}


def test_all_products_that_are_short_are_named(store: Store, cashier: User, soap: Product) -> None:
    comb = stocked_product(store, batches=[], name="Comb")
    with untouched, pytest.raises(InsufficientStock) as refusal:
        sell(store, cashier, [(comb, 1), (soap, 14)], buyer=JOHN)
    assert refusal.value.message == "Comb is out of stock. Only 13 of Soap left."


def test_one_product_on_two_lines_is_counted_together(store: Store, cashier: User, soap: Product) -> None:
    with untouched, pytest.raises(InsufficientStock) as refusal:
        sell(store, cashier, [(soap, 8), (soap, 6)])
    assert refusal.value.errors == {"saleItems.1.quantity": ["Only 13 of Soap left for all its lines."]}


def test_the_expired_are_not_there(store: Store, cashier: User, soap: Product) -> None:
    Batch.objects.update(expiry_date=store.day_of(timezone.now()) - timedelta(days=1))
    with untouched, pytest.raises(InsufficientStock, match="out of stock"):
        sell(store, cashier, [(soap, 1)])


def test_a_price_below_cost_and_half_a_piece_are_refused_by_line(store: Store, cashier: User, soap: Product) -> None:
    items = [SaleItem(soap.pk, D(1)), SaleItem(soap.pk, D("0.5")), SaleItem(soap.pk, D(1), price=D("79.99"))]
    with untouched, pytest.raises(RefusedFields) as refusal:
        checkout(store=store, by=cashier, items=items, tenders=CASH, now=timezone.now(), buyer=JOHN)
    assert set(refusal.value.errors) == {"saleItems.1.quantity", "saleItems.2.price"}


def test_a_product_of_another_store_is_missing(store: Store, other_store: Store, cashier: User, soap: Product) -> None:
    theirs = stocked_product(other_store)
    with untouched, pytest.raises(Missing):
        sell(store, cashier, [(soap, 1), (theirs, 1)], buyer=JOHN)


def test_another_total_than_the_servers_is_refused(store: Store, cashier: User, soap: Product) -> None:
    for forged in ("520.01", "0.00", "1.00"):
        with untouched, pytest.raises(PriceChanged) as refusal:
            sell(store, cashier, [(soap, 5)], buyer=JOHN, terms=Terms(expected_total=D(forged)))
        assert refusal.value.message.startswith(f"The total is 520.00 now, not {forged}.")
    assert sell(store, cashier, [(soap, 5)], terms=Terms(expected_total=D(520))).bill.total == D(520)


def test_what_was_on_screen_must_still_hold(store: Store, cashier: User, soap: Product) -> None:
    """The same total out of other prices is not what the cashier saw either."""
    with untouched, pytest.raises(PriceChanged, match="have changed"):
        sell(store, cashier, [(soap, 5)], terms=Terms(seen="0123456789abcdef"))


@pytest.mark.parametrize(
    "tenders",
    [
        [],
        [Tender(PaymentMethod.CASH, received=D("519.99"))],
        [Tender(PaymentMethod.CARD, D("300")), Tender(PaymentMethod.UPI, D("219.99"))],
        [Tender(PaymentMethod.CARD, D("520.01"))],
    ],
    ids=["none", "too little cash", "a paisa short", "a paisa over"],
)
def test_payments_that_do_not_settle_it(store: Store, cashier: User, soap: Product, tenders: list[Tender]) -> None:
    with untouched, pytest.raises(Refused):
        sell(store, cashier, [(soap, 5)], tenders=tenders, buyer=JOHN)


def test_nothing_is_dated_in_the_future_or_in_closed_books(store: Store, cashier: User, soap: Product) -> None:
    now = timezone.now()
    store.closed_until = store.day_of(now) - timedelta(days=2)
    store.save()
    for days in (-1 / 86400, 2, 3, 400):
        with untouched, pytest.raises(Refused) as refusal:
            sell(store, cashier, [(soap, 1)], now=now, at=now - timedelta(days=days), buyer=JOHN)
        assert set(refusal.value.errors) == {"date"}
    assert sell(store, cashier, [(soap, 1)], now=now, at=now - timedelta(days=1)).bill.pk


def test_a_refused_cart_is_as_it_was(store: Store, cashier: User, soap: Product) -> None:
    cart = filled_cart(store, cashier, [(soap, 50)], phone="9876543210")
    with untouched, pytest.raises(InsufficientStock):
        complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now())


def test_a_refused_sale_burns_no_number(store: Store, cashier: User, soap: Product) -> None:
    first = sell(store, cashier, [(soap, 1)], buyer=JOHN).bill
    with pytest.raises(InsufficientStock):
        sell(store, cashier, [(soap, 50)], buyer=Buyer(phone="9876543211"))
    second = sell(store, cashier, [(soap, 1)], buyer=Buyer(phone="9876543212")).bill
    assert (first.sequence, second.sequence) == (1, 2)
    assert (first.customer_number, second.customer_number) == ("CUST0001", "CUST0002")


class Boom(Exception):
    pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_cart", [False, True], ids=["checkout", "cart"])
def test_broken_off_after_any_statement_nothing_is_left(store: Store, cashier: User, of_cart: bool) -> None:
    """A sale stopped after each of its statements in turn: never half a sale."""
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)])
    cart = filled_cart(store, cashier, [(soap, 5)], phone=JOHN.phone)
    sell(store, cashier, [(soap, 1)])
    left = [0]

    def break_off(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        left[0] -= 1
        if left[0] == 0:
            raise Boom(sql)
        return result

    def attempt() -> Sale:
        now = timezone.now()
        if of_cart:
            return complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=now)
        return sell(store, cashier, [(soap, 5)], now=now, buyer=JOHN, request=keyed(store, cashier))

    for after in range(1, 40):
        left[0] = after
        try:
            with untouched, connection.execute_wrapper(break_off):
                attempt()
        except Boom:
            continue
        except AssertionError:  # it came through, and wrote
            break
    assert after >= 14, "fewer statements than a sale has"
    assert [bill.sequence for bill in Bill.objects.order_by("sequence")] == [1, 2]
    assert Counter.objects.get(name="CUST").value == 1


def keyed(store: Store, user: User, body: bytes = b"{}", key: str = "k1") -> KeyedRequest:
    return KeyedRequest(store, user, "POST", "/api/v1/inventory/sales", key, body)


class TestSentAgain:
    def test_answers_the_first_bill_and_does_nothing(self, store: Store, cashier: User, soap: Product) -> None:
        first = sell(store, cashier, [(soap, 5)], buyer=JOHN, request=keyed(store, cashier))
        with untouched:
            again = sell(store, cashier, [(soap, 5)], buyer=JOHN, request=keyed(store, cashier))
        assert (again.bill, again.is_replay) == (first.bill, True)

    def test_with_another_body_is_refused(self, store: Store, cashier: User, soap: Product) -> None:
        sell(store, cashier, [(soap, 1)], request=keyed(store, cashier))
        with untouched, pytest.raises(KeyReused):
            sell(store, cashier, [(soap, 2)], request=keyed(store, cashier, b'{"2": 2}'))

    def test_after_a_refusal_goes_through(self, store: Store, cashier: User, soap: Product) -> None:
        """The key is written with the bill or not at all, so a failure never leaves it locked."""
        with untouched, pytest.raises(InsufficientStock):
            sell(store, cashier, [(soap, 14)], request=keyed(store, cashier))
        assert not sell(store, cashier, [(soap, 13)], request=keyed(store, cashier)).is_replay

    def test_by_somebody_else_or_in_another_store_is_another_sale(
        self, store: Store, other_store: Store, cashier: User, manager: User, soap: Product
    ) -> None:
        theirs = stocked_product(other_store)
        sell(store, cashier, [(soap, 1)], request=keyed(store, cashier))
        assert not sell(store, manager, [(soap, 1)], request=keyed(store, manager)).is_replay
        assert not sell(other_store, cashier, [(theirs, 1)], request=keyed(other_store, cashier)).is_replay
        assert (Bill.objects.count(), Payment.objects.count()) == (3, 3)


@pytest.mark.django_db(transaction=True)
class TestStatements:
    """BEGIN and COMMIT counted, at most 18, and the same number for one line and for forty."""

    def count(self, sale: Callable[[int], Any]) -> int:
        sale(2)  # what is cached between sales is cached
        counts = []
        for lines in (1, 40):
            with CaptureQueriesContext(connection) as captured:
                sale(lines)
            counts.append(len(captured))
            said = [query["sql"].split()[0] for query in captured]
            assert (said[0], said[-1]) == ("BEGIN", "COMMIT")
        assert counts[0] == counts[1] <= 18, counts
        return counts[0]

    @pytest.fixture
    def goods(self, store: Store) -> list[Product]:
        return [stocked_product(store, batches=[(3, 80, 100), (10, 80, 100), (100, 85, 110)]) for _ in range(40)]

    @pytest.mark.parametrize("who", ["new", "found", "picked", "by name", "nobody"])
    def test_of_a_checkout(self, store: Store, cashier: User, goods: list[Product], who: str) -> None:
        CustomerFactory.create(store=store, phone="+919876543210")
        picked = CustomerFactory.create(store=store, name="Asha Rao").pk
        buyers = {
            "new": lambda lines: Buyer(phone=f"98765432{lines:02d}", name="Ravi"),
            "found": lambda lines: Buyer(phone="9876543210"),
            "picked": lambda lines: Buyer(customer_id=picked),
            "by name": lambda lines: Buyer(name=f"Somebody {lines}"),
            "nobody": lambda lines: Buyer(),
        }
        mix = [Tender(PaymentMethod.CARD, D(50)), Tender(PaymentMethod.UPI, D(5)), *CASH]

        def sale(lines: int) -> None:
            request = keyed(store, cashier, key=f"{who} {lines}")
            items = [(product, 15) for product in goods[:lines]]
            sell(store, cashier, items, buyer=buyers[who](lines), tenders=mix, request=request)

        self.count(sale)

    def test_of_a_cart(self, store: Store, cashier: User, goods: list[Product]) -> None:
        carts = {
            lines: filled_cart(
                store, cashier, [(product, 15) for product in goods[:lines]], phone=f"98765432{lines:02d}"
            )
            for lines in (1, 2, 40)
        }
        self.count(
            lambda lines: complete_cart(
                store=store, by=cashier, cart_id=carts[lines].pk, tenders=CASH, now=timezone.now()
            )
        )
