"""Finding bills, and what became of them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from customers.models import person_query
from viveka.stores.models import Store
from viveka.stores.money import ZERO
from viveka.stores.text import SearchWords

if TYPE_CHECKING:
    from billing.models.bill import Bill  # noqa: F401

_NUMBER = re.compile(r"([A-Z]{1,4})-?([0-9]{4})-?([0-9]{1,7})", re.ASCII)
_SEQUENCE = re.compile(r"[0-9]{1,9}", re.ASCII)


NAMES_SOMEBODY = Q(customer__isnull=False) | Q(imported_from__isnull=False)
"""What the index of buyers covers: bills with a customer, and those out of old books that only name one."""


def buyer_words() -> SearchWords:
    """The words of the customer's copy on a bill; the index `bill_by_buyer` is on this very expression."""
    return SearchWords(F("customer_name"), F("customer_number"), F("customer_phone"))


def _has_line(**condition: Any) -> Exists:
    return Exists(apps.get_model("billing", "BillLine")._default_manager.filter(bill=OuterRef("pk"), **condition))


def _midnight(day: date) -> datetime:
    day = min(max(day, date(1900, 1, 1)), date(9000, 1, 1))
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class BillStatus(models.TextChoices):
    """What became of a bill; follows from its returns."""

    STANDING = "standing", "Standing"
    PART = "returned_in_part", "Returned in part"
    RETURNED = "returned", "Returned"
    VOID = "void", "Void"


class BillQuerySet(models.QuerySet["Bill"]):
    def of(self, store: Store) -> "BillQuerySet":
        return self.filter(store=store)

    def newest_first(self) -> "BillQuerySet":
        return self.order_by("-at", "-id")

    def standing(self) -> "BillQuerySet":
        """With something that was not returned; a bill of free goods too."""
        return self.filter(_has_line(returned__lt=F("quantity")))

    def with_status(self) -> "BillQuerySet":
        """Each with `status` (a `BillStatus`), and what its returns took off: `returned_total`, `returned_cost`.

        `settled_cost` is what goods cost that came in after they were sold, `is_short` whether some did not come yet.
        """
        returns = apps.get_model("billing", "Return")._default_manager.filter(bill=OuterRef("pk"))
        sums = returns.order_by().values("bill")

        def taken_off(column: str) -> Coalesce:
            return Coalesce(Subquery(sums.annotate(sum=Sum(column)).values("sum")), ZERO)

        status = Case(
            When(Exists(returns.filter(is_void=True)), then=Value(BillStatus.VOID)),
            When(~Exists(returns), then=Value(BillStatus.STANDING)),
            When(_has_line(returned__lt=F("quantity")), then=Value(BillStatus.PART)),
            default=Value(BillStatus.RETURNED),
        )
        settlements = apps.get_model("billing", "ShortageSettlement")._default_manager.order_by()
        settled = settlements.filter(shortage__bill_line__bill=OuterRef("pk")).values("shortage__bill_line__bill")
        short = apps.get_model("billing", "StockShortage")._default_manager.filter(bill_line__bill=OuterRef("pk"))
        return self.annotate(
            status=status,
            returned_total=taken_off("total"),
            returned_cost=taken_off("total_cost"),
            settled_cost=Coalesce(Subquery(settled.annotate(sum=Sum("cost")).values("sum")), ZERO),
            is_short=Exists(short.filter(open__gt=0)),
        )

    def matching(self, text: str) -> "BillQuerySet":
        """A bill's number or its sequence, or what the bill copied of its customer: number, phone, name.

        Phones are found by any four digits of theirs, names by the beginning of any word.
        """
        text = text.encode(errors="ignore").decode().replace("\0", "").strip()  # as the database can hold it
        if whole := _NUMBER.fullmatch(text.upper()):
            prefix, year, sequence = whole.groups()
            return self.filter(number__in=[f"{prefix}-{year}-{int(sequence):06d}", f"{prefix}{year}{sequence}"])
        found = Q(number=text)  # as an older program numbered it
        if _SEQUENCE.fullmatch(text):
            found |= Q(sequence=int(text))
        if query := person_query(text):
            found |= NAMES_SOMEBODY & Q(buyer__words=query)
        return self.alias(buyer=buyer_words()).filter(found)

    def of_days(self, first: date | None, last: date | None) -> "BillQuerySet":
        """Of the store's days from first to last, each left open by None.

        `day` decides; the bounds on `at` are wide enough for any time zone and are there for the index.
        """
        bills = self
        if first:
            bills = bills.filter(day__gte=first, at__gte=_midnight(first) - timedelta(days=2))
        if last:
            bills = bills.filter(day__lte=last, at__lt=_midnight(last) + timedelta(days=3))
        return bills
