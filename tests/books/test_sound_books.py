"""Books that are sound keep every rule, whatever a manager changes; and what the command says of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import Batch, Product
from billing.tests.factories import sell
from debts import statement
from tests.books.breaking import run, unfence, wrong
from tests.books.trade import Ids
from viveka.books.check import RULES, check_books
from viveka.stores.models import StockPolicy, Store, User

pytestmark = pytest.mark.django_db


def seller(store: Store) -> User:
    return User.objects.filter(memberships__store=store)[0]


def test_sound_books_keep_every_rule(ours: Ids) -> None:
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


def test_a_statement_that_opens_otherwise_is_reported(ours: Ids, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row can break this one, only the code that reads them."""
    assert wrong("statement_closes_as_the_next_opens") == []
    nothing = statement._NOTHING
    monkeypatch.setattr(statement, "_opening", lambda customer, begins: replace(nothing, debt=D(1)))
    assert wrong("statement_closes_as_the_next_opens")


def test_sentences_are_sentences() -> None:
    for rule in RULES:
        assert rule.says.endswith((".", ").")) and rule.says[0].isupper(), rule.name


def test_another_store_is_not_looked_at(ours: Ids, store: Store, other_store: Store) -> None:
    unfence()
    run("UPDATE billing_bill SET total = total + 1 WHERE id = %(first)s", ours)
    assert all(verdict.is_ok for verdict in check_books(other_store))
    assert not all(verdict.is_ok for verdict in check_books(store))


class TestWhatAManagerMayChangeBreaksNoRule:
    def test_the_time_zone(self, ours: Ids, store: Store) -> None:
        store.timezone = "Pacific/Kiritimati"
        store.save()
        soap = Product.objects.get(pk=ours["soap"])
        sell(store, seller(store), [(soap, 1)], at=datetime(2026, 6, 1, 10, 1, tzinfo=UTC))
        store.timezone = "Pacific/Pago_Pago"
        store.save()
        assert all(verdict.is_ok for verdict in check_books())

    def test_the_prefix_of_bills(self, ours: Ids, store: Store) -> None:
        store.bill_prefix = "S"
        store.save()
        sell(store, seller(store), [(Product.objects.get(pk=ours["soap"]), 1)])
        assert all(verdict.is_ok for verdict in check_books())

    def test_a_service_that_becomes_goods(self, ours: Ids) -> None:
        Product.objects.filter(pk=ours["cut"]).update(stock_policy=StockPolicy.REFUSE)
        assert all(verdict.is_ok for verdict in check_books())

    def test_an_expiry_date_put_right(self, ours: Ids, store: Store) -> None:
        """Passed over while it was thought expired, sold after the date was corrected, and back again."""
        soap, day = Product.objects.get(pk=ours["soap"]), store.day_of(timezone.now())
        for days in (-1, 1, -2, 2):
            Batch.objects.filter(pk=ours["batch2"]).update(expiry_date=day + timedelta(days=days))
            sell(store, seller(store), [(soap, 1)])
        assert Batch.objects.get(pk=ours["batch3"]).remaining == D(8)
        assert all(verdict.is_ok for verdict in check_books())


class TestCommand:
    def said(self, *arguments: str) -> tuple[int, str]:
        out, code = StringIO(), 0
        try:
            call_command("check_books", *arguments, stdout=out)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, out.getvalue()

    def test_says_ok_for_every_rule(self, ours: Ids) -> None:
        code, text = self.said()
        rows = text.splitlines()
        assert code == 0
        assert [row.split() for row in rows[:-1]] == [[rule.name, "ok"] for rule in RULES]
        assert rows[-1].startswith(f"All {len(RULES)} rules hold")

    def test_ends_with_1_and_prints_the_ids(self, ours: Ids, store: Store) -> None:
        unfence()
        run("UPDATE billing_bill SET total = total + 1 WHERE id = %(first)s", ours)
        code, text = self.said("--store", store.slug)
        assert code == 1
        assert "    should be: A bill's total is its subtotal less discount plus rounding.\n" in text
        assert f"    is not:    {ours['first']}\n" in text

    def test_json_can_be_read_by_a_machine(self, ours: Ids) -> None:
        code, text = self.said("--json")
        answer = json.loads(text)
        assert (code, answer["ok"], len(answer["rules"])) == (0, True, len(RULES))
        unfence()
        run("UPDATE billing_product SET current_stock = 1 WHERE id = %(soap)s", ours)
        code, text = self.said("--json")
        answer = json.loads(text)
        assert (code, answer["ok"]) == (1, False)
        (rule,) = [rule for rule in answer["rules"] if not rule["ok"]]
        assert (rule["name"], rule["wrong"], rule["ids"]) == ("product_stock_is_its_batches", 1, [ours["soap"]])

    def test_a_store_that_does_not_exist_is_said(self) -> None:
        with pytest.raises(CommandError, match="no store nowhere") as error:
            call_command("check_books", store="nowhere")
        assert error.value.returncode == 2
