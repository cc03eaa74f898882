from django.db import models

from viveka.stores.models.store import Store


class StoreOwned(models.Model):
    """A row of one store.

    The unique pair (store, id) is what composite keys of other tables point at (`StoreKey`). A child lists
    `*StoreOwned.Meta.constraints` among its own.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(name="%(app_label)s_%(class)s_of_store", fields=["store", "id"]),
        ]
