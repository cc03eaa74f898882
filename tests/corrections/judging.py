"""What corrections are judged by."""

from billing.received import Wanted, money_by_mode
from viveka.books.check import check_books


def fresh(*rows):
    for row in rows:
        row.refresh_from_db()
    return rows


def insist_sound(store):
    assert [(verdict.rule.name, verdict.wrong) for verdict in check_books(store) if not verdict.is_ok] == []


def by_mode(store, **wanted):
    return {mode: amount for mode, amount in money_by_mode(store, Wanted(**wanted)).items() if amount}
