from decimal import Decimal

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, Value
from django.urls import reverse
from django.utils import timezone

from billing.models import triggers
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, SignedQuantityField, StoreForeignKey
from viveka.stores.models import StockPolicy, Store, StoreOwned
from viveka.stores.text import SearchWords, words_query
from viveka.stores.tracing import traced


class Unit(models.TextChoices):
    """What one of it is. Weights, volumes, lengths and hours are divisible, the rest is sold whole."""

    PIECE = "pc", "piece"
    PACK = "pack", "pack"
    BOX = "box", "box"
    DOZEN = "dozen", "dozen"
    KILOGRAM = "kg", "kg"
    GRAM = "g", "g"
    LITRE = "l", "litre"
    MILLILITRE = "ml", "ml"
    METRE = "m", "metre"
    HOUR = "hour", "hour"


DIVISIBLE = frozenset({Unit.KILOGRAM, Unit.GRAM, Unit.LITRE, Unit.MILLILITRE, Unit.METRE, Unit.HOUR})


class ProductQuerySet(models.QuerySet["Product"]):
    def of(self, store: Store) -> "ProductQuerySet":
        return self.filter(store=store)

    def on_sale(self) -> "ProductQuerySet":
        return self.filter(is_active=True)

    def to_complete(self, store: Store) -> "ProductQuerySet":
        """Sold by price without being on the list: a manager is asked what it is."""
        return self.filter(store=store, to_complete=True)

    def with_code(self, code: str, *, sku: bool = True) -> "ProductQuerySet":
        """Whose barcode, further barcode or SKU is exactly this, as a scanner sends it.

        Each with `pack`: how much of it a further barcode stands for, else None.
        """
        if not code:
            return self.none()
        further = apps.get_model("billing", "ProductBarcode")._default_manager.filter(barcode=code)
        # An array, since the index is of no use to "or in (…)".
        ids = ArraySubquery(further.order_by().values("product"))
        is_further = Func(
            F("pk"), ids, template="%(expressions)s)", arg_joiner=" = ANY (", output_field=models.BooleanField()
        )
        found = Q(barcode=code) | Q(is_further)
        if sku:
            found |= Q(sku=code)
        pack = further.filter(product=OuterRef("pk")).values("quantity")
        return self.filter(found).annotate(pack=Subquery(pack[:1]))

    def matching(self, text: str) -> "ProductQuerySet":
        """Beginnings of words of the name, or of the SKU or barcode."""
        query = words_query(text)
        return self.filter(search__words=query) if query else self.none()


@traced(
    "store",
    "name",
    "sku",
    "barcode",
    "category",
    "unit",
    "selling_price",
    "low_stock_level",
    "stock_policy",
    "is_active",
    "is_favourite",
    "to_complete",
    "turned_out",
)
class Product(StoreOwned):
    """What is sold: goods kept in batches, or a service."""

    name = models.CharField(max_length=200)
    sku = models.CharField("SKU", max_length=48, blank=True)
    barcode = models.CharField(max_length=48, blank=True)
    category = models.CharField(max_length=80, blank=True)
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.PIECE)
    selling_price = MoneyField(
        null=True, blank=True, help_text="For services, and for goods whose batch has no price of its own."
    )
    low_stock_level = QuantityField(null=True, blank=True)
    stock_policy = models.CharField(max_length=8, choices=StockPolicy, default=StockPolicy.REFUSE)
    is_active = models.BooleanField("on sale", default=True)
    is_favourite = models.BooleanField(
        "favourite", default=False, db_default=False, help_text="Has a tile at the counter."
    )
    to_complete = models.BooleanField(default=False, db_default=False, editable=False)  # sold by price, not on the list
    turned_out = StoreForeignKey("self", null=True, editable=False, related_name="+", db_index=False)  # another product
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    current_stock = SignedQuantityField(default=Decimal(0), editable=False)  # one writer: billing.services
    # Sold before it came in: the next batch settles it. Current stock is what the batches have less this.
    short = QuantityField(default=Decimal(0), db_default=Decimal(0), editable=False)

    last_price: Decimal | None = None
    """What the last batch sold for, where that is the price of what is short (`note_last_prices`)."""
    pack: Decimal | None
    """How much of it the further barcode stands for that was asked for; there where `with_code` notes it."""

    search = models.GeneratedField(
        expression=SearchWords(F("name"), F("sku"), F("barcode")), output_field=SearchVectorField(), db_persist=True
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            models.UniqueConstraint(
                name="product_sku_once",
                fields=["store", "sku"],
                condition=~Q(sku=""),
                violation_error_message="Another product has this SKU.",
            ),
            models.UniqueConstraint(
                name="product_barcode_once",
                fields=["store", "barcode"],
                condition=~Q(barcode=""),
                violation_error_message="Another product has this barcode.",
            ),
            StoreKey("turned_out"),
            models.CheckConstraint(
                name="product_that_is_another_is_off_sale",
                condition=Q(turned_out__isnull=True) | Q(is_active=False, to_complete=False),
            ),
            models.CheckConstraint(name="product_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="product_stock_policy_known", condition=Q(stock_policy__in=StockPolicy.values)),
            models.CheckConstraint(name="product_unit_known", condition=Q(unit__in=Unit.values)),
            models.CheckConstraint(
                name="service_keeps_no_stock", condition=~Q(stock_policy=StockPolicy.NONE) | Q(current_stock=Value(0))
            ),
            models.CheckConstraint(
                name="short_only_where_allowed", condition=Q(short=Value(0)) | Q(stock_policy=StockPolicy.ALLOW)
            ),
            models.CheckConstraint(
                name="stock_below_zero_only_by_what_is_short", condition=Q(current_stock__gte=-F("short"))
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="product_search"),
            models.Index(fields=["store", "name"], name="product_favourites", condition=Q(is_favourite=True)),
            models.Index(fields=["store", "-id"], name="product_to_complete", condition=Q(to_complete=True)),
        ]
        triggers = [triggers.barcode_of_a_product]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("billing:product", args=[self.pk])

    @property
    def is_divisible(self) -> bool:
        return self.unit in DIVISIBLE

    @property
    def keeps_stock(self) -> bool:
        return self.stock_policy != StockPolicy.NONE

    @property
    def may_be_short(self) -> bool:
        return self.stock_policy == StockPolicy.ALLOW

    @property
    def is_low(self) -> bool:
        return self.keeps_stock and self.low_stock_level is not None and self.current_stock <= self.low_stock_level
