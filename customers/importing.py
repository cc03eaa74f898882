"""Customers out of a file: judged line by line first, then written all together or not at all.

The rules are those of find-or-create, applied line after line: a known phone is the known customer, whatever else the
line says; lines that share a phone are one customer; a line without a phone stands for whom its name stands for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from customers.import_lines import Line
from customers.models import CUST, DETAILS, Customer, RecordEvent, What
from customers.models.customer import changes_of
from customers.models.phone import CustomerPhone
from customers.names import WALK_IN, is_real
from viveka.stores.incoming.outcomes import CREATED, REFUSED, UNCHANGED, UPDATED
from viveka.stores.models import Counter, Store
from viveka.stores.tracing import note_for_copy
from viveka.stores.transactions import StartAgain, retry_when_entangled

Watch = Callable[[int, int], None]
_AT_ONCE = 5000
_COLUMNS = ("store_id", "number", "phone", *DETAILS, "is_active", "created_at", "updated_at")
_ZEROS = ("advance_balance", "debt_balance", "total_purchases", "purchase_count")


@dataclass(slots=True, eq=False)
class Target:
    """A customer that lines of the file are about: one on record, or a new one."""

    customer: Customer
    is_new: bool
    changed: set[str] = field(default_factory=set)
    came_back: bool = False


@dataclass(slots=True)
class Judged:
    """A line and what becomes of it: created, updated, unchanged or refused."""

    line: Line
    outcome: str
    target: Target | None = None

    @property
    def customer(self) -> Customer | None:
        """Whom the line is about. A new one has its number and key only after the loading."""
        return self.target.customer if self.target else None


@dataclass(slots=True)
class Plan:
    """What a file does to a store's customers."""

    lines: list[Judged]
    targets: list[Target]

    def count(self, outcome: str) -> int:
        return sum(judged.outcome == outcome for judged in self.lines)


def preview_import(*, store: Store, lines: Sequence[Line]) -> Plan:
    """What would be created, updated or refused, line by line. Writes nothing."""
    return Planner(store, lines).plan()


@retry_when_entangled
def import_customers(*, store: Store, lines: Sequence[Line], now: datetime, watch: Watch | None = None) -> Plan:
    """Bring the lines in, in one transaction; refused ones are left out. Numbers follow the lines, without a gap.

    The counter of numbers is held to the end, so that nobody makes one of these customers meanwhile.
    """
    try:
        with transaction.atomic():
            hold_counter(store)
            plan = Planner(store, lines, lock=True).plan()
            write_plan(store, plan, now, watch or (lambda done, total: None))
    except IntegrityError as error:  # somebody gave one of the phones or names to another record meanwhile
        raise StartAgain("The customers are being changed by somebody else. Try again.") from error
    return plan


def hold_counter(store: Store) -> None:
    """Lock the counter of customer numbers, so that nobody makes a customer meanwhile.

    A store's first import finds none: then a customer made meanwhile starts it again.
    """
    list(Counter.objects.select_for_update(no_key=True, of=("self",)).filter(store=store, name=CUST))


def _take_numbers(store: Store, count: int) -> int:
    """The first of `count` numbers in a row."""
    first = Counter.objects.next(store, CUST)
    if count > 1:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE stores_counter SET value = value + %s WHERE store_id = %s AND name = %s",
                [count - 1, store.pk, CUST],
            )
    return first


class Planner:
    """Goes through the lines one after the other, with everything that they may find read beforehand.

    Without `overwrite` a line only fills what is empty on a record, as imports of the past do.
    """

    def __init__(self, store: Store, lines: Sequence[Line], *, lock: bool = False, overwrite: bool = True) -> None:
        self.store, self.lines, self.overwrite = store, lines, overwrite
        good = [line for line in lines if not line.errors]
        self.folded = _folded({line.details["name"] for line in good if "name" in line.details})
        leads = _leads_of_phones(store, {line.phone for line in good if line.phone})
        named = _named(store, {line.details["name"] for line in good if not line.phone})
        known = _customers(store, {*leads.values(), *(pk for pks in named.values() for pk, _ in pks)}, lock=lock)
        self.folded |= _folded({customer.name for customer in known.values()} - self.folded.keys())
        self.targets = {pk: Target(customer, is_new=False) for pk, customer in known.items()}
        self.made: list[Target] = []
        self.by_phone = {phone: self.targets[pk] for phone, pk in leads.items()}
        self.by_name: dict[str, list[tuple[Target, bool]]] = {
            name: [(self.targets[pk], has_phone) for pk, has_phone in pks] for name, pks in named.items()
        }

    def plan(self) -> Plan:
        """Each line judged, in turn, and all customers that they are about."""
        judged = [self._judge(line) for line in self.lines]
        return Plan(judged, [*self.targets.values(), *self.made])

    def count_named(self, line: Line) -> int:
        """How many customers on record have the name that the line gives."""
        return len(self.by_name.get(self.folded.get(line.details.get("name", ""), ""), []))

    def _judge(self, line: Line) -> Judged:
        if line.errors:
            return Judged(line, REFUSED)
        name = self.folded.get(line.details.get("name", ""), "")
        target = self.by_phone.get(line.phone) if line.phone else self._the_one_named(name)
        if target is None:
            return Judged(line, CREATED, self._make(line, name))
        return Judged(line, UPDATED if self._change(target, line) else UNCHANGED, target)

    def _the_one_named(self, name: str) -> Target | None:
        """As `Customer.objects.the_one_named` has it, with those who came earlier in the file."""
        named = self.by_name.get(name, [])
        if len({id(target) for target, _ in named}) == 1:
            return named[0][0]
        return next((target for target, has_phone in named if not has_phone), None)

    def _make(self, line: Line, name: str) -> Target:
        values = {**line.details, "name": line.details.get("name") or WALK_IN}
        target = Target(Customer(store=self.store, phone=line.phone, **values), is_new=True)
        self.made.append(target)
        if line.phone:
            self.by_phone[line.phone] = target
        if is_real(values["name"]):
            self.by_name.setdefault(name, []).append((target, line.phone is not None))
        return target

    def _change(self, target: Target, line: Line) -> bool:
        """Write the line over the record, as an import does; whether anything changed."""
        customer = target.customer
        is_direct = line.phone is None or customer.phone == line.phone
        changes = changes_of(customer, line.details, overwrite=self.overwrite and is_direct)
        target.came_back |= customer.deleted_at is not None
        if "name" in changes:
            before, after = (self.folded.get(name, "") for name in (customer.name, changes["name"]))
            entry = (target, customer.phone is not None)
            self.by_name[before] = [one for one in self.by_name.get(before, []) if one != entry]
            self.by_name.setdefault(after, []).append(entry)
        for name, value in changes.items():
            setattr(customer, name, value)
        target.changed.update(changes)
        return bool(changes)


