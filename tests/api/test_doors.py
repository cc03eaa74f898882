"""Who may call the JSON API, in which order refusals come, and what a call that is not there answers."""

import json
import logging
import re
import socket
import time
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from gunicorn.http.errors import InvalidRequestLine, LimitRequestHeaders, LimitRequestLine

from tests.api.calls import ANYONE, CALLS, MANAGER, SELLER
from viveka.server import Worker
from viveka.stores.api.limits import Minute
from viveka.stores.models import ApiToken, Membership, Store, User
from viveka.stores.services import add_member, end_membership
from viveka.stores.tests.callers import ROOT, Caller
from viveka.stores.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

# The calls for everybody with a role, for sellers, for managers. `1` and ID stand for what is not there.
ID = "0192f0c1-7a3e-7d52-9c41-5a1f6c8e2b90"
NOT_THERE = {"customer_id": "1", "product_id": "1", "phone": "9876543210", "store_id": "STORE"}


def _for(needs: str) -> list[tuple[str, str]]:
    return [
        (call.method, re.sub(r"{(\w+)}", lambda place: NOT_THERE.get(place[1], ID), call.path))
        for call in CALLS
        if call.needs == needs
    ]


READ, SELL, MANAGE = _for(ANYONE), _for(SELLER), _for(MANAGER)
WITH_BODY = [(method, path) for method, path in SELL + MANAGE if method != "delete"]


