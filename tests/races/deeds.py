"""What the tills do at once. Arguments and answers are plain values, since they travel between processes."""

from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from billing.services.buyer import Buyer
from billing.services.checkout import Sale, checkout, complete_cart
from billing.services.quote import SaleItem
from billing.services.tender import Tender
from customers.models import Customer
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.models import Store, User

CASH = (Tender("cash"),)


def find_or_create(store: int, phone: str, name: str = "") -> tuple[int, str, bool]:
    """Customer, number, whether new."""
    found = Customer.objects.find_or_create(store=Store.objects.get(pk=store), phone=phone, details={"name": name})
    return found.customer.pk, found.customer.number, found.is_new


def sell(store: int, by: int, products: list[int], phone: str = "") -> str:
    """One of each product; the bill's number."""
    return _sell(store, by, products, phone).bill.number


def sell_with_key(store: int, by: int, products: list[int], key: str) -> tuple[str, bool]:
    """The bill's number, and whether it was made before."""
    request = KeyedRequest(store=Store(pk=store), user=User(pk=by), method="POST", path="/sales", key=key, body=b"{}")
    sale = _sell(store, by, products, "", request)
    return sale.bill.number, sale.is_replay


def complete(store: int, by: int, cart: UUID) -> tuple[str, bool]:
    """The bill's number, and whether it was made before."""
    sale = complete_cart(
        store=Store.objects.get(pk=store), by=User(pk=by), cart_id=cart, tenders=CASH, now=timezone.now()
    )
    return sale.bill.number, sale.is_replay


def _sell(store: int, by: int, products: list[int], phone: str, request: KeyedRequest | None = None) -> Sale:
    return checkout(
        store=Store.objects.get(pk=store),
        by=User(pk=by),
        items=[SaleItem(product, Decimal(1)) for product in products],
        tenders=CASH,
        now=timezone.now(),
        buyer=Buyer(phone=phone),
        request=request,
    )
