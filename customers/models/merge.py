"""Two records of one person made one, and the undoing of it: each a row with who, when and why."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned


class Merge(StoreOwned):
    """The loser's rows moved to the survivor, to whom its number and phones lead from then on.

    `before` holds what both records were, `after` what the survivor became, `moved` the keys of the rows that moved,
    by table: what an undo needs.
    """

    survivor = StoreForeignKey("customers.Customer", related_name="merges")
    loser = StoreForeignKey("customers.Customer", related_name="merges_lost")
    reason = models.CharField(max_length=200, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    moved = models.JSONField()
    by = StaffField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("survivor"),
            StoreKey("loser"),
            models.CheckConstraint(name="merge_takes_two", condition=~Q(survivor=F("loser"))),
        ]
        triggers = append_only(blanked_by_erasure=["reason", "before", "after"])

    def __str__(self) -> str:
        return f"{self.loser} into {self.survivor}"


class MergeUndo(StoreOwned):
    """A merge undone: both records are as they were before it."""

    merge = models.OneToOneField(Merge, on_delete=models.PROTECT, related_name="undo", db_constraint=False)
    reason = models.CharField(max_length=200, blank=True)
    by = StaffField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [*StoreOwned.Meta.constraints, StoreKey("merge")]
        triggers = append_only(blanked_by_erasure=["reason"])

    def __str__(self) -> str:
        return f"{self.merge} undone"