def _is_problem(response: Any, status: int) -> bool:
    body = json.loads(response.content)
    return (
        response.status_code == status
        and response["Content-Type"] == "application/json"
        and set(body) == {"success", "message", "errors"}
        and body["success"] is False
    )


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic eDp5", "vvk_x", "Bearer \xff"]
)
def test_without_a_valid_token_401_also_for_a_bad_body(client: Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in READ + SELL + MANAGE:
        send = getattr(client, method)
        body = {} if method == "get" else {"data": "{", "content_type": "application/json"}
        response = send(ROOT + path, **body, headers=headers)
        assert _is_problem(response, 401)
        assert response["WWW-Authenticate"] == "Bearer"


def _of(store: Store, path: str) -> str:
    return path.replace("STORE", store.slug)


def test_the_role_is_judged_before_the_body(store: Store) -> None:
    for role, refused in (("auditor", SELL + MANAGE), ("cashier", MANAGE)):
        caller = Caller(store, role)
        for method, path in refused:
            for body in ("{", "", "[]", "{}"):
                assert caller.send(method, _of(store, path), body).status == 403, path
        for _, path in READ:
            assert caller.get(_of(store, path)).status == (404 if re.search(f"/1|{ID}", path) else 200), path


def test_then_an_unreadable_body_then_its_fields(store: Store) -> None:
    manager = Caller(store, "manager")
    for method, path in WITH_BODY:
        for body in ("", "{", b"\xff\xfe{", "[" * 100_000, "NaN1", "{'a': 1}"):
            answer = manager.send(method, _of(store, path), body)
            assert (answer.status, answer.errors) == (400, {}), path
        for body in ("[]", "null", "3", '"x"', "NaN", "true"):
            answer = manager.send(method, _of(store, path), body)
            assert (answer.status, list(answer.errors)) == (422, ["body"]), path


def test_a_token_holds_while_the_membership_and_the_user_do(store: Store, manager: User) -> None:
    caller = Caller(store, "cashier")
    assert caller.get("/bills").status == 200
    User.objects.filter(pk=caller.user.pk).update(is_active=False)
    assert caller.get("/bills").status == 401
    User.objects.filter(pk=caller.user.pk).update(is_active=True)
    assert caller.get("/bills").status == 200
    end_membership(membership=Membership.objects.get(user=caller.user), now=timezone.now())
    assert caller.get("/bills").status == 401
    add_member(store=store, username=caller.user.username, role="cashier")
    assert caller.get("/bills").status == 401, "the token ended with the membership"


def test_a_revoked_token_is_none(store: Store) -> None:
    caller = Caller(store)
    ApiToken.objects.filter(pk=caller.token.pk).update(revoked_at=timezone.now())
    assert caller.get("/bills").status == 401


def test_a_token_has_the_role_of_today_in_its_own_store(store: Store, other_store: Store) -> None:
    caller = Caller(store, "cashier")
    MembershipFactory(store=other_store, user=caller.user, role="manager")
    assert caller.post("/products", {"name": "Salt"}).status == 403
    add_member(store=store, username=caller.user.username, role="manager")
    assert caller.post("/products", {"name": "Salt"}).status == 201


def test_the_last_use_is_noted_at_most_every_ten_minutes(store: Store) -> None:
    caller = Caller(store)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            caller.get("/customers/by-phone/9876543210")
        counts.append(len(queries))
    assert counts == [3, 2], "token with store, user and role in one query; the look-up; at first the note"
    then = timezone.now() - timedelta(minutes=11)
    ApiToken.objects.filter(pk=caller.token.pk).update(last_used_at=then)
    caller.get("/bills")
    caller.token.refresh_from_db()
    assert caller.token.last_used_at and caller.token.last_used_at > then


def test_a_session_works_with_the_csrf_token(store: Store, manager: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    assert client.get(f"{ROOT}/customers").status_code == 200
    body = json.dumps({"name": "Asha"})
    assert _is_problem(client.post(f"{ROOT}/customers", body, content_type="application/json"), 403)
    client.get("/")
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    response = client.post(f"{ROOT}/customers", body, content_type="application/json", headers=headers)
    assert response.status_code == 201


def test_a_session_never_stands_in_for_a_wrong_token(manager_client: Client) -> None:
    response = manager_client.get(f"{ROOT}/customers", headers={"Authorization": "Bearer wrong"})
    assert _is_problem(response, 401)


def test_a_session_without_a_store_is_told_so() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert _is_problem(client.get(f"{ROOT}/customers"), 403)


def test_what_is_not_there_is_json_for_everybody(client: Client, manager_client: Client) -> None:
    for caller in (client, manager_client):
        for path in ("", "/", "/nothing", "/customers/", "/bills/1/2", "/openapi"):
            assert _is_problem(caller.get(ROOT + path if path else f"{ROOT}/"), 404)
        for method in ("put", "delete", "patch"):
            response = getattr(caller, method)(f"{ROOT}/customers")
            assert _is_problem(response, 405)
            assert response["Allow"] == "GET, HEAD, POST"
        for elsewhere in ("/api/", "/api/v1", "/api/v2/customers"):
            assert _is_problem(caller.get(elsewhere), 404)
        assert _is_problem(caller.get(f"{ROOT}/customers", headers={"Host": "elsewhere.example"}), 400)
        for path in ("docs", "openapi.json"):
            assert _is_problem(caller.post(f"{ROOT}/{path}"), 405)


def test_what_can_be_read_answers_its_head(store: Store) -> None:
    caller = Caller(store)
    headers = {"Authorization": f"Bearer {caller.secret}"}
    head = caller.client.head(f"{ROOT}/bills", headers=headers)
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", "application/json")
    assert _is_problem(caller.client.options(f"{ROOT}/advances", headers=headers), 405)
    assert caller.client.head(f"{ROOT}/advances", headers=headers)["Allow"] == "POST"


def test_a_session_that_cannot_be_read_is_503(monkeypatch: pytest.MonkeyPatch, manager_client: Client) -> None:
    """Refused before the call itself: in JSON nevertheless."""
    manager_client.raise_request_exception = False
    for error, status in ((OperationalError("gone"), 503), (ZeroDivisionError("secret"), 500)):
        monkeypatch.setattr("viveka.stores.middleware.choose_store", Mock(side_effect=error))
        assert _is_problem(manager_client.get(f"{ROOT}/bills"), status)


def test_a_body_in_chunks_is_told_so(store: Store) -> None:
    caller = Caller(store)
    headers = {"Authorization": f"Bearer {caller.secret}", "Transfer-Encoding": "chunked"}
    response = caller.client.generic("POST", f"{ROOT}/customers", "", "application/json", headers=headers)
    assert _is_problem(response, 400)
    assert "Content-Length" in json.loads(response.content)["message"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(LimitRequestLine(9000, 8190), 414), (LimitRequestHeaders("fields"), 431), (InvalidRequestLine("BAD"), 400)],
)
def test_what_the_server_refuses_itself_is_json_too(error: Exception, status: int) -> None:
    worker: Any = Worker.__new__(Worker)
    worker.log = logging.getLogger("viveka.api")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, ("127.0.0.1", 1), error)
        head, body = theirs.recv(4096).decode().split("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert f"Content-Length: {len(body)}" in head
    assert json.loads(body).keys() == {"success", "message", "errors"}


def test_a_large_body_is_refused(store: Store, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = Caller(store).post("/customers", {"name": "Asha", "note": "n" * 1000})
    assert (answer.status, answer.body["success"]) == (413, False)


def test_too_many_calls_are_told_when_to_come_again(
    store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viveka.stores.api.limits._calls", Minute())
    monkeypatch.setattr("viveka.stores.api.limits._failures", Minute())
    settings.API_CALLS_A_MINUTE, settings.API_FAILURES_A_MINUTE = 2, 3
    eager, other = Caller(store), Caller(store)
    answers = [eager.get("/bills") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert other.get("/bills").status == 200
    wrong = [Client().get(f"{ROOT}/bills", headers={"Authorization": f"Bearer guess-{n}"}) for n in range(4)]
    assert [_is_problem(one, status) for one, status in zip(wrong, (401, 401, 401, 429), strict=True)] == [True] * 4
    assert other.get("/bills").status == 200, "whose token holds goes on"
    assert Client().get(f"{ROOT}/bills").status_code == 401, "no token is no guess"
    later = time.monotonic() + 61
    monkeypatch.setattr("viveka.stores.api.limits.time.monotonic", lambda: later)
    assert eager.get("/bills").status == 200


def test_a_fault_of_ours_shows_nothing_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(store)
    caller.client.raise_request_exception = False

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("customers.api.saving.client_customer", fail)
    answer = caller.post("/customers", {"name": "Asha"})
    assert answer.status == 500
    assert "secret" not in json.dumps(answer.body)


def test_a_database_that_does_not_answer_is_503(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    caller = Caller(store)
    monkeypatch.setattr("customers.api.saving.once", fail)
    answer = caller.post("/customers", {"name": "Asha"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


def test_the_command_prints_the_token_alone(store: Store, cashier: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_token", "--store", store.slug, "--user", cashier.username.upper())
    printed = capsys.readouterr().out
    secret = printed.strip()
    assert printed == f"{secret}\n"
    token = ApiToken.objects.get()
    assert (token.store, token.user, token.digest) == (store, cashier, ApiToken.digest_of(secret))
    assert secret not in token.digest


def test_the_command_wants_a_store_and_somebody_in_it(store: Store, other_store: Store, cashier: User) -> None:
    for slug, name in (("nowhere", cashier.username), (store.slug, "nobody"), (other_store.slug, cashier.username)):
        with pytest.raises(CommandError):
            call_command("create_api_token", "--store", slug, "--user", name)
    assert not ApiToken.objects.exists()
