"""Mistakes that other products made, each as a test of ours. Those that a test beside its code shows are named here.

Traps of merges, tills and old books have their tests where those are built.
"""

from datetime import UTC, date, datetime
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Bill, Cart, StockMovement
from billing.services import checkout as checkout_module
from billing.services.buyer import Buyer
from billing.services.checkout import PriceChanged, Terms, complete_cart
from billing.services.quote import InsufficientStock
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from customers.models import Customer
from viveka.books.check import check_books
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.models import Counter, RequestKey, StockPolicy, Store, User

ROOT = Path(__file__).resolve().parent.parent
CASH = [Tender("cash")]

ELSEWHERE = {
    "a loop over lines returns at the first line that may go negative": [
        "billing/tests/test_quote.py::test_every_short_product_is_named",
        "billing/tests/test_checkout_refused.py::test_a_service_first_then_a_product_out_of_stock",
    ],
    "two clicks, a slow line, eight tills: the same bill twice": [
        "billing/tests/test_checkout_refused.py::test_answers_the_first_bill_and_does_nothing",
        "tests/browser/counter/test_sale.py::test_complete_pressed_twice_makes_one_bill",
        "tests/browser/counter/test_sale.py::test_completed_in_two_windows_it_is_one_bill",
        "tests/races/test_races.py::test_at_once_is_as_one_after_the_other",
    ],
    "a crash leaves half a sale": [
        "billing/tests/test_checkout_refused.py::test_broken_off_after_any_statement_nothing_is_left",
        "tests/test_kills.py::test_a_killed_server_loses_nothing_and_sells_nothing_twice",
        "tests/test_kills.py::test_a_killed_database_loses_nothing_and_sells_nothing_twice",
    ],
    "numbers by MAX()+1 or a cached counter": [
        "customers/tests/test_find_or_create.py::test_a_number_that_is_not_used_is_not_lost",
        "tests/races/test_races.py::test_at_once_is_as_one_after_the_other",
    ],
    "two tills touch one product: the whole request again": [
        "tests/races/test_races.py::test_at_once_is_as_one_after_the_other",
        "tests/races/test_races.py::test_without_the_lock_it_fails",
    ],
    "phone cleaning in the wrong order, text compared raw": [
        "viveka/stores/tests/test_phone.py::test_every_way_to_write_a_phone_is_one_phone",
        "viveka/stores/tests/test_phone.py::test_a_ten_digit_number_that_begins_like_the_country_code_stays_itself",
        "billing/tests/test_checkout_customers.py::test_the_same_phone_typed_differently_is_the_same_customer",
    ],
    "a UPI code on a paid bill, or for the whole amount": [
        "billing/tests/counter/test_receipt.py::test_shows_a_upi_code_for_what_is_still_due_and_none_when_nothing_is",
    ],
    "parts off by a paisa": [
        "viveka/stores/tests/test_money.py::test_spread_parts_add_up_and_none_is_off_by_more_than_a_paisa",
        "billing/tests/test_quote.py::test_parts_always_add_up_to_the_whole",
        "billing/tests/test_tender.py::test_parts_are_always_the_total_and_change_what_is_over",
    ],
    "totals computed in the browser": [
        "billing/tests/test_api_sales.py::test_another_total_is_a_conflict",
        "billing/tests/counter/test_payment.py::test_what_was_not_seen_is_not_billed",
    ],
    "merge forgets unapplied money, can't be undone; the old phone makes a new duplicate": [
        "viveka/merge/tests/test_money.py::test_all_money_moves_and_comes_back_to_the_row",
        "viveka/merge/tests/test_merge.py::test_the_loser_keeps_number_and_phone_and_leads_to_the_survivor",
        "customers/tests/test_phones.py::test_no_way_gives_one_phone_two_customers",
    ],
    "the customer field takes a second per key": [
        "tests/test_plans.py::test_among_100000_customers_everything_is_read_through_an_index",
        "tests/browser/counter/test_buyer.py::test_the_look_up_waits_half_a_second_after_the_last_key",
    ],
    "the credit limit is checked only when nothing at all is paid": [
        "billing/tests/test_instruments.py::test_a_part_paid_now_does_not_pass_the_limit_by",
        "debts/tests/test_limit.py::test_at_the_limit_and_a_paisa_above",
        "tests/races/test_money_races.py::test_at_once_is_as_one_after_the_other",
    ],
    "advance checked, then written: spent twice": [
        "advances/tests/test_advances.py::test_spent_once",
        "tests/races/test_money_races.py::test_at_once_is_as_one_after_the_other",
        "tests/races/test_money_races.py::test_without_the_lock_it_fails",
    ],
    "advances used in the order of their type, not of their date": [
        "advances/tests/test_advances.py::test_in_order_of_date_whatever_brought_it",
        "billing/tests/test_instruments.py::test_in_order_of_date_not_of_kind",
    ],
    "an advance taken, and asked for again at the till": [
        "billing/tests/counter/test_balances.py::test_shows_both_balances_and_offers_the_advance",
        "billing/tests/counter/test_balances.py::test_a_balance_is_offered_before_money_is_asked_for",
    ],
    "opening balance 0, or the first day counted twice": [
        "tests/test_statements.py::test_what_closes_a_day_opens_the_next_for_any_history",
        "tests/test_month_story.py::test_each_day_of_it_opens_with_what_closed_the_day_before",
    ],
    "aging from today's paid state": [
        "tests/test_statements.py::test_the_31st_of_december_looks_the_same_in_february",
        "tests/test_month_story.py::test_december_reads_the_same_after_what_came_back_in_january",
    ],
    "a return of a credit sale pays out cash, or leaves the debt": [
        "tests/returns/test_money.py::test_the_debt_of_the_bill_is_lowered_first",
        "tests/test_month_story.py::test_bought_on_credit_and_returned_unpaid",
        "tests/races/test_return_races.py::test_at_once_is_as_one_after_the_other",
    ],
    "wallet reversed and credited for one return": [
        "tests/test_advance_machine.py::test_any_sequence_keeps_the_books",
        "tests/returns/test_money.py::test_advances_get_back_what_was_used_of_them_the_last_first",
        "tests/returns/test_money.py::test_a_debt_paid_from_the_balance_goes_back_to_the_balance",
    ],
    "a refund is capped by what was paid on the bill alone": [
        "tests/returns/test_money.py::test_credit_paid_next_week_and_returned_is_money_up_to_what_was_paid",
        "tests/test_month_story.py::test_bought_on_credit_paid_next_week_and_returned",
    ],
    "limit check with the wrong sign on returns": [
        "tests/returns/test_money.py::test_a_return_at_the_limit_passes",
    ],
    "a day that ends at midnight UTC (half past five in India)": [
        "tests/test_statements.py::test_the_small_hours_belong_to_the_stores_own_day",
        "viveka/reports/tests/test_advances.py::test_the_day_ends_at_midnight_in_the_shop",
    ],
    "cash at day's end wrong because of change, refunds, debts paid, advances taken": [
        "tests/test_tills.py::test_the_day_of_a_till",
        "tests/races/test_till_races.py::test_a_count_takes_in_all_that_is_sold_before_it",
        "tests/test_month_story.py::test_the_statement_of_a_month_at_the_counter",
        "billing/tests/test_received_pages.py::test_tells_what_came_and_what_went_back",
    ],
    "the scanner's second code lost while a box is open": [
        "tests/browser/counter/test_scanner.py::test_ten_scans_within_a_second_lose_none_and_add_none_twice",
        "tests/browser/counter/test_scanner.py::test_scans_queue_while_the_line_is_slow_and_an_unknown_one_is_said",
    ],
}


