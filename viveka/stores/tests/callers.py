"""A program with a token, for tests of the JSON API."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from viveka.stores.models import ApiToken, Role, Store, User
from viveka.stores.tests.factories import staff

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and the JSON of an answer."""

    status: int
    body: Any
    headers: Any

    @property
    def errors(self) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = self.body["errors"]
        return errors


class Caller:
    """Calls the API as a person with this role in the store."""

    def __init__(self, store: Store, role: str = Role.CASHIER, user: User | None = None) -> None:
        self.store = store
        self.user = user or staff(store, role)
        self.token, self.secret = ApiToken.objects.issue(store=store, user=self.user)
        self.client = Client()

    def get(self, path: str, **query: Any) -> Answer:
        return self._call(self.client.get(ROOT + path, query, headers=self._headers()))

    def post(self, path: str, body: Any, *, key: str | None = None) -> Answer:
        """`body` is sent as it is where it is text, as JSON where it is not."""
        return self.send("post", path, body, key=key)

    def patch(self, path: str, body: Any) -> Answer:
        return self.send("patch", path, body)

    def delete(self, path: str) -> Answer:
        return self.send("delete", path)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """Any method; `body` as in `post`, none where it is None."""
        data = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        headers = self._headers() | ({} if key is None else {"Idempotency-Key": key})
        send = self.client.generic
        return self._call(send(method.upper(), ROOT + path, data, "application/json", headers=headers))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    @staticmethod
    def _call(response: Any) -> Answer:
        text = response.getvalue()
        return Answer(response.status_code, json.loads(text), response.headers)


def names_in(body: Any) -> set[str]:
    """The names of all fields of an answer, however deep."""
    if isinstance(body, dict):
        return set(body).union(*(names_in(value) for value in body.values()))
    if isinstance(body, list):
        return set().union(*(names_in(value) for value in body))
    return set()
