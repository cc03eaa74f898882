"""The diary as lists, and appointments by day and by week."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from viveka.diary import calendar
from viveka.diary.filters import DiaryFilter
from viveka.diary.forms import read_day
from viveka.diary.kinds import KINDS
from viveka.diary.reading import arranged_by, tell_left
from viveka.diary.tables import DiaryTable, badge
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

PANEL_ROWS = 10


@require_safe
@member_required
def record_list(request: StoreRequest, kind: str) -> HttpResponse:
    """Appointments, the latest first; bookings or enquiries, the newest first."""
    one = KINDS[kind]
    found = DiaryFilter(request.GET, kind=one, store=request.store)
    related = ["customer", "served_by"] if kind == "appointment" else ["customer"]
    rows = found.qs.select_related(*related)
    page = newest_page(rows, request.GET, by=found.dated, is_search=found.is_search)
    if one.has_lines:
        tell_left(page.rows)
    context = {
        "kind": one,
        "filter": found,
        "page": page,
        "table": DiaryTable(page.rows, kind=one, store=request.store),
    }
    return render_page(request, "diary/list.html", context, fragment="diary/_list.html")


@require_safe
@member_required
def of_customer(request: StoreRequest, customer_pk: int) -> HttpResponse:
    """What a customer arranged or asked for last; the profile's panel."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=customer_pk)
    rows = [(KINDS[one.kind], one, badge(one)) for one in arranged_by(customer, PANEL_ROWS)]
    context = {"customer": customer, "rows": rows, "kinds": KINDS.values()}
    return render_page(request, "diary/customer.html", context, fragment="diary/_customer.html")


@require_safe
@member_required
def day(request: StoreRequest) -> HttpResponse:
    """The appointments of a day by who serves and by the hour."""
    today = request.store.day_of(timezone.now())
    shown = read_day(request.GET.get("day"), today)
    appointments = calendar.appointments_of(request.store, shown, 1)
    tell_left(appointments)
    context = {
        "kind": KINDS["appointment"],
        "day": shown,
        "today": today,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "laid_out": calendar.lay_out(request.store, shown, appointments),
        "gone": [one for one in appointments if one.status in calendar.GONE],
        "open": sum(one.is_open for one in appointments),
    }
    return render_page(request, "diary/day.html", context)


@require_safe
@member_required
def week(request: StoreRequest) -> HttpResponse:
    """The appointments of a week, day beside day."""
    today = request.store.day_of(timezone.now())
    days = calendar.week_of(read_day(request.GET.get("day"), today))
    appointments = calendar.appointments_of(request.store, days[0], 7)
    context = {
        "kind": KINDS["appointment"],
        "day": days[0],
        "last": days[-1],
        "today": today,
        "before": days[0] - timedelta(days=7),
        "after": days[0] + timedelta(days=7),
        "days": calendar.by_day(request.store, days, appointments),
    }
    return render_page(request, "diary/week.html", context)