def _folded(names: set[str]) -> dict[str, str]:
    """Each name in lower case as the database has it, whose rule it is that names without a phone differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, lower(name) FROM unnest(%s::text[]) AS name", [list(names)])
        return dict(cursor.fetchall())


def _leads_of_phones(store: Store, phones: set[str]) -> dict[str, int]:
    """The key of whom each phone leads to, for those that lead to anybody."""
    rows = CustomerPhone.objects.filter(store=store, phone__in=phones).values_list(
        "phone", "customer_id", "customer__merged_into"
    )
    return {phone: merged_into or pk for phone, pk, merged_into in rows}


def _named(store: Store, names: set[str]) -> dict[str, list[tuple[int, bool]]]:
    """By name in lower case: the keys of whom it may stand for, and whether that record has a phone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(name), coalesce(merged_into_id, id), phone IS NOT NULL
              FROM customers_customer
             WHERE store_id = %s AND erased_at IS NULL AND (deleted_at IS NULL OR phone IS NULL)
               AND lower(name) IN (SELECT lower(n) FROM unnest(%s::text[]) AS n)
             ORDER BY merged_into_id NULLS FIRST, id
            """,
            [store.pk, list(names)],
        )
        found: dict[str, list[tuple[int, bool]]] = {}
        for name, pk, has_phone in cursor.fetchall():
            found.setdefault(name, []).append((pk, has_phone))
    return found


def _customers(store: Store, keys: Iterable[int], *, lock: bool) -> dict[int, Customer]:
    rows = Customer.objects.of(store).filter(pk__in=keys)
    found = {row.pk: row for row in (rows.for_no_key_update() if lock else rows)}
    if lock and any(row.merged_into_id for row in found.values()):
        raise StartAgain("Some of the customers are being merged by somebody else. Try again.")
    return found


def write_plan(store: Store, plan: Plan, now: datetime, watch: Watch) -> None:
    """Write the customers of the plan, within the transaction that holds the counter; new ones get number and key."""
    made = [target.customer for target in plan.targets if target.is_new]
    changed = [target for target in plan.targets if target.changed and not target.is_new]
    total = len(made) + len(changed)
    if made:
        first = _take_numbers(store, len(made))
        for n, customer in enumerate(made, first):
            customer.number = f"{CUST}{n:04d}"
        _copy(store, made, now, lambda done: watch(done, total))
        _give_keys(store, made)
    for start in range(0, len(changed), _AT_ONCE):
        _update([target.customer for target in changed[start : start + _AT_ONCE]], now)
        watch(len(made) + start + len(changed[start : start + _AT_ONCE]), total)
    RecordEvent.objects.bulk_create(
        RecordEvent(store=store, customer=target.customer, what=What.CAME_BACK, at=now)
        for target in changed
        if target.came_back
    )


def _copy(store: Store, made: Sequence[Customer], now: datetime, watch: Callable[[int], None]) -> None:
    note_for_copy()
    columns = ", ".join((*_COLUMNS, *_ZEROS))
    copied = f"COPY customers_customer ({columns}) FROM STDIN"
    # Within the wrapper a phone that somebody took meanwhile is the IntegrityError that callers know.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(copied) as lines:
        for done, customer in enumerate(made, 1):
            customer.created_at = customer.updated_at = now
            lines.write_row([*(getattr(customer, name) for name in _COLUMNS), 0, 0, 0, 0])
            if done % 1000 == 0 or done == len(made):
                watch(done)


def _give_keys(store: Store, made: Sequence[Customer]) -> None:
    keys: dict[str, Any] = dict(
        Customer.objects.of(store).filter(number__in=[one.number for one in made]).values_list("number", "pk")
    )
    for customer in made:
        customer.pk = keys[customer.number]


def _update(changed: Sequence[Customer], now: datetime) -> None:
    """All their details in one statement."""
    names = (*DETAILS, "is_active")
    arrays = ", ".join("%s::boolean[]" if name == "is_active" else "%s::text[]" for name in names)
    sql = f"""
        UPDATE customers_customer AS customer
           SET {", ".join(f"{name} = line.{name}" for name in names)}, deleted_at = NULL, updated_at = %s
          FROM unnest(%s::bigint[], {arrays}) AS line (id, {", ".join(names)})
         WHERE customer.id = line.id
    """
    values = [[getattr(customer, name) for customer in changed] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, [customer.pk for customer in changed], *values])
