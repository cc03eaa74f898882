"""What lists can be narrowed to."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from billing.models import Bill, MethodChange, Payment, PaymentMethod, Product
from billing.models.bill import BillQuerySet
from billing.models.product import ProductQuerySet
from billing.stock_list import SHOWN, narrowed
from viveka.stores.filters import AmountFilter, DayFilter, SearchFilterSet, StoreFilterSet
from viveka.stores.models import Store, Till, TillSession, User


class TillSessionFilter(StoreFilterSet):
    """Till sessions by till and by the days on which they were opened, in the store's zone."""

    till = django_filters.ModelChoiceFilter(queryset=Till.objects.none(), empty_label="All tills", label="Till")
    from_day = DayFilter(label="Opened from", method="since")
    to_day = DayFilter(label="To", method="until")

    class Meta:
        model = TillSession
        fields: list[str] = []

    def __init__(self, data: Any, **told: Any) -> None:
        super().__init__(data, **told)
        self.form.fields["till"].queryset = Till.objects.of(self.store).order_by("name", "id")

    def since(self, sessions: Any, name: str, day: date) -> Any:
        return sessions.filter(opened_at__gte=self.store.start_of(day))

    def until(self, sessions: Any, name: str, day: date) -> Any:
        return sessions.filter(opened_at__lt=self.store.start_of(day + timedelta(days=1)))


class ProductFilter(SearchFilterSet):
    placeholder = "Name, SKU or barcode"
    category = django_filters.ChoiceFilter(choices=(), empty_label="All categories", label="Category")

    class Meta:
        model = Product
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: ProductQuerySet, store: Store) -> None:
        super().__init__(data, queryset=queryset, store=store)
        self.form.fields["category"].choices = [("", "All categories"), *((one, one) for one in categories(store))]


class StockFilter(ProductFilter):
    """The stock list: which kind of shelf, in which order."""

    show = django_filters.ChoiceFilter(
        choices=[(key, label) for key, label in SHOWN.items() if key],
        empty_label=SHOWN[""],
        label="Show",
        method="narrow",
    )
    sort = django_filters.ChoiceFilter(
        choices=[("value", "Most value first"), ("least", "Least stock first"), ("most", "Most stock first"),
                 ("newest", "Newest first")],
        empty_label="By name",
        label="Order",
        method="leave",
    )  # fmt: skip

    def __init__(self, data: Any, *, queryset: Any, store: Store, today: date) -> None:
        self.today = today
        super().__init__(data, queryset=queryset, store=store)

    def narrow(self, products: Any, name: str, shown: str) -> Any:
        return narrowed(products, shown, self.today)

    def leave(self, products: Any, name: str, order: str) -> Any:
        return products


def categories(store: Store) -> list[str]:
    """The categories in use, by name."""
    named = Product.objects.of(store).exclude(category="")
    return list(named.order_by("category").values_list("category", flat=True).distinct())


class BillFilter(SearchFilterSet):
    """Bills by what they copied of their customer, by day, amount, cashier and method."""

    placeholder = "Bill number, phone, CUST number or name"
    from_day = DayFilter(label="From", method="since")
    to_day = DayFilter(label="To", method="until")
    amount = AmountFilter(field_name="total", label="Amount")
    cashier = django_filters.ModelChoiceFilter(queryset=User.objects.none(), empty_label="Everybody", label="Cashier")
    method = django_filters.ChoiceFilter(
        choices=PaymentMethod.choices, method="paid_by", empty_label="Any way", label="Paid by"
    )

    class Meta:
        model = Bill
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: BillQuerySet, store: Store) -> None:
        super().__init__(data, queryset=queryset, store=store)
        staff = User.objects.filter(memberships__store=store).order_by("username").distinct()
        self.form.fields["cashier"].queryset = staff

    def since(self, bills: BillQuerySet, name: str, day: Any) -> BillQuerySet:
        return bills.of_days(day, None)

    def until(self, bills: BillQuerySet, name: str, day: Any) -> BillQuerySet:
        return bills.of_days(None, day)

    def paid_by(self, bills: BillQuerySet, name: str, method: str) -> BillQuerySet:
        """By the way each payment was made, as put right."""
        changes = MethodChange.objects.filter(payment=OuterRef("pk"))
        last = Subquery(changes.order_by("-id").values("to_method")[:1])
        paid = Payment.objects.filter(bill=OuterRef("pk")).alias(really=Coalesce(last, "method"))
        return bills.filter(Exists(paid.filter(really=method)))
