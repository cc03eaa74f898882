"""What is owed, what is paid ahead, what older programs say of both: once or many times."""

from decimal import Decimal

from advances.models import AdvancePayment
from advances.services import refund_advance
from advances.tests.factories import paid_ahead
from billing.models import BooksRun, BooksRunLine, OldBooks, OldDebt, OldDebtPayment
from customers.models import Customer
from debts.models import CreditAccount, PaymentPromise, Reminder
from debts.services import set_credit_account, write_off_debt
from debts.tests.factories import brought, owes, pays
from tests.growth.growing import Growing, amount
from tests.world_debts import Debts


def grow_advances(growing: Growing) -> AdvancePayment:
    """Many of Asha, the oldest of them large: much of it is refunded bit by bit."""
    asha, by = growing.asha, growing.cashier
    oldest = paid_ahead(asha, 90_000, by=by, at=growing.ago(30))
    for number in growing.rows():
        paid_ahead(asha, amount(number), by=by)
        told = growing.deed(advance_id=oldest.pk, amount=Decimal(1), mode="cash")
        refund_advance(reason=f"Asked {number}", **told)
    return oldest


def grow_owing(growing: Growing) -> list[Customer]:
    """Customers who brought a debt and an advance along; each has an account, was called and promised to pay."""
    store = growing.store
    rows = [f"Buyer {n},+9197{store.pk:05d}{n:03d},{amount(n)},2026-01-0{1 + n % 9},50" for n in growing.rows()]
    brought(store, *rows, by=growing.manager)
    buyers = list(Customer.objects.of(store).filter(name__startswith="Buyer ").order_by("pk"))
    told = {"store": store, "by": growing.manager}
    for one in buyers:
        pays(one, 5, by=growing.cashier)
    CreditAccount.objects.bulk_create(
        CreditAccount(customer=one, credit_limit=Decimal(90_000), terms_days=9, **told) for one in buyers
    )
    today = store.day_of(growing.now)
    noted = {"at": growing.now, "created_at": growing.now, **told}
    Reminder.objects.bulk_create(
        Reminder(customer=one, way="call", owed=Decimal(100), **{**noted, "at": growing.ago(2)}) for one in buyers
    )
    PaymentPromise.objects.bulk_create(PaymentPromise(customer=one, promised_on=today, **noted) for one in buyers)
    return buyers


def grow_debts(growing: Growing) -> Debts:
    """Many debts of Asha; one that was paid and given up bit by bit; a payment that settled many."""
    asha, by = growing.asha, growing.cashier
    small = [owes(asha, amount(n), by=by, note=f"Debt {n}") for n in growing.rows()]
    debt = owes(asha, 9_000, by=by, note="Rice")
    for number in growing.rows():
        pays(asha, 1, debts=[debt], by=by, reference=f"Paid {number}")
        write_off_debt(**growing.deed(debt_id=debt.pk, amount=Decimal(1), reason=f"Old {number}"))
    settled = small[: growing.times // 2] or small
    payment = pays(asha, sum(one.amount for one in settled), debts=settled, by=by)
    set_credit_account(customer=asha, by=growing.manager, credit_limit=None, terms_days=9)
    account = CreditAccount.objects.get(customer=asha)
    for number in growing.rows():
        account.credit_limit = Decimal(900_000 + number)
        account.save(update_fields=["credit_limit"])
    return Debts(asha, debt, payment)


def grow_old_books(growing: Growing) -> BooksRun:
    """Many runs; one of many lines; many debts without an owner."""
    store, now = growing.store, growing.now
    books = OldBooks.objects.get(store=store)
    told = {"store": store, "books": books}
    runs = [BooksRun(kind="import", by=growing.manager, began_at=now, ended_at=now, **told) for _ in growing.rows()]
    BooksRun.objects.bulk_create(runs)
    BooksRunLine.objects.bulk_create(
        BooksRunLine(store=store, run=runs[0], outcome="refused", place=f"lines {n}", reason=f"Why {n}")
        for n in growing.rows()
    )
    debts = [OldDebt(key=f"K{n}", name="Kamala", amount=amount(n), at=now, **told) for n in growing.rows()]
    OldDebt.objects.bulk_create(debts)
    OldDebtPayment.objects.bulk_create(
        OldDebtPayment(old_debt=one, key=one.key, amount=Decimal(1), at=now, **told) for one in debts
    )
    return runs[0]
