from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models import triggers
from billing.models.product import Product
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import QuantityField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.tracing import traced


@traced("store", "product", "barcode", "quantity")
class ProductBarcode(StoreOwned):
    """A further barcode of a product, for so much of it: the carton of twelve, or another maker's packet of one."""

    product = StoreForeignKey(Product, related_name="barcodes")
    barcode = models.CharField(max_length=48)
    quantity = QuantityField("pack size")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("product"),
            models.UniqueConstraint(name="further_barcode_once", fields=["barcode", "store"]),
            models.CheckConstraint(name="further_barcode_is_one", condition=~Q(barcode="")),
            models.CheckConstraint(name="further_barcode_stands_for_something", condition=Q(quantity__gt=0)),
        ]
        triggers = [triggers.further_barcode]

    def __str__(self) -> str:
        return self.barcode
