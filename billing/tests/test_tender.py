"""How a bill is settled: the parts add up to the total exactly, cash covers its part."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import PaymentMethod
from billing.services.tender import Settled, Tender, settle
from viveka.stores.errors import Refused
from viveka.stores.money import MAX_MONEY, ZERO

CASH, CARD, UPI = PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.UPI


def refused(tenders: list[Tender], total: str) -> dict[str, list[str]]:
    with pytest.raises(Refused) as refusal:
        settle(tenders, D(total))
    assert refusal.value.message
    return refusal.value.errors


def test_one_tender_without_an_amount_settles_the_bill() -> None:
    assert settle([Tender(UPI, reference="431")], D("520.00")) == [Settled(UPI, D("520.00"), "431", None)]


def test_cash_handed_over_gives_change() -> None:
    (part,) = settle([Tender(CASH, received=D(1000))], D("520.00"))
    assert (part.amount, part.tendered, part.change) == (D(520), D(1000), D(480))


def test_exact_cash_gives_none() -> None:
    (part,) = settle([Tender(CASH, received=D("520.00"))], D("520.00"))
    assert part.change == ZERO


def test_a_mix_adds_up() -> None:
    parts = settle([Tender(CARD, D("100.00")), Tender(UPI, D("120.50")), Tender(CASH, received=D(300))], D("520.00"))
    assert [(part.method, part.amount) for part in parts] == [
        (CARD, D("100.00")),
        (UPI, D("120.50")),
        (CASH, D("299.50")),
    ]
    assert [part.change for part in parts] == [ZERO, ZERO, D("0.50")]


def test_the_one_that_takes_what_is_left_may_stand_anywhere() -> None:
    assert [part.amount for part in settle([Tender(CASH), Tender(CARD, D(20))], D(50))] == [D(30), D(20)]


def test_a_part_of_nothing_is_left_out() -> None:
    assert [part.method for part in settle([Tender(CARD, D(50)), Tender(CASH)], D(50))] == [CARD]
    assert [part.method for part in settle([Tender(CARD, D(50)), Tender(CASH, ZERO)], D(50))] == [CARD]


def test_free_goods_need_no_payment() -> None:
    assert settle([], ZERO) == []
    assert settle([Tender(CASH)], ZERO) == []


@pytest.mark.parametrize(
    ("tenders", "total", "field"),
    [
        ([], "520.00", "payments"),
        ([Tender(CARD, D("519.99"))], "520.00", "payments"),
        ([Tender(CARD, D("520.01"))], "520.00", "payments"),
        ([Tender(CARD, D("500.00")), Tender(UPI, D("20.01"))], "520.00", "payments"),
        ([Tender(CARD, D("600.00")), Tender(CASH)], "520.00", "payments"),
        ([Tender(CARD), Tender(CASH)], "520.00", "payments"),
        ([Tender(CARD, D("-10.00")), Tender(CASH)], "520.00", "payments"),
        ([Tender(CARD, D("0.01"))], "0.00", "payments"),
        ([Tender("cheque")], "520.00", "payments"),
        ([Tender(CASH, received=D("519.99"))], "520.00", "cashReceived"),
        ([Tender(CARD, D("20.00")), Tender(CASH, received=D("499.99"))], "520.00", "cashReceived"),
        ([Tender(CARD, received=D("520.00"))], "520.00", "cashReceived"),
        ([Tender(CASH, D(1), received=MAX_MONEY), Tender(CASH, received=MAX_MONEY)], "5.00", "cashReceived"),
    ],
    ids=str,
)
def test_what_does_not_settle_the_bill_is_refused(tenders: list[Tender], total: str, field: str) -> None:
    assert set(refused(tenders, total)) == {field}


def test_a_refusal_says_both_sums() -> None:
    assert refused([Tender(CARD, D("500.00"))], "520.00") == {
        "payments": ["The payments add up to 500.00, the bill is 520.00."]
    }


AMOUNTS = st.decimals("0.01", 99999, places=2, allow_nan=False)


@given(st.lists(AMOUNTS, max_size=6), AMOUNTS, st.decimals(0, 500, places=2, allow_nan=False))
def test_parts_are_always_the_total_and_change_what_is_over(cards: list[D], left: D, over: D) -> None:
    total = sum(cards, left)
    tenders = [*(Tender(CARD, amount) for amount in cards), Tender(CASH, received=left + over)]
    parts = settle(tenders, total)
    assert sum((part.amount for part in parts), ZERO) == total
    assert sum((part.change for part in parts), ZERO) == over
