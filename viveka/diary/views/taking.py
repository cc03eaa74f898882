"""Taking down an appointment, a booking or an enquiry, and putting right what was taken down."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from advances.models import Enquiry
from advances.services import Content, Line, Taken, record_appointment, record_booking, record_enquiry
from advances.services.record_changes import clashes_with, edit_appointment, edit_booking, edit_enquiry
from advances.services.record_parts import MOST_LINES, NAME, lines_of
from billing.services.carts import match_products
from billing.services.record_sales import with_products
from customers.models import Customer
from viveka.diary.forms import AppointmentForm, BookingForm, DiaryForm, SlotForm, WhoForm, initial_of, read_day
from viveka.diary.kinds import KINDS, Kind
from viveka.diary.lines import Row, TypedLines
from viveka.diary.reading import find
from viveka.stores.access import cashier_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import show_amount
from viveka.stores.pages import render_page
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.views import read_or_post

COUNTRY = "country_code"


@read_or_post
@cashier_required
def take(request: StoreRequest, kind: str) -> HttpResponse:
    """A new record, empty, or begun with what an enquiry or a customer's page says."""
    one, enquiry = KINDS[kind], _enquiry(request)
    form = one.form(posted(request), store=request.store, initial=_beginning(request, enquiry))
    lines = TypedLines.posted(request.POST) if request.method == "POST" else _asked_lines(enquiry)
    if request.method == "POST" and "more" not in request.POST:
        taken = _take(request, one, form, lines, enquiry)
        if taken:
            _tell(request, taken)
            return redirect(taken.record)
    context = {"kind": one, "form": form, "lines": lines, "enquiry": enquiry, "blank": Row()}
    return render_page(request, "diary/form.html", context)


def _take(request: StoreRequest, one: Kind, form: WhoForm, lines: TypedLines, enquiry: Enquiry | None) -> Taken | None:
    read = lines.read()
    if not form.is_valid() or read is None:
        return None
    said: dict[str, Any] = {
        "store": request.store, "by": request.user, "now": timezone.now(), "who": form.who,
        "record_id": form.typed("record"),
    }  # fmt: skip
    try:
        if one.name == "enquiry":
            return record_enquiry(**said, asked=form.typed("asked"), notes=form.typed("notes"))
        said |= {"enquiry_id": enquiry.pk if enquiry else None, "content": _content(request, form, read)}
        if isinstance(form, AppointmentForm):
            return record_appointment(**said, paid=form.paid, slot=form.slot)
        assert isinstance(form, BookingForm)
        return record_booking(**said, paid=form.paid)
    except Refused as refusal:
        say_refusal(form, lines, refusal)
        return None


def _content(request: StoreRequest, form: DiaryForm, read: list[Line]) -> Content:
    return Content(with_products(request.store, read), form.typed("notes"), form.typed("wanted_on"))


def say_refusal(form: DiaryForm, lines: TypedLines, refusal: Refused) -> None:
    """What a service says, at the fields that it names under the form's own names."""
    of_lines = [name for name in refusal.errors if name.split(".")[0] == "lines"]
    lines.error = " ".join(sentence for name in of_lines for sentence in refusal.errors.pop(name))
    if lines.error and not refusal.errors:
        return
    refusal.errors = {form.called.get(name, name): said for name, said in refusal.errors.items()}
    add_refusal(form, refusal)


def _tell(request: StoreRequest, taken: Taken) -> None:
    words = f"{KINDS[taken.record.kind].name.capitalize()} noted for {taken.customer}."
    if taken.is_new:
        words += " This is a new customer."
    if taken.advance:
        words += f" {show_amount(taken.advance.amount, request.store.currency)} is taken in advance."
    messages.success(request, words)


def _enquiry(request: StoreRequest) -> Enquiry | None:
    """The open enquiry that is turned into this."""
    try:
        pk = UUID(request.POST.get("enquiry") or request.GET.get("enquiry") or "")
    except ValueError:
        return None
    return Enquiry.objects.of(request.store).open().select_related("customer").filter(pk=pk).first()


