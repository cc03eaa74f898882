"""Lists that wait to be brought in, and such as were: of customers, goods and opening balances."""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.kept_goods import KeptGoods
from customers.kept_imports import KeptImport
from debts.openings.kept import KeptOpenings
from viveka.stores.models import Store, User


@dataclass(frozen=True)
class Kind:
    """What is uploaded where."""

    upload: str
    confirm: str
    heading: str
    line: str
    kept: type[KeptImport]


KINDS = (
    Kind("customers:import", "customers:import-confirm", "Phone,Name", "+9195{0:08d},Line {0}", KeptImport),
    Kind("billing:goods-upload", "billing:goods-confirm", "Name,Quantity,Cost price", "Line {0},2,5", KeptGoods),
    Kind("debts:openings-file", "debts:openings-confirm", "Name,Phone,Owes", "Line {0},,{0}", KeptOpenings),
)


def bring_lists(store: Store, times: int, *, waits: User, done: User, typed: User) -> None:
    """One person's lists wait, another's are brought in; a third typed one."""
    numbers = range(1, times + 1)
    for kind in KINDS:
        data = "\n".join([kind.heading, *(kind.line.format(number) for number in numbers)])
        for person in (done, waits):
            _send(person, kind.upload, file=SimpleUploadedFile("list.csv", data.encode()), day="2026-03-31")
        preview = kind.kept(store, done).preview
        assert preview is not None
        _send(done, kind.confirm, token=preview.token)
    rows = {"name": [f"Line {n} too" for n in numbers], "phone": [""] * times, "owes": ["5"] * times}
    _send(typed, "debts:openings-type", day="2026-03-31", **rows)


def _send(person: User, to: str, **data: Any) -> None:
    client = Client()
    client.force_login(person)
    assert client.post(reverse(to), data).status_code == 302
