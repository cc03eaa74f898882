"""Advances: what comes in, what is used oldest first, what goes back. Nothing is left behind by a refusal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from advances.models import AdvancePayment, AdvanceStatus, Deduction, ReferenceType, Utilization, WalletEntry
from advances.services import (
    InsufficientAdvance,
    Paid,
    Slot,
    Who,
    add_advance,
    deduct_advance,
    process_customer_and_advance,
    record_appointment,
    record_booking,
    refund_advance,
    restore_advances,
    reverse_advance,
)
from advances.tests.factories import booking_of, history, paid_ahead, remains, used
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_MONEY

pytestmark = pytest.mark.django_db
APRIL, MAY = datetime(2026, 4, 1, 6, tzinfo=UTC), datetime(2026, 5, 1, 6, tzinfo=UTC)


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao")


def rows() -> list[object]:
    """Every row of the ledger, to see that nothing changed."""
    models = (AdvancePayment, Deduction, Utilization, WalletEntry, Customer)
    return [list(model.objects.order_by("pk").values()) for model in models]


def refuses(error: type[Refused], words: str, call: Callable[..., Any], **arguments: Any) -> Refused:
    before = rows()
    with pytest.raises(error, match=words) as refusal:
        call(**arguments)
    assert rows() == before
    return refusal.value


def test_the_worked_example(store: Store, cashier: User) -> None:
    """500 with an appointment, 300 with a booking of the same person, a bill of 600 from the balance."""
    now = timezone.now()
    told: dict[str, Any] = {"store": store, "by": cashier, "now": now}
    first = record_appointment(
        **told, who=Who("98765 43210", details={"name": "John Doe", "email": "john@example.com"}),
        slot=Slot(now + timedelta(days=3)), paid=Paid(D(500), "cash"),
    )  # fmt: skip
    second = record_booking(**told, who=Who("9876543210", "+91"), paid=Paid(D(300), "upi", "UPI-7"))
    assert first.advance and second.advance
    assert (first.advance.reference_id, second.advance.reference_id) == (first.record.pk, second.record.pk)
    assert (first.is_new, second.is_new, second.customer) == (True, False, first.customer)
    assert (first.customer.number, first.customer.email) == ("CUST0001", "john@example.com")
    assert second.customer.advance_balance == D(800)

    deduction = used(first.customer, 600, by=cashier)

    parts = list(deduction.utilizations.values_list("advance", "amount"))
    assert parts == [(first.advance.pk, D(500)), (second.advance.pk, D(100))]
    assert history(first.customer) == [(D(500), D(500)), (D(300), D(800)), (D(-500), D(300)), (D(-100), D(200))]
    assert remains(first.advance, second.advance) == [D(0), D(200)]
    assert Customer.objects.get().advance_balance == D(200)
    statuses = list(AdvancePayment.objects.order_by("at", "id").values_list("status", flat=True))
    assert statuses == [AdvanceStatus.UTILIZED, AdvanceStatus.ACTIVE]


class TestProcess:
    @pytest.mark.parametrize("phone", ["", " ", "98765O3210", "12345"])
    def test_without_a_good_phone_nothing_is_written(self, store: Store, cashier: User, phone: str) -> None:
        refusal = refuses(
            Refused, "^Phone number information is required$", process_customer_and_advance, store=store, by=cashier,
            reference_type="booking", reference_id=uuid4(), phone=phone, now=timezone.now(),
            details={"name": "John Doe"}, paid=Paid(D(100), "cash"),
        )  # fmt: skip
        assert set(refusal.errors) == {"phone"}

    def test_a_bad_mode_leaves_no_customer(self, store: Store, cashier: User) -> None:
        refuses(
            Refused, "The mode is one of", process_customer_and_advance, store=store, by=cashier,
            reference_type="booking", reference_id=uuid4(), phone="9876543210", now=timezone.now(),
            paid=Paid(D(100), "cheque"),
        )  # fmt: skip

    @pytest.mark.parametrize(("kind", "amount"), [("booking", 0), ("enquiry", 500)])
    def test_none_paid_and_an_enquiry_bring_no_advance(
        self, store: Store, cashier: User, kind: str, amount: int
    ) -> None:
        brought = process_customer_and_advance(
            store=store, by=cashier, reference_type=kind, reference_id=uuid4(), phone="9876543210", now=timezone.now(),
            paid=Paid(D(amount), "cash"),
        )  # fmt: skip
        assert (brought.is_new, brought.advance) == (True, None)
        assert not AdvancePayment.objects.exists()


class TestAdd:
    def test_keeps_what_was_said(self, asha: Customer, cashier: User) -> None:
        made = paid_ahead(asha, "0.01", mode="wallet", by=cashier, at=APRIL, payment_reference="R1", notes="For Diwali")
        kept = AdvancePayment.objects.get(pk=made.pk)
        assert (kept.amount, kept.remaining_amount, kept.status) == (D("0.01"), D("0.01"), "active")
        assert (kept.mode, kept.payment_reference, kept.notes) == ("wallet", "R1", "For Diwali")
        assert (kept.by, kept.at, kept.reference_type) == (cashier, APRIL, ReferenceType.DIRECT)
        assert kept.created_at > APRIL

    @pytest.mark.parametrize(
        ("fields", "error", "words", "field"),
        [
            ({"amount": D(0)}, Refused, "at least 0.01", "amount"),
            ({"amount": D(-5)}, Refused, "at least 0.01", "amount"),
            ({"amount": MAX_MONEY}, Refused, "would pass", "amount"),
            ({"mode": "cheque"}, Refused, "mode is one of", "paymentMode"),
            ({"mode": ""}, Refused, "mode is one of", "paymentMode"),
            ({"mode": "advance"}, Refused, "mode is one of", "paymentMode"),
            ({"at": datetime(2999, 1, 1, tzinfo=UTC)}, Refused, "in the future", "date"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_refuses(
        self, asha: Customer, cashier: User, fields: dict[str, object], error: type[Refused], words: str, field: str
    ) -> None:
        paid_ahead(asha, 1)
        told = {"customer": asha, "amount": D(5), "mode": "cash", "by": cashier, "now": timezone.now(), **fields}
        assert set(refuses(error, words, add_advance, **told).errors) == {field}

    def test_refuses_a_placeholder_without_a_phone(self, store: Store, cashier: User) -> None:
        nobody = CustomerFactory(store=store, phone=None, name="Walk-in Customer")
        refuses(
            Refused, "Phone number information is required", add_advance,
            customer=nobody, amount=D(5), mode="cash", by=cashier, now=timezone.now(),
        )  # fmt: skip

    def test_refuses_closed_books(self, store: Store, asha: Customer, cashier: User) -> None:
        store.closed_until = store.day_of(APRIL)
        store.save()
        told = {"customer": asha, "amount": D(5), "mode": "cash", "by": cashier, "now": timezone.now()}
        assert set(refuses(Refused, "books are closed", add_advance, **told, at=APRIL).errors) == {"date"}
        add_advance(**told, at=APRIL + timedelta(days=1))


class TestDeduct:
    def test_in_order_of_date_whatever_brought_it(self, asha: Customer) -> None:
        by_hand = paid_ahead(asha, 100, at=MAY + timedelta(days=4))
        booking = booking_of(asha.store, str(asha.phone))
        by_booking = paid_ahead(asha, 100, at=MAY, reference_type="booking", reference_id=booking.pk)
        used(asha, 100)
        assert remains(by_booking, by_hand) == [D(0), D(100)]

    def test_on_one_moment_in_order_of_entry(self, asha: Customer) -> None:
        first, second = paid_ahead(asha, 100, at=MAY), paid_ahead(asha, 100, at=MAY)
        used(asha, 150)
        assert remains(first, second) == [D(0), D(50)]

    @pytest.mark.parametrize("amount", ["800.01", "99999"])
    def test_more_than_the_balance_changes_nothing(self, asha: Customer, cashier: User, amount: str) -> None:
        paid_ahead(asha, 500)
        paid_ahead(asha, 300)
        refusal = refuses(
            InsufficientAdvance, "^Insufficient advance balance$", deduct_advance,
            customer=asha, amount=D(amount), by=cashier, now=timezone.now(),
        )  # fmt: skip
        assert set(refusal.errors) == {"amount"}

    def test_spent_once(self, asha: Customer) -> None:
        paid_ahead(asha, 100)
        used(asha, 100)
        with pytest.raises(InsufficientAdvance):
            used(asha, 100)

    def test_about_an_earlier_day_uses_what_was_there_then(self, asha: Customer) -> None:
        paid_ahead(asha, 100, at=APRIL)
        later = paid_ahead(asha, 100, at=MAY)
        with pytest.raises(InsufficientAdvance):
            used(asha, 101, at=MAY - timedelta(days=1))
        used(asha, 100, at=MAY - timedelta(days=1))
        assert remains(later) == [D(100)]
        assert history(asha) == [(D(100), D(100)), (D(-100), D(0)), (D(100), D(100))]

    def test_about_an_earlier_day_leaves_what_came_back_later(self, asha: Customer, cashier: User) -> None:
        paid_ahead(asha, 100, at=APRIL)
        deduction = used(asha, 100, at=APRIL)
        restore_advances(deduction=deduction, amount=D(60), by=cashier, now=timezone.now(), reason="Back")
        with pytest.raises(InsufficientAdvance):
            used(asha, 1, at=MAY)
        used(asha, 60)
        assert [balance for _, balance in history(asha)] == [D(100), D(0), D(60), D(0)]

    def test_a_till_that_waited_carries_a_moment_that_has_passed(self, asha: Customer, cashier: User) -> None:
        advance = paid_ahead(asha, 100)
        deduction = deduct_advance(customer=asha, amount=D(40), by=cashier, now=advance.at - timedelta(milliseconds=20))
        assert deduction.at == advance.at
        assert history(asha) == [(D(100), D(100)), (D(-40), D(60))]

    def test_takes_a_fixed_number_of_statements(self, asha: Customer, django_assert_num_queries: Any) -> None:
        by = paid_ahead(asha, 1).by
        with django_assert_num_queries(10):
            used(asha, 1, by=by)
        for _ in range(12):
            paid_ahead(asha, 1, by=by)
        with django_assert_num_queries(10):
            used(asha, 12, by=by)


class TestRestore:
    def test_to_the_same_advances_the_one_used_last_first(self, asha: Customer, cashier: User) -> None:
        first, second = paid_ahead(asha, 100), paid_ahead(asha, 100)
        deduction = used(asha, 150)
        restore_advances(deduction=deduction, amount=D(70), by=cashier, now=timezone.now(), reason="Returned")
        assert remains(first, second) == [D(20), D(100)]
        restore_advances(deduction=deduction, amount=D(80), by=cashier, now=timezone.now(), reason="Returned")
        assert remains(first, second) == [D(100), D(100)]
        assert set(AdvancePayment.objects.values_list("status", flat=True)) == {"active"}
        assert Customer.objects.get().advance_balance == D(200)

    def test_never_more_than_was_used(self, asha: Customer, cashier: User) -> None:
        paid_ahead(asha, 200)
        told = {"deduction": used(asha, 150), "by": cashier, "now": timezone.now(), "reason": "Returned"}
        restore_advances(amount=D(100), **told)
        refuses(Refused, "More would be given back", restore_advances, amount=D("50.01"), **told)
        refuses(Refused, "Say why", restore_advances, amount=D(1), **told | {"reason": " "})


class TestRefund:
    def test_part_then_the_rest(self, store: Store, asha: Customer, manager: User) -> None:
        advance = paid_ahead(asha, 500)
        used(asha, 100)
        told = {"store": store, "advance_id": advance.pk, "mode": "upi", "reason": "Moved away", "by": manager}
        assert refund_advance(**told, amount=D(150), now=timezone.now()).status == "active"
        kept = refund_advance(**told, amount=None, now=timezone.now())
        assert (kept.utilized_amount, kept.refunded_amount, kept.status) == (D(100), D(400), "refunded")
        assert history(asha)[-2:] == [(D(-150), D(250)), (D(-250), D(0))]
        entry = WalletEntry.objects.order_by("id").last()
        assert (entry.mode, entry.reason, entry.by) == ("upi", "Moved away", manager)

    def test_refuses(self, store: Store, other_store: Store, asha: Customer, manager: User) -> None:
        advance = paid_ahead(asha, 500)
        told = {"store": store, "advance_id": advance.pk, "amount": D(1), "mode": "cash", "reason": "x"}
        told |= {"by": manager, "now": timezone.now()}
        refuses(Conflict, "500.00 is left", refund_advance, **told | {"amount": D("500.01")})
        refuses(Conflict, "500.00 is left", refund_advance, **told | {"amount": D(0)})
        refuses(Refused, "mode is one of", refund_advance, **told | {"mode": ""})
        refuses(Refused, "Say why", refund_advance, **told | {"reason": ""})
        refuses(Missing, "No such advance", refund_advance, **told | {"store": other_store})
        refuses(Missing, "No such advance", refund_advance, **told | {"advance_id": uuid4()})


class TestReverse:
    def test_takes_all_of_it_out_and_counts_as_refunded(self, store: Store, asha: Customer, cashier: User) -> None:
        advance = paid_ahead(asha, 500)
        kept = reverse_advance(store=store, advance_id=advance.pk, reason="Typed twice", by=cashier, now=timezone.now())
        assert (kept.refunded_amount, kept.remaining_amount, kept.status) == (D(500), D(0), "refunded")
        assert history(asha) == [(D(500), D(500)), (D(-500), D(0))]

    def test_refuses_what_is_partly_gone_and_what_something_else_made(
        self, store: Store, asha: Customer, cashier: User
    ) -> None:
        advance = paid_ahead(asha, 500)
        returned = paid_ahead(asha, 5, reference_type=ReferenceType.RETURN, mode="")
        used(asha, 1)
        told = {"store": store, "reason": "Typed twice", "by": cashier, "now": timezone.now()}
        refuses(Conflict, "used or refunded already", reverse_advance, advance_id=advance.pk, **told)
        refuses(Conflict, "made this advance", reverse_advance, advance_id=returned.pk, **told)
        refuses(Refused, "Say why", reverse_advance, advance_id=advance.pk, **told | {"reason": " "})