def _asked_lines(enquiry: Enquiry | None) -> TypedLines:
    """What was asked, line by line, as the first suggestion of what is arranged."""
    asked = enquiry.asked.splitlines()[:MOST_LINES] if enquiry else []
    return TypedLines([Row(line.strip()[:NAME]) for line in asked if line.strip()])


def _beginning(request: StoreRequest, enquiry: Enquiry | None) -> dict[str, Any]:
    store = request.store
    customer = enquiry.customer if enquiry else None
    picked = request.GET.get("customer", "")
    if customer is None and picked.isascii() and picked.isdecimal() and len(picked) < 19:
        customer = Customer.objects.of(store).on_record().filter(pk=int(picked)).first()
    said: dict[str, Any] = {"day": read_day(request.GET.get("day"), store.day_of(timezone.now()))}
    hour = request.GET.get("time", "")
    if len(hour) == 5:
        said["time"] = hour
    if customer:
        said |= {"phone": show_phone(customer.phone, store.region), "name": customer.name}
    if enquiry:
        said["notes"] = enquiry.notes
    return said


@read_or_post
@cashier_required
def edit(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """Time, lines and notes of an open record; whose it is, and its advance, stay."""
    one, record = KINDS[kind], find(request, kind, pk)
    if not record.is_open:
        messages.error(request, f"This {kind} is {record.get_status_display().lower()}. Open it again to change it.")
        return redirect(record)
    form = one.edit_form(posted(request), store=request.store, initial=initial_of(record, request.store))
    if request.method == "POST":
        lines = TypedLines.posted(request.POST)
    else:
        lines = TypedLines() if isinstance(record, Enquiry) else TypedLines.of(lines_of(record))
    if request.method == "POST" and "more" not in request.POST and _edit(request, one, pk, form, lines):
        messages.success(request, "Saved.")
        return redirect(record)
    context = {"kind": one, "form": form, "lines": lines, "record": record, "blank": Row()}
    return render_page(request, "diary/form.html", context)


def _edit(request: StoreRequest, one: Kind, pk: UUID, form: DiaryForm, lines: TypedLines) -> bool:
    read = lines.read()
    if not form.is_valid() or read is None:
        return False
    said: dict[str, Any] = {"store": request.store, "pk": pk}
    try:
        if one.name == "enquiry":
            edit_enquiry(**said, asked=form.typed("asked"), notes=form.typed("notes"))
            return True
        content = _content(request, form, read)
        if isinstance(form, SlotForm):
            _warn_of_clashes(request, edit_appointment(**said, content=content, slot=form.slot))
        else:
            edit_booking(**said, content=content)
    except Refused as refusal:
        say_refusal(form, lines, refusal)
        return False
    return True


def _warn_of_clashes(request: StoreRequest, appointment: Any) -> None:
    appointment.store = request.store
    if clashes_with(appointment):
        messages.warning(request, "Somebody else has an appointment at this time with the same person. See below.")


@require_safe
@cashier_required
def who(request: StoreRequest) -> HttpResponse:
    """Whom the phone that is being typed stands for; nothing is made yet."""
    phone, code = request.GET.get("phone", "")[:60], request.GET.get(COUNTRY, "")[:8]
    context: dict[str, Any] = {}
    if phone.strip():
        try:
            e164 = normalise_phone(phone, request.store.region, country_code=code)
        except Refused as refusal:
            context["refused"] = refusal.message.replace(", or leave the phone empty", "")
        else:
            found = Customer.objects.by_phone(request.store, e164).filter(deleted_at__isnull=True).first()
            context |= {"found": found, "e164": e164}
    return render_page(request, "diary/_who.html", context)


@require_safe
@cashier_required
def products(request: StoreRequest) -> HttpResponse:
    """Products whose name begins like what is being typed in a line."""
    try:
        found = match_products(request.store, request.GET.get("line_name", ""))
    except Refused:
        found = []
    return render_page(request, "diary/_products.html", {"products": found})