@pytest.mark.parametrize("trap", ELSEWHERE)
def test_what_is_said_to_be_tested_elsewhere_is(trap: str) -> None:
    for reference in ELSEWHERE[trap]:
        file, name = reference.split("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), reference


@pytest.mark.django_db
class TestTraps:
    def test_drafts_burn_no_numbers(self, store: Store, cashier: User) -> None:
        """A cart has no number, parked or given up; a number is taken at commit, in the order of commit."""
        soap = stocked_product(store)
        carts = [filled_cart(store, cashier, [(soap, 1)], phone="98765 43210") for _ in range(3)]
        assert not Counter.objects.exists() and not Customer.objects.exists()
        Cart.objects.filter(pk=carts[1].pk).update(dropped_at=timezone.now())
        numbers = [
            complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now()).bill
            for cart in (carts[2], carts[0])
        ]
        assert [bill.sequence for bill in numbers] == [1, 2]

    def test_a_failure_after_the_number_was_taken_gives_it_back(
        self, store: Store, cashier: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        soap = stocked_product(store)
        first = sell(store, cashier, [(soap, 1)]).bill
        with monkeypatch.context() as patch:
            patch.setattr(checkout_module, "bill_number", lambda *args: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                sell(store, cashier, [(soap, 1)])
        second = sell(store, cashier, [(soap, 1)]).bill
        assert (first.sequence, second.sequence) == (1, 2)

    def test_every_line_is_looked_at_whatever_the_first_one_is(self, store: Store, cashier: User) -> None:
        """A service may be sold without end; that is no reason to stop reading."""
        cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D(250))
        soap, oil = stocked_product(store, name="Soap"), stocked_product(store, batches=[], name="Oil")
        for order in ([cut, soap, oil], [soap, cut, oil], [oil, cut, soap]):
            with pytest.raises(InsufficientStock, match="Oil is out of stock"):
                sell(store, cashier, [(product, 1) for product in order])
        assert not StockMovement.objects.filter(reason="sold").exists()

    def test_a_key_whose_work_broke_off_is_free(
        self, store: Store, cashier: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Key and bill are of one transaction: a crash can't leave a key that answers for nothing."""
        soap = stocked_product(store)
        request = KeyedRequest(store, cashier, "POST", "/api/v1/inventory/sales", "k", b"{}")
        for step in ("identify", "lock_products", "take_from_batches", "_write_lines", "_write_bill"):
            with monkeypatch.context() as patch:
                patch.setattr(checkout_module, step, lambda *args, **options: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    sell(store, cashier, [(soap, 1)], request=request)
            assert not RequestKey.objects.exists()
        assert not sell(store, cashier, [(soap, 1)], request=request).is_replay
        assert sell(store, cashier, [(soap, 1)], request=request).is_replay
        assert Bill.objects.count() == 1

    def test_two_clicks_make_one_bill(self, store: Store, cashier: User) -> None:
        soap = stocked_product(store)
        cart = filled_cart(store, cashier, [(soap, 1)])
        sales = [
            complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now()) for _ in range(3)
        ]
        assert len({sale.bill.pk for sale in sales}) == 1
        assert [sale.is_replay for sale in sales] == [False, True, True]
        soap.refresh_from_db()
        assert soap.current_stock == D(9)

    def test_the_servers_total_wins_over_one_from_a_browser(self, store: Store, cashier: User) -> None:
        soap = stocked_product(store)
        with pytest.raises(PriceChanged):
            sell(store, cashier, [(soap, 1)], terms=Terms(expected_total=D("1.00")), tenders=[Tender("cash", D(1))])
        assert not Bill.objects.exists()

    def test_the_rounded_total_is_the_total(self, store: Store, cashier: User) -> None:
        """What rounding took off does not stay owed, and the books hold with it and a discount spread over lines."""
        store.rounds_to_rupee = True
        store.save()
        goods = [stocked_product(store, batches=[(9, "20", price)]) for price in ("33.43", "47.11", "0.07")]
        buyer, terms = Buyer(phone="9876543210"), Terms(discount=D("3.33"))
        items = [(product, 3) for product in goods]
        bill = sell(store, cashier, items, tenders=[Tender("credit")], buyer=buyer, terms=terms).bill
        assert (bill.subtotal, bill.rounding, bill.total) == (D("241.83"), D("0.50"), D("239.00"))
        assert Customer.objects.get().debt_balance == D("239.00")
        assert [verdict.rule.name for verdict in check_books() if verdict.wrong] == []

    def test_nothing_of_a_paisa_is_left_owed(self, store: Store, cashier: User) -> None:
        """Half-paisa lines and a discount that divides badly: what is paid is the total, to the paisa."""
        goods = [stocked_product(store, batches=[(9, "0.01", "33.33")], unit="kg", by=cashier) for _ in range(3)]
        bill = sell(store, cashier, [(one, "0.333") for one in goods], terms=Terms(discount=D("10.00"))).bill
        assert bill.total == sum(line.total for line in bill.lines.all())
        assert bill.total == sum(payment.amount for payment in bill.payments.all())
        assert bill.discount == sum(line.discount for line in bill.lines.all()) == D(10)

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2026, 6, 1, 18, 29, tzinfo=UTC), date(2026, 6, 1)),  # 23:59 in India
            (datetime(2026, 6, 1, 18, 40, tzinfo=UTC), date(2026, 6, 2)),  # 00:10
            (datetime(2026, 6, 1, 23, 55, tzinfo=UTC), date(2026, 6, 2)),  # 05:25, before midnight in Greenwich
            (datetime(2026, 6, 2, 0, 5, tzinfo=UTC), date(2026, 6, 2)),  # 05:35
        ],
        ids=["23:59", "00:10", "05:25", "05:35"],
    )
    def test_the_day_ends_at_midnight_in_the_shop(self, store: Store, cashier: User, at: datetime, day: date) -> None:
        bill = sell(store, cashier, [(stocked_product(store), 1)], at=at).bill
        bill.refresh_from_db()
        assert bill.day == day
        assert list(Bill.objects.filter(store=store, day=day)) == [bill]

    def test_the_bill_of_half_past_five_is_shown_at_half_past_five(
        self, store: Store, cashier: User, cashier_client: Client
    ) -> None:
        at = datetime(2026, 6, 1, 23, 55, tzinfo=UTC)
        bill = sell(store, cashier, [(stocked_product(store), 1)], at=at).bill
        page = cashier_client.get(f"/bills/{bill.pk}/receipt/").content.decode()
        assert "2 Jun 2026" in page and "5:25" in page

    def test_expiry_follows_the_shops_day_too(self, store: Store, cashier: User) -> None:
        milk = stocked_product(store, batches=[(5, 20, 30), (5, 20, 31)])
        milk.batches.filter(selling_price=30).update(expiry_date=date(2026, 6, 1))
        late, early = datetime(2026, 6, 1, 18, 29, tzinfo=UTC), datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
        assert sell(store, cashier, [(milk, 1)], at=late).bill.total == D(30)
        assert sell(store, cashier, [(milk, 1)], at=early).bill.total == D(31)
        assert [verdict.rule.name for verdict in check_books() if not verdict.is_ok] == []

    def test_a_known_phone_with_another_mail_is_the_known_customer(self, store: Store, cashier: User) -> None:
        soap = stocked_product(store)
        sell(store, cashier, [(soap, 1)], buyer=Buyer(phone="9876543210", email="a@example.com"))
        sell(store, cashier, [(soap, 1)], buyer=Buyer(phone="+91 98765 43210", email="b@example.com"))
        assert [(one.number, one.email) for one in Customer.objects.all()] == [("CUST0001", "a@example.com")]

    def test_cash_taken_less_change_is_what_the_bill_says(self, store: Store, cashier: User) -> None:
        """Change is kept with the bill, so that cash at day's end can be told from it."""
        soap = stocked_product(store, batches=[(9, 80, "99.50")])
        bill = sell(
            store, cashier, [(soap, 1)], tenders=[Tender("upi", D("49.50")), Tender("cash", received=D(100))]
        ).bill
        (cash,) = bill.payments.filter(method="cash")
        assert (cash.tendered, cash.amount, bill.change) == (D(100), D(50), D(50))
