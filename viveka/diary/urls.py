"""Addresses of the diary. The three kinds have the same pages under their own names."""

from django.urls import URLPattern, path

from viveka.diary.kinds import KINDS
from viveka.diary.views import cancelling, detail, lists, taking

app_name = "diary"


def _pages(kind: str, plural: str) -> list[URLPattern]:
    one = f"{plural}/<uuid:pk>/"
    said = {"kind": kind}
    return [
        path(f"{plural}/list/", lists.record_list, said, name=f"{kind}-list"),
        path(f"{plural}/new/", taking.take, said, name=f"{kind}-new"),
        path(one, detail.record, said, name=kind),
        path(f"{one}edit/", taking.edit, said, name=f"{kind}-edit"),
        path(f"{one}done/", detail.finish, said, name=f"{kind}-done"),
        path(f"{one}reopen/", detail.reopen, said, name=f"{kind}-reopen"),
        path(f"{one}cancel/", cancelling.cancel, said, name=f"{kind}-cancel"),
    ]


def _pages_of_money(kind: str, plural: str) -> list[URLPattern]:
    one, said = f"{plural}/<uuid:pk>/", {"kind": kind}
    return [
        path(f"{one}counter/", detail.to_counter, said, name=f"{kind}-counter"),
        path(f"{one}advance/", detail.take_advance, said, name=f"{kind}-advance"),
    ]


urlpatterns = [
    path("appointments/", lists.day, name="day"),
    path("appointments/week/", lists.week, name="week"),
    path("appointments/who/", taking.who, name="who"),
    path("appointments/products/", taking.products, name="products"),
    path("customers/<int:customer_pk>/diary/", lists.of_customer, name="of-customer"),
    path("appointments/<uuid:pk>/move/", detail.move, name="appointment-move"),
]
for _kind in KINDS.values():
    urlpatterns += _pages(_kind.name, _kind.plural)
    if _kind.has_lines:
        urlpatterns += _pages_of_money(_kind.name, _kind.plural)
