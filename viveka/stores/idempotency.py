"""Safe to send again: one key, one result, for ever."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from viveka.stores.errors import Refused
from viveka.stores.models import RequestKey, Store, User

LONGEST_KEY = 200
_CLAIM = """
INSERT INTO stores_requestkey (store_id, user_id, method, path, key, body_digest, made_id, status, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp())
ON CONFLICT ON CONSTRAINT request_key_once DO NOTHING
"""


class KeyReused(Refused):
    """The same key came with another body."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that carries an Idempotency-Key; its scope is store, user, method and path."""

    store: Store
    user: User
    method: str
    path: str
    key: str
    body: bytes

    @property
    def body_digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def claim(self, made_id: UUID | int | str, status: int = 201) -> RequestKey | None:
        """Write the key with what is about to be made, in the caller's transaction.

        None: it is ours, go on. Otherwise what an earlier request with this key made; where that one is still under
        way, this waits for it. Raises KeyReused where its body was another, Refused for a key that can't be kept.
        """
        if not 0 < len(self.key) <= LONGEST_KEY or not self.key.isprintable():
            raise Refused(f"An Idempotency-Key has 1 to {LONGEST_KEY} visible characters.", "Idempotency-Key")
        scope = (self.store.pk, self.user.pk, self.method, self.path, self.key)
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, (*scope, self.body_digest, str(made_id), status))
            if cursor.rowcount:
                return None
        earlier = RequestKey.objects.get(
            store=self.store, user=self.user, method=self.method, path=self.path, key=self.key
        )
        if earlier.body_digest != self.body_digest:
            raise KeyReused("This Idempotency-Key was used for another request. Take a new one.", "Idempotency-Key")
        return earlier

    def note_result(self, made_id: UUID | int | str, status: int) -> None:
        """For what gets its id from the database: fill in what the claim could not know yet."""
        RequestKey.objects.filter(
            store=self.store, user=self.user, method=self.method, path=self.path, key=self.key
        ).update(made_id=str(made_id), status=status)
