"""Receipts given out: on paper, as PDF; the first is the original, every other one a duplicate."""

from decimal import Decimal as D

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.models import Bill, ReceiptPrint
from billing.papers.message import paper_text
from billing.papers.of_goods import bill_paper, note_paper, return_paper
from billing.papers.pdf import paper_pdf
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem
from billing.services.printing import note_print
from billing.services.tender import Tender
from billing.tests.factories import credit_of, sell, stocked_product, take_back
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes, pays
from viveka.stores.errors import Missing

pytestmark = pytest.mark.django_db
MM = 72 / 25.4


def pages(data):
    """Of each page its text and its size in mm."""
    return [
        (
            " ".join(page.get_textpage().get_text_range().split()),
            round(page.get_width() / MM),
            round(page.get_height() / MM),
        )
        for page in pypdfium2.PdfDocument(data)
    ]


def shown(bill):
    return bill_paper(
        Bill.objects.with_status().select_related("store", "debt_payment", "kept_advance").get(pk=bill.pk)
    )


@pytest.fixture
def soap(store):
    return stocked_product(store, batches=[(500, 80, 100)], name="Soap")


class TestPdf:
    @pytest.mark.parametrize("form", ["58", "80"])
    def test_a_slip_is_as_long_as_what_stands_on_it(self, store, cashier, soap, form):
        (short,) = pages(paper_pdf(shown(sell(store, cashier, [(soap, 1)]).bill), form))
        many = [(stocked_product(store, batches=[(5, 1, 1234567)], name=f"Thing {n}"), 1) for n in range(40)]
        (long,) = pages(paper_pdf(shown(sell(store, cashier, many).bill), form))
        assert short[1] == long[1] == int(form)
        assert 50 < short[2] < 140 < 300 < long[2]
        assert "1 × ₹100.00" in short[0] and "₹12,34,567.00" in long[0] and "Thing 39" in long[0]
        assert "₹4,93,82,680.00" in long[0]

    def test_on_a4_a_long_bill_takes_more_pages(self, store, cashier):
        many = [(stocked_product(store, batches=[(5, 1, 10)], name=f"Thing {n}"), 1) for n in range(60)]
        sheets = pages(paper_pdf(shown(sell(store, cashier, many).bill), "a4"))
        assert len(sheets) > 1
        assert {sheet[1:] for sheet in sheets} == {(210, 297)}
        assert "Thing 0" in sheets[0][0] and "Product" in sheets[1][0] and "Total" in sheets[-1][0]

    def test_advance_credit_and_a_code_for_what_is_due(self, store, cashier, soap):
        store.upi_id, store.receipt_footer = "shop@upi", "धन्यवाद"
        store.save()
        asha = CustomerFactory(store=store, name="आशा शर्मा")
        paid_ahead(asha, 150, by=cashier)
        owes(asha, 40, by=cashier)
        tenders = [Tender("advance", D(150)), Tender("credit", D(200)), Tender("cash", received=D(500))]
        bill = sell(store, cashier, [(soap, 5)], tenders=tenders, buyer=Buyer(customer_id=asha.pk)).bill
        ((text, _, tall),) = pages(paper_pdf(shown(bill)))
        for part in ("Advance balance", "On credit", "Change", "₹350.00", "Due now", "₹240.00", "by UPI", bill.number):
            assert part in text
        pays(asha, 240, by=cashier)
        ((paid, _, less_tall),) = pages(paper_pdf(shown(bill)))
        assert "by UPI" not in paid and less_tall < tall
        assert "upi://pay" not in paper_text(shown(bill))
        assert "Soap: 5 × ₹100.00 = ₹500.00" in paper_text(shown(bill))

    def test_of_what_came_back(self, store, cashier, soap):
        made = take_back(sell(store, cashier, [(soap, 2)]).bill, 1, by=cashier)
        note = credit_of(store, cashier, NoteItem(soap.pk, D(1), D(70)))
        for paper, parts in (
            (return_paper(made), (made.number, made.bill.number, "Returned", "Cash")),
            (note_paper(note), (note.number, "Credit note", "₹70.00")),
        ):
            ((text, _, _),) = pages(paper_pdf(paper))
            assert all(part in text for part in parts), text


class TestGivingOut:
    @pytest.fixture
    def bill(self, store, cashier, soap):
        return sell(store, cashier, [(soap, 1)]).bill

    def test_the_first_is_the_original_every_other_one_a_duplicate(self, cashier_client, cashier, bill):
        page = reverse("billing:receipt", args=[bill.pk])
        printing, pdf = (reverse(f"billing:paper-{name}", args=["bill", bill.pk]) for name in ("printed", "pdf"))
        for _ in range(2):  # looking is no printing
            assert "Duplicate" not in cashier_client.get(page).content.decode()
        assert "Duplicate" not in cashier_client.post(printing, {"paper": "58"}).content.decode()
        assert "Duplicate" in cashier_client.post(printing).content.decode()
        assert "Duplicate" in cashier_client.get(page).content.decode()
        response = cashier_client.post(pdf, {"paper": "a4"})
        assert response["Content-Type"] == "application/pdf"
        ((text, width, _),) = pages(response.content)
        assert "DUPLICATE" in text and width == 210
        cashier_client.post(printing, {"way": "message"})
        given = list(ReceiptPrint.objects.order_by("id").values_list("way", "by"))
        assert given == [("print", cashier.pk), ("print", cashier.pk), ("pdf", cashier.pk), ("message", cashier.pk)]

    def test_of_every_kind(self, cashier_client, store, cashier, bill, soap):
        asha = CustomerFactory(store=store)
        owes(asha, 50, by=cashier)
        things = {
            "goods_return": take_back(bill, 1, by=cashier),
            "credit_note": credit_of(store, cashier, NoteItem(soap.pk, D(1), D(70))),
            "advance": paid_ahead(asha, 20, by=cashier),
            "debt_payment": pays(asha, 30, by=cashier),
        }
        for kind, thing in things.items():
            response = cashier_client.post(reverse("billing:paper-pdf", args=[kind, thing.pk]), {"paper": "80"})
            assert "₹" in pages(response.content)[0][0], kind
            assert (
                "Duplicate"
                in cashier_client.post(reverse("billing:paper-printed", args=[kind, thing.pk])).content.decode()
            )
        assert cashier_client.post(reverse("billing:paper-pdf", args=["moon", bill.pk])).status_code == 404

    def test_not_of_another_store(self, other_store, cashier, bill):
        with pytest.raises(Missing):
            note_print(store=other_store, kind="bill", pk=bill.pk, way="print", by=cashier, now=timezone.now())
        assert not ReceiptPrint.objects.exists()

    def test_a_customer_with_a_phone_is_sent_the_receipt(self, cashier_client, store, cashier, soap):
        asha = CustomerFactory(store=store)
        bill = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=asha.pk)).bill
        page = reverse("billing:receipt", args=[bill.pk])
        assert f"https://wa.me/{asha.phone[1:]}?text=" in cashier_client.get(page).content.decode()
        asha.do_not_message = True
        asha.save()
        assert "wa.me" not in cashier_client.get(page).content.decode()
