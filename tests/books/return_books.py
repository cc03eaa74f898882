"""Returns for the test of check_books: goods and money back in every way, and each way of breaking it."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.models import ReturnLine, StockMovement
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product, take_back
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from viveka.stores.models import Counter, Store, User


def take_back_a_little(store: Store, by: User) -> dict[str, Any]:
    """Meera brings back goods of one bill three times, another bill is void; the ids of all that came of it by name."""
    ghee = stocked_product(store, batches=[(10, 50, 100), (20, 30, 100)], by=by, name="Ghee")
    meera = CustomerFactory(store=store)
    paid_ahead(meera, 100, by=by)
    buyer = Buyer(customer_id=meera.pk)
    tenders = [Tender("advance", D(100)), Tender("credit", D(300)), Tender("cash")]
    bill = sell(store, by, [(ghee, 12)], tenders=tenders, buyer=buyer).bill
    owes(meera, 50, by=by)
    made = take_back(bill, 3, by=by)  # the debt
    gone = take_back(bill, 2, by=by, restock=False)  # the advance, the other debt, cash
    kept = take_back(bill, 1, by=by, give_back=GiveBack("advance"))
    voided = sell(store, by, [(ghee, 1)], buyer=buyer).bill
    void = void_bill(store=store, bill_id=voided.pk, reason="x", by=by, now=timezone.now()).goods_return
    moved = StockMovement.objects.filter(return_line__goods_return=made).order_by("id")
    by_way = {one.way: one for one in gone.money.all()}
    rows = {
        "meera": meera, "ghee_bill": bill, "ghee_line": bill.lines.get(), "made": made, "wasted": gone,
        "void": void, "void_line": voided.lines.get(), "made_line": ReturnLine.objects.get(goods_return=made),
        "back_moved": moved[0], "ghee_batch": ghee.batches.order_by("received_at")[0], "lowered": made.money.get(),
        "back_used": by_way["restored"], "back_deduction": by_way["restored"].deduction, "back_kept": kept.money.get(),
        "lowered_row": made.money.get().reduction, "kept_row": kept.money.get().advance,
        "return_counter": Counter.objects.get(store=store, name=f"return {made.year}"),
    }  # fmt: skip
    return {name: row.pk for name, row in rows.items()}


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("return_adds_up", "made", "return: total = total + 1"),
    ("return_adds_up", "made", "return: total_cost = total_cost + 1"),
    ("return_adds_up", "wasted", "DELETE FROM billing_moneyback WHERE id = %(back_used)s"),
    ("return_adds_up", "made", "UPDATE billing_returnline SET bill_line_id = %(void_line)s WHERE id = %(made_line)s"),
    ("line_returned_is_its_returns", "ghee_line", "billline: returned = 7"),
    ("line_returned_is_its_returns", "line2", "billline: returned = 1"),
    (
        "return_gives_back_what_was_paid",
        "ghee_line",
        "UPDATE billing_returnline SET total = 301 WHERE id = %(made_line)s",
    ),
    ("return_cost_is_of_its_batches", "ghee_line", "UPDATE billing_returnline SET cost = 111 WHERE id = %(made_line)s"),
    ("returned_goods_went_back", "made_line", "DELETE FROM billing_stockmovement WHERE return_line_id = %(made_line)s"),
    ("returned_goods_went_back", "made_line", "returnline: is_restocked = false"),
    ("returned_movement_has_its_return", "back_moved", "stockmovement: return_line_id = NULL"),
    (
        "taken_last_came_back_first",
        "ghee_line",
        "UPDATE billing_stockmovement SET batch_id = %(ghee_batch)s WHERE id = %(back_moved)s",
    ),
    ("void_takes_the_whole_bill", "void", "UPDATE billing_billline SET returned = 0 WHERE id = %(void_line)s"),
    ("void_takes_the_whole_bill", "void", "return: day = day - 1"),
    ("return_follows_its_bill", "made", "return: at = at - interval '1 year', day = day - interval '1 year'"),
    ("return_follows_its_bill", "made", "return: day = day + 1"),
    ("money_back_is_its_instrument", "lowered", "UPDATE debts_debtreduction SET amount = 1 WHERE id = %(lowered_row)s"),
    ("money_back_is_its_instrument", "lowered", "moneyback: way = 'other_debt'"),
    (
        "money_back_is_its_instrument",
        "back_kept",
        "UPDATE advances_advancepayment SET amount = 1 WHERE id = %(kept_row)s",
    ),
    (
        "money_back_is_its_instrument",
        "back_used",
        "UPDATE advances_deduction SET customer_id = %(asha)s WHERE id = %(back_deduction)s",
    ),
    (
        "given_back_is_at_most_what_was_used",
        "back_deduction",
        "UPDATE billing_moneyback SET amount = 101 WHERE id = %(back_used)s",
    ),
    (
        "no_money_back_that_never_came",
        "ghee_bill",
        "UPDATE billing_payment SET method = 'credit' WHERE bill_id = %(ghee_bill)s AND method = 'cash'",
    ),
    ("return_number_reads_right", "made", "return: number = 'RET-2627-000777'"),
    ("return_number_reads_right", "made", "return: number = 'BILL-2627-000001'"),
    ("return_numbers_without_gap", "void", "return: sequence = 99"),
    ("return_counter_is_last", "return_counter", "counter: value = 777"),
]
