"""How an address names the shop's own object."""

from collections.abc import Callable
from typing import Any

from billing.models import CreditNote
from debts.models import OpeningBalance
from tests.world import Shop
from viveka.legacy.tests.factories import ROW_OF_OLD_BOOKS
from viveka.stores.models import ApiToken, TillSession


def nothing(shop: Shop) -> dict[str, Any]:
    return {}


def customer(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.customer.pk}


def token(shop: Shop) -> dict[str, Any]:
    return {"pk": ApiToken.objects.filter(store=shop.store)[0].pk}


def pair(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.customer.pk, "other": shop.namesake.pk}


def gone(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.gone.pk}


def books_run(shop: Shop) -> dict[str, Any]:
    return {"pk": ROW_OF_OLD_BOOKS["billing.booksrun"](shop)}


def merge(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.merge.pk}


def likely_pair(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.likely.pk}


def open_item(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.open_item.pk}


def product(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.product.pk}


def further_barcode(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.product.barcodes.first().pk}


def bill(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.bill.pk}


def returned(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.bill.returns.first().pk}


def bill_paper(shop: Shop) -> dict[str, Any]:
    return {"kind": "bill", "pk": shop.bill.pk}


def credit_note(shop: Shop) -> dict[str, Any]:
    return {"pk": CreditNote.objects.of(shop.store)[0].pk}


def cart(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.cart.pk}


def line(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.line.pk}


def till(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.till.till_id}


def till_session(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.till.pk}


def open_session(shop: Shop) -> dict[str, Any]:
    return {"pk": TillSession.objects.of(shop.store).open().get().pk}


def owing(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.customer.pk}


def debt(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.debt.pk}


def opening(shop: Shop) -> dict[str, Any]:
    return {"pk": OpeningBalance.objects.of(shop.store).standing().get().pk}


def debt_payment(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.payment.pk}


def advance(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.advance.pk}


def advances_of(shop: Shop) -> dict[str, Any]:
    return {"customer_pk": shop.customer.pk}


def membership(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.staff["auditor"].pk}


def record(kind: str) -> Callable[[Shop], dict[str, Any]]:
    return lambda shop: {"pk": shop.records[kind].pk}
