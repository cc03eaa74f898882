"""A shop moves over from a program that kept debts per sale: import, link, assign; the books hold at every step."""

from decimal import Decimal as D
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import Bill, BooksRun, OldDebt, Payment, Product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt, DebtPayment
from viveka.books.check import check_books
from viveka.legacy.assigning import assign_debts, assign_rest
from viveka.legacy.recount import recount
from viveka.legacy.tests.old_program import make_old_program
from viveka.stores.changes import with_previous
from viveka.stores.errors import Missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_file(tmp_path):
    return make_old_program(tmp_path / "shop.sqlite3")


def sound(store):
    assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []
    assert recount(store=store, dry_run=True) == []


def bring(store, manager, old_file, **more):
    out = StringIO()
    call_command("import_legacy", str(old_file), store=store.slug, mapping="customer-aware", stdout=out, **more)
    return out.getvalue()


def link(store, **more):
    out = StringIO()
    call_command("link_customers", store=store.slug, stdout=out, **more)
    return out.getvalue()


def rows(store):
    """Everything that an import or a linking writes, as values."""
    models = (Bill, Payment, OldDebt, Debt, DebtPayment, Customer, Product)
    return [sorted(map(str, model.objects.filter(store=store).values_list())) for model in models]


def test_a_dry_run_writes_nothing(store, manager, old_file):
    before = rows(store), BooksRun.objects.count()
    assert "11 created" in bring(store, manager, old_file, dry_run=True)
    assert (rows(store), BooksRun.objects.count()) == before
    bring(store, manager, old_file)
    before = rows(store), BooksRun.objects.count()
    assert "Dry run" in link(store, create="named", dry_run=True)
    assert (rows(store), BooksRun.objects.count()) == before


def test_the_whole_story(store, manager, old_file, tmp_path, django_assert_max_num_queries):
    known = CustomerFactory.create(store=store, phone=None, name="Ravi")
    twins = [CustomerFactory.create(store=store, phone=f"+91987650000{n}", name="Sita") for n in (1, 2)]
    report = tmp_path / "report.csv"
    said = bring(store, manager, old_file, report=str(report))
    assert "Sales: 12 read, 11 created, 1 refused" in said
    assert "It has no date that can be read" in said and "There is no such sale" in said
    assert "payments 3" in report.read_text() and "20.00 is not booked" in report.read_text()
    _bills_are_as_they_were(store)
    sound(store)
    before = rows(store)
    assert "11 matched" in bring(store, manager, old_file)
    assert rows(store) == before

    assert "Debts: 4 matched, 4 left over" in link(store)
    sound(store)
    _debtors_are_linked(store, known)
    before = rows(store)
    link(store)
    assert rows(store) == before
    link(store, create="named")
    sound(store)
    gita = Bill.objects.get(store=store, number="10").customer
    history = apps.get_model("customers", "CustomerChange").objects.filter(pgh_obj=gita)
    assert (gita.name, with_previous(history).get().who) == ("Gita", manager.username)
    assert Bill.objects.get(store=store, number="3").customer == known
    assert Bill.objects.get(store=store, number="1").customer is None

    _the_rest_is_assigned(store, manager, twins[0])
    sound(store)
    assert not OldDebt.objects.of(store).without_owner().exists()


def _bills_are_as_they_were(store):
    bills = {bill.number: bill for bill in Bill.objects.of(store)}
    assert set(bills) == {str(n) for n in range(1, 12)}
    assert all(bill.is_imported and bill.sequence is None and bill.customer is None for bill in bills.values())
    assert [bills[n].total for n in ("1", "2", "4", "6")] == [D(100), D("250.50"), D(500), D(70)]
    assert (bills["2"].subtotal, bills["2"].discount) == (D("260.50"), D(10))
    assert sorted(bills["4"].lines.values_list("name", "total")) == [
        ("Chair", D(450)), ("Not itemised in the older program", D(50)),
    ]  # fmt: skip
    assert [line.name for line in bills["6"].lines.all()] == ["Sale in the older program"]
    assert sorted(bills["4"].payments.values_list("method", "amount")) == [("cash", D(200)), ("credit", D(300))]
    assert {line.is_cost_unknown for bill in bills.values() for line in bill.lines.all()} == {True}
    assert Product.objects.of(store).filter(is_active=True).count() == 0
    assert not Debt.objects.of(store).exists()
    assert not Customer.objects.of(store).filter(debt_balance__gt=0).exists()


def _debtors_are_linked(store, known):
    """Asha by her phone, Ravi by his name, Kiran by the older program's own record; the rest is left."""
    asha, kiran = (Customer.objects.get(store=store, phone=phone) for phone in ("+919876543210", "+919876543212"))
    assert (asha.name, asha.debt_balance, asha.total_purchases, asha.purchase_count) == (
        "Asha Rao", D(100), D("340.50"), 2,
    )  # fmt: skip
    known.refresh_from_db()
    assert (known.debt_balance, known.purchase_count) == (D(200), 2)
    assert (kiran.name, kiran.debt_balance) == ("Kiran", D(20))
    left = dict(OldDebt.objects.of(store).without_owner().values_list("key", "why"))
    nobody = "The name is a placeholder, and there is no phone"
    assert left == {
        "4": "2 customers have this name", "5": nobody, "6": nobody, "8": "It says neither a name nor a phone",
    }  # fmt: skip


def _the_rest_is_assigned(store, manager, sita):
    now = timezone.now()
    bill = Bill.objects.get(store=store, number="6")
    paid = list(bill.payments.values())
    hers = list(OldDebt.objects.of(store).without_owner().filter(name__iexact="sita").values_list("pk", flat=True))
    assert assign_debts(store=store, debts=hers, customer=sita, by=manager, now=now) == 1
    sita.refresh_from_db()
    assert (sita.debt_balance, sita.purchase_count) == (D(70), 1)
    after = Bill.objects.get(pk=bill.pk)
    assert (after.number, after.total, after.customer, list(after.payments.values())) == (
        bill.number, bill.total, sita, paid,
    )  # fmt: skip
    with pytest.raises(Missing):
        assign_debts(
            store=store, debts=[OldDebt.objects.get(key="4", store=store).pk], customer=sita, by=manager, now=now
        )
    unknown, n = assign_rest(store=store, by=manager, now=now)
    assert (unknown.name, n > 0) == ("Unknown", True)


def test_what_is_wrong_is_said(store, manager, tmp_path, old_file):
    with pytest.raises(CommandError, match="no store"):
        call_command("import_legacy", str(old_file), store="nowhere")
    with pytest.raises(CommandError, match="There is no mapping"):
        call_command("import_legacy", str(old_file), store=store.slug, mapping="nothing")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\n[sales]\nnumber = "id"\nat = "when"\n')
    with pytest.raises(CommandError, match="sales has no column when"):
        call_command("import_legacy", str(old_file), store=store.slug, mapping=str(wrong))
