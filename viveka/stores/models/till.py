"""The drawer with the cash in it, and who counted it when."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, SignedMoneyField, StaffField, StoreForeignKey
from viveka.stores.models.owned import StoreOwned
from viveka.stores.models.store import Store
from viveka.stores.tracing import traced


class TillQuerySet(models.QuerySet["Till"]):
    def of(self, store: Store) -> "TillQuerySet":
        return self.filter(store=store)

    def in_use(self) -> "TillQuerySet":
        return self.filter(is_active=True)


@traced("store", "name", "is_active")
class Till(StoreOwned):
    """A drawer of the store. Whoever stands at it puts cash in and takes cash out of one and the same."""

    name = models.CharField(max_length=40)
    is_active = models.BooleanField("in use", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TillQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            models.UniqueConstraint(
                F("store"),
                Lower("name"),
                name="till_name_once",
                violation_error_message="There is a till of this name.",
            ),
            models.CheckConstraint(name="till_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


def into_an_open_till(column: str = "till_session_id") -> pgtrigger.Trigger:
    """Nothing is put into a till session, or taken out of it, once it is closed."""
    return pgtrigger.Trigger(
        name="into_an_open_till",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        condition=pgtrigger.Condition(f"NEW.{column} IS NOT NULL"),
        func=f"""
            IF EXISTS (SELECT 1 FROM stores_tillsession WHERE id = NEW.{column} AND closed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'the till session % is closed', NEW.{column}
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'till_session_is_closed';
            END IF;
            RETURN NEW;
        """,
    )


closed_by_a_count = pgtrigger.Trigger(
    name="closed_by_a_count",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.AnyChange("closed_at"),
    func="""
        IF OLD.closed_at IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM stores_tillcount WHERE session_id = NEW.id AND at = NEW.closed_at)
        THEN
            RAISE EXCEPTION 'a till session is closed once, by a count'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'till_closed_by_a_count';
        END IF;
        RETURN NEW;
    """,
)


class TillSessionQuerySet(models.QuerySet["TillSession"]):
    def of(self, store: Store) -> "TillSessionQuerySet":
        return self.filter(store=store)

    def open(self) -> "TillSessionQuerySet":
        return self.filter(closed_at__isnull=True)


class TillSession(StoreOwned):
    """From one count of a till to the next: opened with the cash in it, closed by counting it. Several people bill
    into one; a hand-over closes one and opens the next."""

    till = StoreForeignKey(Till, related_name="sessions", db_index=False)
    opening_float = MoneyField("float")
    opened_by = StaffField()
    opened_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, editable=False)  # one writer: billing.services.till_counts

    objects = TillSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("till"),
            models.UniqueConstraint(
                name="one_open_session_per_till", fields=["till"], condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="till_closed_after_it_was_opened",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
        ]
        indexes = [models.Index(fields=["store", "-opened_at", "-id"], name="till_session_newest_first")]
        triggers = [*append_only(may_change=["closed_at"]), closed_by_a_count]

    def __str__(self) -> str:
        return f"{self.till}, {timezone.localtime(self.opened_at):%d %b %Y %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("billing:till-session", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Direction(models.TextChoices):
    IN = "in", "Put in"
    OUT = "out", "Taken out"


class TillEntry(StoreOwned):
    """Cash put into a till or taken out of it that is no payment of a customer's: change fetched, milk, the bank."""

    session = StoreForeignKey(TillSession, related_name="entries")
    direction = models.CharField(max_length=3, choices=Direction)
    amount = MoneyField()
    reason = models.CharField(max_length=200)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "till entries"
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("session"),
            models.CheckConstraint(name="till_entry_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="till_entry_goes_in_or_out", condition=Q(direction__in=Direction.values)),
            models.CheckConstraint(name="till_entry_has_a_reason", condition=~Q(reason="")),
        ]
        triggers = [*append_only(), into_an_open_till("session_id")]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.amount}"

    @property
    def signed(self) -> Any:
        return self.amount if self.direction == Direction.IN else -self.amount


class TillCount(StoreOwned):
    """The cash counted in a till when its session was closed or handed over, beside what should have been in it."""

    session = models.OneToOneField(TillSession, on_delete=models.PROTECT, related_name="count", db_constraint=False)
    expected = SignedMoneyField()
    counted = MoneyField()
    pieces = models.JSONField(default=dict)  # how many of which note or coin, where they were counted: {"500": 3}
    note = models.CharField(max_length=500, blank=True)
    handed_to = StaffField(null=True)  # who went on with what was counted
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("session"),
            models.CheckConstraint(name="till_difference_has_a_note", condition=Q(counted=F("expected")) | ~Q(note="")),
        ]
        triggers = [*append_only(), into_an_open_till("session_id")]

    def __str__(self) -> str:
        return f"Counted {self.counted}"

    @property
    def by_worth(self) -> list[tuple[Decimal, int]]:
        """The notes and coins that were counted, the largest first."""
        return sorted(((Decimal(piece), number) for piece, number in self.pieces.items()), reverse=True)

    @property
    def difference(self) -> Any:
        """Above zero there was too much in it, below zero too little."""
        return self.counted - self.expected


class TillSessionField(StoreForeignKey):
    """The till session that money came into or went out of; none where no till was open. Its table lists
    `StoreKey("till_session")` and `into_an_open_till()`, and the list of money received tells it (billing.received)."""

    def __init__(self, to: Any = TillSession, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        defaults = {"null": True, "related_name": "+", "db_index": False}
        super().__init__(to, on_delete, **{**defaults, **kwargs})


def of_a_till(table: str) -> models.Index:
    """The index by which the money of a till session is found; rows without one cost nothing."""
    return models.Index(fields=["till_session"], name=f"{table}_of_a_till", condition=Q(till_session__isnull=False))
