"""Old books of a shop, as the sweeps want them: one of each kind of row."""

from typing import Any

from django.utils import timezone

from billing.models import BooksRun, BooksRunLine, OldBooks, OldDebt, OldDebtPayment
from viveka.stores.models import Store, User


def make_old_books(store: Store, by: User) -> OldDebt:
    """Books with a run that has a line, and a debt without an owner of which something was paid."""
    now = timezone.now()
    books = OldBooks.objects.create(store=store, name="old-till")
    run = BooksRun.objects.create(store=store, books=books, kind="import", by=by, began_at=now, ended_at=now)
    BooksRunLine.objects.create(store=store, run=run, outcome="refused", place="lines 7", reason="It has no price")
    debt = OldDebt.objects.create(store=store, books=books, key="17", name="Gita", amount=90, at=now)
    OldDebtPayment.objects.create(store=store, books=books, old_debt=debt, key="1", amount=30, at=now)
    return debt


def _row_of(model: Any) -> Any:
    return lambda shop: model.objects.filter(store=shop.store).first().pk


ROW_OF_OLD_BOOKS = {
    f"billing.{model._meta.model_name}": _row_of(model)
    for model in (OldBooks, BooksRun, BooksRunLine, OldDebt, OldDebtPayment)
}
