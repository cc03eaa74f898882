"""What a run says: counts of each kind of row, and a line for each that was not simply taken."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count

from billing.models import BooksRun, BooksRunLine, Outcome

KINDS = {
    "lines": "Lines of sales",
    "sales": "Sales",
    "return_lines": "Lines of returns",
    "returns": "Returns",
    "debts": "Debts",
    "payments": "Payments of debts",
    "people": "People",
    "bills": "Bills",
    "customers": "Customers",
}
OUTCOMES = {
    "read": "read",
    "created": "created",
    "matched": "matched",
    "left_over": "left over",
    "refused": "refused",
    "to_sale": "of their sale",
    "alone": "standing alone",
}
_ABOUT = {
    "line": "concat_ws(' · ', nullif(row.sale, ''), nullif(row.code, ''), nullif(left(row.item, 60), ''))",
    "sale": "row.number",
    "debt": "concat_ws(' · ', nullif(row.number, ''), row.amount::text)",
    "payment": "concat_ws(' · ', nullif(row.number, ''), row.amount::text)",
}
_REFUSED = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT %(store)s, %(run)s, 'refused', '{table}s ' || row.place, left(coalesce({about}, ''), 120), row.wrong
  FROM judged_{table} AS row WHERE row.wrong IS NOT NULL AND row.place IS NOT NULL ORDER BY row.place
"""
_CUT = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT %(store)s, %(run)s, CASE WHEN fits = 0 THEN 'refused' ELSE 'noted' END, 'payments ' || coalesce(place::text, ''),
       left(key || ' · ' || amount, 120), 'More than was left of its debt: ' || (amount - fits) || ' is not booked'
  FROM new_payment WHERE NOT is_known AND fits < amount ORDER BY place
"""
_PHONES = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT %(store)s, %(run)s, 'noted', 'debts ' || place, left(key, 120), 'Its phone is no phone number'
  FROM new_debt WHERE NOT is_known AND typed_phone <> '' AND place IS NOT NULL ORDER BY place
"""
_BESIDE = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT %(store)s, %(run)s, 'noted', 'debts ' || debt.place, left(debt.number, 120),
       CASE WHEN sale.number IS NULL THEN 'There is no such sale: the debt stands by itself'
            ELSE 'Not a part of its bill: the debt stands beside it' END
  FROM judged_debt AS debt JOIN new_debt AS made ON made.key = debt.number AND made.bill IS NULL AND NOT made.is_known
  LEFT JOIN judged_sale AS sale ON sale.key = debt.sale AND sale.wrong IS NULL
 WHERE debt.wrong IS NULL AND debt.sale <> '' ORDER BY debt.place
"""
_READ = """
SELECT (SELECT count(*) FROM old_lines), (SELECT count(*) FROM judged_line WHERE wrong IS NOT NULL),
       (SELECT count(*) FROM ready_line WHERE NOT is_return AND place IS NOT NULL),
       (SELECT count(*) FROM ready_line WHERE is_return),
       (SELECT count(*) FROM judged_sale WHERE NOT is_return),
       (SELECT count(*) FROM judged_sale WHERE NOT is_return AND wrong IS NOT NULL),
       (SELECT count(*) FROM judged_sale WHERE is_return),
       (SELECT count(*) FROM judged_sale WHERE is_return AND wrong IS NOT NULL),
       (SELECT count(*) FROM judged_debt WHERE number NOT LIKE 'sale %%'),
       (SELECT count(*) FROM judged_debt WHERE wrong IS NOT NULL),
       (SELECT count(*) FROM new_debt), (SELECT count(*) FROM old_payments),
       (SELECT count(*) FROM judged_payment WHERE wrong IS NOT NULL)
         + (SELECT count(*) FROM new_payment WHERE fits = 0 AND NOT is_known),
       (SELECT count(*) FROM new_payment WHERE fits > 0 OR is_known),
       (SELECT count(*) FROM billing_olddebt WHERE books_id = %(books)s AND debt_id IS NULL)
"""

Reasons = list[tuple[str, int]]


def write_report(run: BooksRun) -> None:
    """The lines of an import's report, and its counts; in the transaction that ends it. Not again where it is there."""
    values = {"store": run.store_id, "run": run.pk, "books": run.books_id}
    with connection.cursor() as cursor:
        for table, about in _ABOUT.items():
            cursor.execute(_REFUSED.format(table=table, about=about), values)
        for sql in (_CUT, _PHONES, _BESIDE):
            cursor.execute(sql, values)
        cursor.execute(_READ, values)
        run.counts = _counted(run.counts, cursor.fetchone())


def _counted(counts: dict[str, dict[str, int]], read: Sequence[int]) -> dict[str, dict[str, int]]:
    """What was there already is what could be booked, less what this run wrote."""
    lines, bad_lines, sale_lines, return_lines, sales, bad_sales, returns, bad_returns, *owed = read
    debts, bad_debts, good_debts, payments, bad_payments, good_payments, left_over = owed
    rows = {
        "lines": (lines, bad_lines, sale_lines),
        "return_lines": (return_lines, 0, return_lines),
        "sales": (sales, bad_sales, sales - bad_sales),
        "returns": (returns, bad_returns, returns - bad_returns),
        "debts": (debts, bad_debts, good_debts),
        "payments": (payments, bad_payments, good_payments),
    }
    told: dict[str, dict[str, int]] = {}
    for kind, (n, refused, good) in rows.items():
        said = counts.get(kind, {})
        created = said.get("created", 0)
        told[kind] = {"read": n, "created": created, "matched": good - created, "refused": refused}
        told[kind] |= {key: value for key, value in said.items() if key not in told[kind]}
    told["debts"]["left_over"] = left_over
    return told


def told_lines(counts: dict[str, dict[str, int]]) -> Iterator[tuple[str, str]]:
    """The counts in words: of what, and how many with which outcome."""
    for kind, said in counts.items():
        if any(said.values()):
            yield KINDS.get(kind, kind), ", ".join(f"{n:,} {OUTCOMES.get(what, what)}" for what, n in said.items() if n)


def report_rows(run: BooksRun, lines: Iterable[BooksRunLine] | None = None) -> Iterator[Sequence[Any]]:
    """The report as rows of a file: the counts, then each line."""
    yield "What", "Where", "About", "Reason"
    for kind, said in told_lines(run.counts):
        yield "Total", kind, "", said
    rows = run.lines.order_by("pk").iterator(chunk_size=2_000) if lines is None else lines
    for line in rows:
        yield Outcome(line.outcome).label, line.place, line.about, line.reason


def reasons(run: BooksRun) -> Reasons:
    """Why rows were refused, left over or noted, with how many there are of each, most first; the first thirty."""
    grouped = run.lines.order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [(reason, n) for reason, n in grouped[:30]]
