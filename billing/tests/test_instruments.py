"""Paying from the advance balance and on credit: with the customer, in the same transaction, within the limit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from advances.models import AdvancePayment, Deduction, Utilization, WalletEntry
from advances.services import InsufficientAdvance, deduct_advance
from advances.services.record_changes import advances_of
from advances.tests.factories import appointment_of, booking_of, history, paid_ahead
from billing.models import Bill, BillLine, Payment, PaymentMethod, Product, StockMovement
from billing.services import checkout as checkout_module
from billing.services.buyer import Buyer
from billing.services.checkout import Sale, Terms
from billing.services.instruments import NEEDS_CUSTOMER, UNSAVED_CUSTOMER
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import CreditLimitPassed, CreditStopped, Permission, set_credit_account
from debts.tests.factories import owes, pays
from viveka.stores.errors import Refused
from viveka.stores.models import Counter, Store, User

pytestmark = pytest.mark.django_db
ADVANCE, CREDIT, CASH = PaymentMethod.ADVANCE, PaymentMethod.CREDIT, PaymentMethod.CASH
LEDGER = (Bill, BillLine, Payment, StockMovement, Debt, AdvancePayment, Deduction, Utilization, WalletEntry, Customer,
          Counter, Product)  # fmt: skip


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(1000, 80, 100)])


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao")


def buy(asha: Customer | None, by: User, soap: Product, count: int, *tenders: Tender, **rest: Any) -> Sale:
    buyer = Buyer(customer_id=asha.pk) if asha else Buyer()
    return sell(soap.store, by, [(soap, count)], tenders=tenders, **{"buyer": buyer, **rest})


def refuses(error: type[Refused], words: str, *sale: Any, **rest: Any) -> None:
    """A refused sale leaves no trace, and says so of the payments."""
    before = [list(model.objects.order_by("pk").values()) for model in LEDGER]
    with pytest.raises(error, match=words) as refusal:
        buy(*sale, **rest)
    assert set(refusal.value.errors) == {"payments"}
    assert [list(model.objects.order_by("pk").values()) for model in LEDGER] == before


def balances(customer: Customer) -> tuple[D, D]:
    return Customer.objects.values_list("debt_balance", "advance_balance").get(pk=customer.pk)


class TestAdvance:
    def test_the_worked_example_at_the_counter(self, asha: Customer, cashier: User, soap: Product) -> None:
        phone = str(asha.phone)
        first = advances_of(appointment_of(asha.store, phone, advance=500)).get()
        second = advances_of(booking_of(asha.store, phone, advance=300)).get()
        sale = buy(asha, cashier, soap, 6, Tender(ADVANCE))
        (payment,) = sale.bill.payments.all()
        assert (payment.method, payment.amount, payment.deduction.payment.bill) == ("advance", D(600), sale.bill)
        parts = list(payment.deduction.utilizations.values_list("advance", "amount"))
        assert parts == [(first.pk, D(500)), (second.pk, D(100))]
        assert history(asha) == [(D(500), D(500)), (D(300), D(800)), (D(-500), D(300)), (D(-100), D(200))]
        assert balances(asha) == (D(0), D(200))
        assert sale.bill.customer.advance_balance == D(200)  # for the receipt

    def test_in_order_of_date_not_of_kind(self, asha: Customer, cashier: User, soap: Product) -> None:
        fifth = paid_ahead(asha, 100, at=datetime(2026, 5, 5, tzinfo=UTC))
        first = paid_ahead(
            asha, 100, at=datetime(2026, 5, 1, tzinfo=UTC), reference_type="booking",
            reference_id=booking_of(asha.store, str(asha.phone)).pk,
        )  # fmt: skip
        buy(asha, cashier, soap, 1, Tender(ADVANCE))
        left = dict(AdvancePayment.objects.values_list("pk", "remaining_amount"))
        assert left == {first.pk: D(0), fifth.pk: D(100)}

    def test_mixed_with_cash_that_gives_change(self, asha: Customer, cashier: User, soap: Product) -> None:
        paid_ahead(asha, 120)
        sale = buy(asha, cashier, soap, 3, Tender(ADVANCE, D(120)), Tender(CASH, received=D(200)))
        assert [(one.method, one.amount) for one in sale.bill.payments.all()] == [("advance", D(120)), ("cash", D(180))]
        assert sale.bill.change == D(20)

    def test_spent_once(self, asha: Customer, cashier: User, soap: Product) -> None:
        paid_ahead(asha, 150)
        buy(asha, cashier, soap, 1, Tender(ADVANCE))
        refuses(InsufficientAdvance, "^Insufficient advance balance$", asha, cashier, soap, 1, Tender(ADVANCE))
        buy(asha, cashier, soap, 1, Tender(ADVANCE, D(50)), Tender(CASH))

    def test_of_an_earlier_day_uses_what_was_there_then(self, asha: Customer, cashier: User, soap: Product) -> None:
        paid_ahead(asha, 500)
        yesterday = timezone.now() - timedelta(hours=1)
        refuses(InsufficientAdvance, "Insufficient", asha, cashier, soap, 1, Tender(ADVANCE), at=yesterday)


class TestCredit:
    def test_a_debt_behind_the_bill(self, asha: Customer, cashier: User, soap: Product) -> None:
        due = timezone.now().date() + timedelta(days=40)
        sale = buy(asha, cashier, soap, 5, Tender(CASH, D(200)), Tender(CREDIT, due_on=due))
        debt = Debt.objects.get()
        assert (debt.amount, debt.due_on, debt.customer, debt.at, debt.by) == (D(300), due, asha, sale.bill.at, cashier)
        assert debt.payment.bill == sale.bill
        assert (balances(asha), sale.bill.customer.debt_balance) == ((D(300), D(0)), D(300))
        pays(asha, 300)

    def test_for_whom_it_was(self, asha: Customer, cashier: User, soap: Product) -> None:
        buy(asha, cashier, soap, 1, Tender(CREDIT), buyer=Buyer(customer_id=asha.pk, name="Ravi"))
        assert Debt.objects.get().for_name == "Ravi"

    def test_on_terms_of_the_account(self, asha: Customer, cashier: User, manager: User, soap: Product) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=None, terms_days=15)
        bill = buy(asha, cashier, soap, 1, Tender(CREDIT), at=datetime(2026, 5, 1, 18, 40, tzinfo=UTC)).bill
        assert (bill.day, Debt.objects.get().due_on) == (date(2026, 5, 2), date(2026, 5, 17))

    def test_a_part_paid_now_does_not_pass_the_limit_by(
        self, asha: Customer, cashier: User, manager: User, soap: Product
    ) -> None:
        """Owes 900 of 1,000, buys for 500, pays 1 in cash: refused; pays 400: taken."""
        set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=None)
        owes(asha, 900)
        refuses(
            CreditLimitPassed, "₹900.00 is owed, ₹100.00 is left",
            asha, cashier, soap, 5, Tender(CASH, D(1)), Tender(CREDIT),
        )  # fmt: skip
        refuses(CreditLimitPassed, "is left", asha, cashier, soap, 5, Tender(CREDIT, D("100.01")), Tender(CASH))
        buy(asha, cashier, soap, 5, Tender(CASH, D(400)), Tender(CREDIT))
        assert balances(asha) == (D(1000), D(0))

    def test_in_two_parts_judged_together(self, asha: Customer, cashier: User, manager: User, soap: Product) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(150), terms_days=None)
        refuses(CreditLimitPassed, "is left", asha, cashier, soap, 2, Tender(CREDIT, D(100)), Tender(CREDIT, D(100)))

    def test_a_managers_permission_is_recorded(
        self, asha: Customer, cashier: User, manager: User, soap: Product
    ) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(100), terms_days=None)
        buy(asha, cashier, soap, 5, Tender(CREDIT, permission=Permission(manager, "Wedding")))
        debt = Debt.objects.get()
        assert (debt.by, debt.allowed_by, debt.allowed_why) == (cashier, manager, "Wedding")
        mine = Permission(cashier, "Me")
        refuses(Refused, "Only a manager", asha, cashier, soap, 5, Tender(CREDIT, permission=mine))

    def test_stopped(self, asha: Customer, cashier: User, manager: User, soap: Product) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=None, terms_days=None, is_active=False)
        refuses(CreditStopped, "is stopped", asha, cashier, soap, 1, Tender(CREDIT))

    def test_due_before_it_is_made(self, asha: Customer, cashier: User, soap: Product) -> None:
        refuses(Refused, "before the debt", asha, cashier, soap, 1, Tender(CREDIT, due_on=date(2020, 1, 1)))

    def test_a_due_date_belongs_to_credit(self, asha: Customer, cashier: User, soap: Product) -> None:
        refuses(Refused, "Only credit", asha, cashier, soap, 1, Tender(CASH, due_on=date(2099, 1, 1)))


class TestCustomer:
    @pytest.mark.parametrize("method", [ADVANCE, CREDIT])
    def test_is_needed(self, cashier: User, soap: Product, method: str) -> None:
        refuses(Refused, NEEDS_CUSTOMER, None, cashier, soap, 1, Tender(method))

    @pytest.mark.parametrize("method", [ADVANCE, CREDIT])
    def test_that_could_not_be_saved_ends_the_sale(self, cashier: User, soap: Product, method: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'not today'; END $$;"
                "CREATE TRIGGER refuse BEFORE INSERT ON customers_customer FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        rob = Buyer(phone="9876543210", name="Rob")
        refuses(Refused, UNSAVED_CUSTOMER, None, cashier, soap, 1, Tender(method), buyer=rob)
        assert buy(None, cashier, soap, 1, Tender(CASH), buyer=rob).warnings

    def test_made_with_the_sale_may_owe(self, cashier: User, soap: Product) -> None:
        sale = buy(None, cashier, soap, 1, Tender(CREDIT), buyer=Buyer(phone="9876543210"))
        assert (sale.is_new_customer, Debt.objects.get().customer) == (True, sale.bill.customer)

    def test_without_phone_and_name_may_not(self, store: Store, cashier: User, soap: Product) -> None:
        nobody = CustomerFactory(store=store, phone=None, name="Walk-in Customer")
        refuses(Refused, "phone or name", nobody, cashier, soap, 1, Tender(CREDIT))


class TestOneTransaction:
    STEPS = ["take_from_batches", "_write_lines", "_write_payments", "_count_purchase", "_write_bill"]

    @pytest.mark.parametrize("step", STEPS)
    def test_broken_off_anywhere_nothing_is_left(
        self, asha: Customer, cashier: User, soap: Product, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paid_ahead(asha, 100)
        before = [list(model.objects.order_by("pk").values()) for model in LEDGER]
        work = getattr(checkout_module, step)

        def work_and_break(*args: Any, **kwargs: Any) -> None:
            work(*args, **kwargs)
            raise RuntimeError("the lamp went out")

        monkeypatch.setattr(checkout_module, step, work_and_break)
        with pytest.raises(RuntimeError, match="lamp"):
            buy(asha, cashier, soap, 3, Tender(ADVANCE, D(100)), Tender(CREDIT, D(100)), Tender(CASH))
        assert [list(model.objects.order_by("pk").values()) for model in LEDGER] == before

    def test_a_later_refusal_undoes_the_advance(
        self, asha: Customer, cashier: User, manager: User, soap: Product
    ) -> None:
        paid_ahead(asha, 100)
        set_credit_account(customer=asha, by=manager, credit_limit=D(50), terms_days=None)
        refuses(CreditLimitPassed, "limit", asha, cashier, soap, 2, Tender(CREDIT), Tender(ADVANCE, D(100)))

    def test_the_number_of_statements_does_not_grow_with_the_lines(
        self, store: Store, asha: Customer, cashier: User, django_assert_num_queries: Any
    ) -> None:
        products = [stocked_product(store, batches=[(10, 1, 2), (10, 1, 3)]) for _ in range(30)]
        for _ in range(40):
            paid_ahead(asha, 5, by=cashier)
        tenders = [Tender(ADVANCE, D(2)), Tender(CREDIT)]
        told: dict[str, Any] = {"tenders": tenders, "buyer": Buyer(customer_id=asha.pk)}
        sell(store, cashier, [(products[0], 2)], **told)
        counted = []
        for tried in (products[:1], products):
            with django_assert_num_queries(22) as context:
                sell(store, cashier, [(product, 2) for product in tried], **told)
            counted.append(len(context))
        assert counted[0] == counted[1]


class TestTheDatabase:
    """It ties the method to its instrument, and the instrument to the bill's own customer."""

    def write_bill(self, sale: Sale, **payment: Any) -> None:
        """The same bill once more, paid otherwise."""
        bill = Bill.objects.get(pk=sale.bill.pk)
        line, old = bill.lines.get(), bill.payments.get()
        bill.pk, bill.number, bill.sequence, bill.cart_id = uuid4(), "BILL-X", 999, None
        line.pk, line.bill_id, line.position = uuid4(), bill.pk, 1
        line.save(force_insert=True)
        values = {field.attname: getattr(old, field.attname) for field in Payment._meta.concrete_fields}
        instrument = {f"{name}_id": row.pk for name, row in payment.items() if name != "method"}
        method = payment.get("method", old.method)
        Payment.objects.create(**{**values, **instrument, "id": None, "bill_id": bill.pk, "method": method})
        bill.save(force_insert=True)

    def refused(self, sale: Sale, words: str, **payment: Any) -> None:
        with pytest.raises(IntegrityError, match=words), transaction.atomic():
            self.write_bill(sale, **payment)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_money_has_no_instrument_and_the_others_have_theirs(
        self, asha: Customer, cashier: User, soap: Product
    ) -> None:
        sale = buy(asha, cashier, soap, 1, Tender(CASH))
        debt = owes(asha, 100)
        paid_ahead(asha, 100)
        deduction = deduct_advance(customer=asha, amount=D(100), by=cashier, now=timezone.now())
        rule = "payment_instrument_follows_method"
        self.refused(sale, rule, method="credit")
        self.refused(sale, rule, method="advance")
        self.refused(sale, rule, debt=debt)
        self.refused(sale, rule, deduction=deduction)
        self.refused(sale, rule, method="credit", deduction=deduction)
        self.refused(sale, rule, method="advance", debt=debt, deduction=deduction)
        self.write_bill(sale, method="credit", debt=debt)

    def test_of_another_customer_or_another_amount(
        self, store: Store, asha: Customer, cashier: User, soap: Product
    ) -> None:
        sale = buy(asha, cashier, soap, 1, Tender(CASH))
        usha = CustomerFactory(store=store)
        paid_ahead(usha, 100)
        deduction = deduct_advance(customer=usha, amount=D(100), by=cashier, now=timezone.now())
        rule = "is paid with what is another customer's"
        self.refused(sale, rule, method="credit", debt=owes(usha, 100))
        self.refused(sale, rule, method="advance", deduction=deduction)
        self.refused(sale, rule, method="credit", debt=owes(asha, 101))
        nobody = buy(None, cashier, soap, 1, Tender(CASH))
        self.refused(nobody, rule, method="credit", debt=owes(asha, 100))

    def test_of_another_store(self, other_store: Store, asha: Customer, cashier: User, soap: Product) -> None:
        sale = buy(asha, cashier, soap, 1, Tender(CASH))
        theirs = owes(CustomerFactory(store=other_store), 100)
        self.refused(sale, "another customer|store_key", method="credit", debt=theirs)

    def test_an_instrument_pays_once(self, asha: Customer, cashier: User, soap: Product) -> None:
        sale = buy(asha, cashier, soap, 1, Tender(CREDIT))
        self.refused(sale, "duplicate key")


def test_a_discount_and_an_expected_total_hold_with_credit(asha: Customer, cashier: User, soap: Product) -> None:
    terms = Terms(discount=D(10), expected_total=D(190))
    assert buy(asha, cashier, soap, 2, Tender(CREDIT), terms=terms).bill.total == D(190)
    assert balances(asha) == (D(190), D(0))
