"""Corrections on their screens."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from advances.tests.factories import paid_ahead
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem
from billing.services.tender import Tender
from billing.tests.factories import credit_of, sell, take_back
from debts.tests.factories import owes, pays
from tests.corrections.judging import fresh

pytestmark = pytest.mark.django_db


class TestScreens:
    def test_a_manager_moves_a_bill_and_the_page_tells(
        self, manager_client, cashier_client, store, cashier, soap, rita
    ):
        bill = sell(store, cashier, [(soap, 1)]).bill
        url = reverse("billing:correct", args=["bill", bill.pk])
        assert cashier_client.get(url).status_code == 403
        assert url in manager_client.get(bill.get_absolute_url()).content.decode()
        said = {"what": "owner", "owner-who": "CUST9999", "owner-reason": "It was hers"}
        page = manager_client.post(url, said).content.decode()
        assert "Nobody has this phone or number" in page and "CUST9999" in page
        manager_client.post(url, said | {"owner-who": rita.phone})
        manager_client.post(
            url,
            {
                "what": "method", "method-payment": f"payment:{bill.payments.get().pk}", "method-method": "upi",
                "method-reason": "It was UPI",
            },
        )  # fmt: skip
        page = manager_client.get(bill.get_absolute_url()).content.decode()
        for part in (f"from nobody to {rita.number}", "was paid by UPI, not Cash", "It was hers", "It was UPI"):
            assert part in page
        receipt = cashier_client.get(reverse("billing:receipt", args=[bill.pk])).content.decode()
        assert rita.name in receipt and "UPI" in receipt

    def test_how_money_went_back(self, manager_client, cashier_client, store, cashier, soap, rita):
        bill = sell(store, cashier, [(soap, 2)], buyer=Buyer(customer_id=rita.pk)).bill
        made = take_back(bill, 1, by=cashier)
        note = credit_of(store, cashier, NoteItem(soap.pk, D(1), D(60)))
        owed = sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=Buyer(customer_id=rita.pk)).bill
        for kind, row in (("return", made), ("credit_note", note)):
            url = reverse("billing:correct", args=[kind, row.pk])
            assert url in manager_client.get(row.get_absolute_url()).content.decode()
            assert url not in cashier_client.get(row.get_absolute_url()).content.decode()
            assert "somebody else" not in manager_client.get(url).content.decode()
            part = f"{'money_back' if kind == 'return' else 'note_money'}:{row.money.get().pk}"
            sent = {"what": "method", "method-payment": part, "method-method": "upi", "method-reason": "By phone"}
            assert manager_client.post(url, sent).url == row.get_absolute_url()
            page = manager_client.get(row.get_absolute_url()).content.decode()
            assert "was paid by UPI, not Cash" in page and "By phone" in page
            receipt = reverse(f"billing:{kind.replace('_', '-')}-receipt", args=[row.pk])
            assert "UPI" in cashier_client.get(receipt).content.decode()
        nothing = take_back(owed, 1, by=cashier)
        assert manager_client.get(reverse("billing:correct", args=["return", nothing.pk])).status_code == 404
        assert "paid in another way" in manager_client.get(reverse("billing:received")).content.decode()

    @pytest.mark.parametrize("kind", ["debt_payment", "advance"])
    def test_money_of_another_person(self, manager_client, store, cashier, rita, sita, kind):
        owes(rita, 50, by=cashier)
        found = pays(rita, 50, by=cashier) if kind == "debt_payment" else paid_ahead(rita, 50, by=cashier)
        url = reverse("billing:correct", args=[kind, found.pk])
        assert "It was somebody else" in manager_client.get(url).content.decode()
        response = manager_client.post(url, {"what": "owner", "owner-who": sita.number, "owner-reason": "Hers"})
        assert response.status_code == 302
        assert fresh(sita)[0].advance_balance == 50
        assert manager_client.get(reverse("billing:correct", args=["moon", found.pk])).status_code == 404
