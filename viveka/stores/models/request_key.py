from django.db import models

from viveka.stores.models.person import User
from viveka.stores.models.store import Store


class RequestKey(models.Model):
    """An Idempotency-Key with what it made: written in one transaction, so there is never one without the other."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    made_id = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="request_key_once", fields=["store", "user", "method", "path", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
