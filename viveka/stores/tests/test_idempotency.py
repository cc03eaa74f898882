import uuid
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from viveka.stores.errors import Refused
from viveka.stores.idempotency import KeyedRequest, KeyReused
from viveka.stores.models import RequestKey
from viveka.stores.tests.factories import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def keyed(store, user, *, key="k-1", body=b'{"total": "5.00"}', method="POST", path="/api/v1/inventory/sales"):
    return KeyedRequest(store=store, user=user, method=method, path=path, key=key, body=body)


def test_a_new_key_is_ours(store, cashier):
    made = uuid.uuid4()
    assert keyed(store, cashier).claim(made) is None
    kept = RequestKey.objects.get()
    assert (kept.made_id, kept.status, kept.store, kept.user) == (str(made), 201, store, cashier)
    assert len(kept.body_digest) == 64


def test_the_same_key_with_the_same_body_answers_what_was_made_first(store, cashier):
    first = uuid.uuid4()
    keyed(store, cashier).claim(first)
    earlier = keyed(store, cashier).claim(uuid.uuid4())
    assert (earlier.made_id, earlier.status) == (str(first), 201)
    assert RequestKey.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(store, cashier):
    keyed(store, cashier).claim("1")
    with pytest.raises(KeyReused) as refusal:
        keyed(store, cashier, body=b"{}").claim("2")
    assert list(refusal.value.errors) == ["Idempotency-Key"]


def test_a_key_is_of_one_store_user_method_and_path(store, other_store, cashier, manager):
    keyed(store, cashier).claim("1")
    assert keyed(other_store, cashier).claim("2") is None
    assert keyed(store, manager).claim("3") is None
    assert keyed(store, cashier, method="PATCH").claim("4") is None
    assert keyed(store, cashier, path="/api/v1/customers").claim("5") is None
    assert keyed(store, cashier, key="K-1").claim("6") is None


def test_a_rollback_frees_the_key(store, cashier):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keyed(store, cashier).claim("1")
        raise ZeroDivisionError
    assert keyed(store, cashier, body=b"other").claim("2") is None


def test_the_result_can_be_noted_later(store, cashier):
    request = keyed(store, cashier)
    request.claim("")
    request.note_result(42, 200)
    earlier = request.claim("")
    assert (earlier.made_id, earlier.status) == ("42", 200)


@pytest.mark.parametrize("key", ["", "k" * 201, "a\x00b", "a\nb", "\ud800"])
def test_refuses_a_key_that_cannot_be_kept(store, cashier, key):
    with pytest.raises(Refused) as refusal:
        keyed(store, cashier, key=key).claim("1")
    assert list(refusal.value.errors) == ["Idempotency-Key"]


def test_claims_in_one_statement_and_answers_in_two(store, cashier, django_assert_num_queries):
    with django_assert_num_queries(1):
        keyed(store, cashier).claim("1")
    with django_assert_num_queries(2):
        keyed(store, cashier).claim("2")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_succeeds", [True, False])
def test_a_claim_waits_for_one_that_is_under_way(first_succeeds):
    store, user = StoreFactory(), UserFactory()
    asking, answers = Event(), []
    other = Thread(target=claim_too, args=(keyed(store, user), asking, answers))
    try:
        with transaction.atomic():
            assert keyed(store, user).claim("first") is None
            other.start()
            asking.wait(5)
            other.join(0.2)
            assert answers == []
            if not first_succeeds:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    other.join(5)
    assert answers == (["first"] if first_succeeds else ["it is ours"])


def claim_too(request: KeyedRequest, asking: Event, answers: list[str]) -> None:
    try:
        with transaction.atomic():
            asking.set()
            earlier = request.claim("second")
            answers.append(earlier.made_id if earlier else "it is ours")
    finally:
        connection.close()
