"""The pages of appointments, bookings and enquiries: shown, moved, cancelled, carried to the counter."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment
from advances.services import Line
from advances.services.record_changes import cancel_record
from advances.tests.factories import appointment_of, booking_of, enquiry_of
from billing.models import Bill, Cart, Product
from billing.services.checkout import complete_cart
from billing.services.record_sales import with_products
from billing.services.tender import Tender
from viveka.diary import calendar
from viveka.diary.tests.typed import NEW, PHONE, at, typed
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db


class TestChanging:
    def test_time_lines_and_notes(self, cashier_client: Client, store: Store, facial: Product) -> None:
        one = appointment_of(store, PHONE, lines=[Line("Cut")], advance=500)
        url = reverse("diary:appointment-edit", args=[one.pk])
        assert 'value="Cut"' in cashier_client.get(url).content.decode()
        cashier_client.post(url, typed(minutes="90"))
        one.refresh_from_db()
        assert (one.minutes, one.notes, one.summary) == (90, "window seat", "facial, 2 × Flowers at 150.00")
        assert one.customer.advance_balance == 500
        response = cashier_client.post(url, typed(line_price=["no"]))
        assert "takes digits" in response.content.decode()

    def test_another_time_keeps_the_advance_and_a_clash_is_told(
        self, cashier_client: Client, store: Store, cashier: User
    ) -> None:
        one = appointment_of(store, PHONE, at=at(store, 9), served_by=cashier, advance=500)
        other = appointment_of(store, "98765 43211", at=at(store, 12, days=1), served_by=cashier)
        day = store.day_of(other.scheduled_at).isoformat()
        move = reverse("diary:appointment-move", args=[one.pk])
        response = cashier_client.post(move, {"day": day, "time": "12:15"}, follow=True)
        assert "Moved to" in response.content.decode() and other.get_absolute_url() in response.content.decode()
        assert AdvancePayment.objects.get(reference_id=one.pk).remaining_amount == 500
        assert "valid time" in cashier_client.post(move, {"day": day, "time": "x"}).content.decode()

    def test_done_open_again_and_another_advance(self, cashier_client: Client, store: Store) -> None:
        one = booking_of(store, PHONE)
        for page, status in (("done", "done"), ("done", "done"), ("reopen", "open")):
            cashier_client.post(reverse(f"diary:booking-{page}", args=[one.pk]))
            one.refresh_from_db()
            assert one.status == status
        url = reverse("diary:booking-advance", args=[one.pk])
        for amount, mode in (("", "cash"), ("0", "cash"), ("x", "cash"), ("10", "cheque"), ("10", "")):
            page = cashier_client.post(url, {"amount": amount, "mode": mode}).content.decode()
            assert 'role="alert"' in page, (amount, mode)
        assert not AdvancePayment.objects.exists()
        response = cashier_client.post(url, {"amount": "250", "mode": "cash"})
        assert response.url == reverse("advances:receipt", args=[AdvancePayment.objects.get().pk])
        assert AdvancePayment.objects.get().reference_id == one.pk

    def test_a_closed_one_has_no_form(self, cashier_client: Client, store: Store, cashier: User) -> None:
        one = enquiry_of(store, PHONE)
        cancel_record(store=store, kind="enquiry", pk=one.pk, by=cashier, now=timezone.now())
        for page in ("edit", "cancel"):
            response = cashier_client.get(reverse(f"diary:enquiry-{page}", args=[one.pk]))
            assert response.url == one.get_absolute_url()

    def test_a_manager_reads_what_was_changed(
        self, manager_client: Client, cashier_client: Client, store: Store
    ) -> None:
        one = enquiry_of(store, PHONE, "Rates?")
        cashier_client.post(reverse("diary:enquiry-edit", args=[one.pk]), {"asked": "Rates for two?", "notes": ""})
        assert "Rates for two?</ins>" in manager_client.get(one.get_absolute_url()).content.decode()
        assert "</ins>" not in cashier_client.get(one.get_absolute_url()).content.decode()


class TestCancelling:
    def test_asks_what_becomes_of_the_advance(self, cashier_client: Client, store: Store) -> None:
        one = appointment_of(store, PHONE, advance=500)
        url = reverse("diary:appointment-cancel", args=[one.pk])
        page = cashier_client.get(url).content.decode()
        assert "₹500.00 is left of the advance" in page and "A manager allows it" in page
        for wrong, said in (
            ({}, "Say what becomes of the advance"), ({"advance": "refund", "refund_mode": "cash"}, "Say why."),
            ({"advance": "fee"}, "Say how much the fee is"), ({"advance": "fee", "fee": "501"}, "Choose the service"),
        ):  # fmt: skip
            assert said in cashier_client.post(url, wrong).content.decode(), wrong
        one.refresh_from_db()
        assert one.is_open
        cashier_client.post(url, {"advance": "keep", "no_show": "on", "reason": "no call"})
        one.refresh_from_db()
        assert (one.status, one.closed_why, one.customer.advance_balance) == ("no_show", "no call", 500)

    def test_a_manager_refunds(self, manager_client: Client, store: Store) -> None:
        one = booking_of(store, PHONE, advance=500)
        manager_client.post(reverse("diary:booking-cancel", args=[one.pk]), {"advance": "refund", "refund_mode": "upi"})
        one.refresh_from_db()
        assert (one.status, one.customer.advance_balance) == ("cancelled", 0)

    def test_at_a_cashiers_screen_a_manager_allows_the_refund(
        self, cashier_client: Client, store: Store, manager: User, manager_pin: dict[str, str]
    ) -> None:
        one = booking_of(store, PHONE, advance=500)
        url = reverse("diary:booking-cancel", args=[one.pk])
        said = {"advance": "refund", "refund_mode": "upi"} | manager_pin
        assert "not right" in cashier_client.post(url, said | {"pin": "1111"}).content.decode()
        cashier_client.post(url, said)
        one.refresh_from_db()
        assert (one.status, one.customer.advance_balance) == ("cancelled", 0)
        entry = one.customer.wallet.get(cause="refund")
        assert entry.allowed_by == manager and "I know her" in entry.reason

    def test_a_fee_is_a_bill(self, cashier_client: Client, store: Store, facial: Product) -> None:
        one = booking_of(store, PHONE, advance=500)
        url = reverse("diary:booking-cancel", args=[one.pk])
        page = cashier_client.post(url, {"advance": "fee", "fee": "500.01", "fee_product": facial.pk}).content.decode()
        assert "at most what is left of the advance" in page
        cashier_client.post(url, {"advance": "fee", "fee": "100", "fee_product": facial.pk})
        one.refresh_from_db()
        assert (one.status, one.customer.advance_balance, Bill.objects.get().total) == ("cancelled", 400, 100)
        assert Bill.objects.get().number in cashier_client.get(one.get_absolute_url()).content.decode()


class TestToTheCounter:
    def test_carries_customer_and_lines(
        self, cashier_client: Client, store: Store, cashier: User, facial: Product
    ) -> None:
        one = appointment_of(store, PHONE, lines=with_products(store, [Line("Facial"), Line("Flowers")]))
        response = cashier_client.post(reverse("diary:appointment-counter", args=[one.pk]), follow=True)
        page = response.content.decode()
        assert "No product on sale has the name “Flowers”" in page and "Facial" in page and "98765 43210" in page
        cart = Cart.objects.current(store, cashier)
        assert cart is not None and cart.appointment == one
        sale = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
        response = cashier_client.post(reverse("diary:appointment-counter", args=[one.pk]), follow=True)
        assert f"has a bill already: {sale.bill.number}" in response.content.decode()


class TestLooking:
    def test_a_day_has_a_column_for_each_who_serves_and_lanes_for_clashes(
        self, cashier_client: Client, store: Store, cashier: User
    ) -> None:
        meera = staff(store, first_name="Meera")
        ten = appointment_of(store, PHONE, at=at(store, 10), minutes=60, served_by=cashier)
        half = appointment_of(store, "98765 43211", at=at(store, 10, 30), minutes=60, served_by=cashier)
        late = appointment_of(store, PHONE, at=at(store, 23, 30), minutes=120, served_by=meera)
        nobody = appointment_of(store, PHONE, at=at(store, 7))
        response = cashier_client.get(reverse("diary:day"))
        laid_out = response.context["laid_out"]
        placed = {
            card.appointment: (column.person, card.row, card.span, card.lane)
            for column in laid_out.columns for card in column.cards
        }  # fmt: skip
        assert placed == {
            ten: (cashier, 13, 4, 1), half: (cashier, 15, 4, 2), late: (meera, 67, 2, 1), nobody: (None, 1, 2, 1)
        }  # fmt: skip
        assert (laid_out.hours[0], laid_out.hours[-1]) == (7, 23)

    @pytest.mark.parametrize(("hour", "minute"), [(0, 10), (5, 25), (23, 59)])
    def test_a_day_is_the_stores_own(self, cashier_client: Client, store: Store, hour: int, minute: int) -> None:
        one = appointment_of(store, PHONE, at=at(store, hour, minute, days=3))
        day = store.day_of(one.scheduled_at)
        for n, there in ((0, True), (-1, False), (1, False)):
            page = cashier_client.get(reverse("diary:day"), {"day": (day + timedelta(days=n)).isoformat()})
            assert (one.get_absolute_url() in page.content.decode()) is there
        week = cashier_client.get(reverse("diary:week"), {"day": day.isoformat()})
        assert dict(week.context["days"])[day] == [one]

    def test_lists_are_narrowed(self, cashier_client: Client, store: Store, cashier: User) -> None:
        one = appointment_of(store, PHONE, at=at(store, 9), served_by=cashier)
        other = appointment_of(store, "98765 43211", at=at(store, 9, days=5))
        cancel_record(store=store, kind="appointment", pk=other.pk, by=cashier, now=timezone.now())
        url, today = reverse("diary:appointment-list"), store.day_of(timezone.now())
        for asked, found in (
            ({}, [other, one]), ({"q": "43211"}, [other]), ({"q": "nobody"}, []), ({"status": "open"}, [one]),
            ({"last": today.isoformat()}, [one]), ({"first": (today + timedelta(days=1)).isoformat()}, [other]),
            ({"served_by": cashier.pk}, [one]),
        ):  # fmt: skip
            assert cashier_client.get(url, asked).context["page"].rows == found, asked
        for wrong in (
            {"q": "\x00"},
            {"first": "x"},
            {"status": "x"},
            {"served_by": "x"},
            {"before": "x~y"},
            {"last": "9999-12-31"},
        ):
            assert cashier_client.get(url, wrong).status_code == 200, wrong

    @pytest.mark.parametrize("kind", ["booking", "enquiry"])
    def test_bookings_and_enquiries_newest_first_and_paged(
        self, cashier_client: Client, store: Store, kind: str
    ) -> None:
        make = {"booking": booking_of, "enquiry": enquiry_of}[kind]
        made = [make(store, PHONE) for _ in range(27)]
        url = reverse(f"diary:{kind}-list")
        first = cashier_client.get(url).context["page"]
        assert first.rows == made[:1:-1]
        assert cashier_client.get(url, {"before": first.older}).context["page"].rows == made[1::-1]

    def test_the_profile_shows_what_a_customer_arranged(self, cashier_client: Client, store: Store) -> None:
        one = appointment_of(store, PHONE, lines=[Line("Facial")], advance=500)
        made = [one, booking_of(store, PHONE), enquiry_of(store, PHONE, "Rates for December?")]
        other = booking_of(store, "98765 43211")
        url = reverse("diary:of-customer", args=[one.customer_id])
        assert url in cashier_client.get(one.customer.get_absolute_url()).content.decode()
        page = cashier_client.get(url).content.decode()
        for part in (*(record.get_absolute_url() for record in made), "Facial", "₹500.00", "Rates for December?"):
            assert part in page, part
        assert other.get_absolute_url() not in page
        assert (
            'value="98765 43210"' in cashier_client.get(NEW["booking"], {"customer": one.customer_id}).content.decode()
        )


def test_the_week_begins_on_monday() -> None:
    days = calendar.week_of(datetime(2026, 11, 22).date())
    assert (days[0].isoformat(), days[-1].isoformat()) == ("2026-11-16", "2026-11-22")
