"""What the tills do at once with advances and debts. Arguments and answers are plain values."""

from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from billing.services.buyer import Buyer
from billing.services.checkout import checkout
from billing.services.quote import SaleItem
from billing.services.tender import Tender
from customers.models import Customer
from debts.models import Debt, DebtPayment, ReductionCause
from debts.services import Repayment, reduce_debt, repay_debts, reverse_payment
from viveka.stores.models import Store, User


def buy(store: int, by: int, customer: int, product: int, count: int, *methods: tuple[str, str]) -> str:
    """So many of the product, paid by (method, amount); the bill's number."""
    return checkout(
        store=Store.objects.get(pk=store),
        by=User(pk=by),
        items=[SaleItem(product, Decimal(count))],
        tenders=[Tender(method, Decimal(amount)) for method, amount in methods],
        now=timezone.now(),
        buyer=Buyer(customer_id=customer),
    ).bill.number


def pay(by: int, customer: int, amount: str, mode: str = "cash", keep_rest: bool = False) -> str:
    """A payment of debts; how much of it settled debts."""
    payment = repay_debts(
        customer=Customer.objects.get(pk=customer),
        repayment=Repayment(Decimal(amount), mode, keep_rest=keep_rest),
        by=User(pk=by),
        now=timezone.now(),
    )
    return str(payment.amount - payment.kept_amount)


def pay_or_return(by: int, customer: int, debt: UUID, amount: str, is_return: bool) -> str:
    """A payment of debts, or goods that lower the debt."""
    if not is_return:
        return pay(by, customer, amount)
    less = reduce_debt(
        debt=Debt.objects.get(pk=debt),
        amount=Decimal(amount),
        cause=ReductionCause.RETURN,
        reason="Torn",
        by=User(pk=by),
        now=timezone.now(),
    )
    return str(less.amount)


def undo(store: int, by: int, payment: UUID) -> str:
    """The payment is reversed."""
    undone = reverse_payment(
        store=Store.objects.get(pk=store), payment_id=payment, reason="Wrong", by=User(pk=by), now=timezone.now()
    )
    return str(undone.pk)


def anything(store: int, by: int, customer: int, product: int, kind: int) -> str:
    """All that can happen to one customer's money, by number: to see that nobody waits in a circle."""
    deeds = [
        lambda: buy(store, by, customer, product, 1, ("credit", "100")),
        lambda: buy(store, by, customer, product, 1, ("advance", "60"), ("credit", "40")),
        lambda: pay(by, customer, "30"),
        lambda: pay(by, customer, "20", "advance"),
        lambda: pay(by, customer, "500", "upi", True),
        lambda: undo(store, by, _last_payment(customer)),
    ]
    return deeds[kind % len(deeds)]()


def _last_payment(customer: int) -> UUID:
    payment = DebtPayment.objects.filter(customer=customer, reversal__isnull=True).order_by("-at").first()
    return payment.pk if payment else UUID(int=0)
