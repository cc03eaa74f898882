from django.db import connection, models

from viveka.stores.models.store import Store

_NEXT = """
INSERT INTO stores_counter (store_id, name, value) VALUES (%s, %s, 1)
ON CONFLICT (store_id, name) DO UPDATE SET value = stores_counter.value + 1
RETURNING value
"""


class CounterManager(models.Manager["Counter"]):
    def next(self, store: Store, name: str) -> int:
        """The next number of this name, 1 first.

        Taken inside the caller's transaction: the row stays locked until commit, and a rollback gives the number
        back, so there is no gap, no number twice, and numbers follow the order of commit.
        """
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [store.pk, name])
            return int(cursor.fetchone()[0])


class Counter(models.Model):
    """The last number used of a kind, per store."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    value = models.BigIntegerField()

    objects = CounterManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="counter_once_per_store", fields=["store", "name"]),
            models.CheckConstraint(name="counter_counts_from_one", condition=models.Q(value__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
