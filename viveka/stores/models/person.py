import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from viveka.stores.append_only import append_only
from viveka.stores.fields import StaffField
from viveka.stores.models.store import Store
from viveka.stores.tracing import traced


class User(AbstractUser):
    """A person who signs in. What the person may do is said by memberships, per store."""

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="user_name_once", violation_error_message="This name is taken."
            ),
        ]

    @property
    def called(self) -> str:
        """As the shop calls them: by their full name, or else by the name they sign in with."""
        return self.get_full_name() or self.username


class Role(models.TextChoices):
    CASHIER = "cashier", "Cashier"
    MANAGER = "manager", "Manager"
    AUDITOR = "auditor", "Auditor"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def standing(self) -> "MembershipQuerySet":
        """Not ended, of an active user."""
        return self.filter(ended_at__isnull=True, user__is_active=True)

    def with_pin(self) -> "MembershipQuerySet":
        return self.standing().exclude(pin_hash="")


@traced("store", "user", "role", "ended_at", "pin_set_at")
class Membership(models.Model):
    """A person's role in a store. Ended, it stays as the record of who that was, and its PIN opens nothing."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="memberships", editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)  # one writer: viveka.stores.pin
    pin_set_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__username"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_membership", fields=["store", "user"], condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="membership_has_a_role", condition=models.Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def sells(self) -> bool:
        """May bill and write customers."""
        return self.role in {Role.CASHIER, Role.MANAGER}

    @property
    def manages(self) -> bool:
        return self.role == Role.MANAGER

    @property
    def sees_cost(self) -> bool:
        """May see cost, profit and exports."""
        return self.role in {Role.MANAGER, Role.AUDITOR}


class PinTry(models.Model):
    """A PIN typed at somebody's screen: whose, by whom, what for, and whether it was right."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pin_tries", db_index=False)
    by = StaffField()
    what = models.CharField(max_length=80)
    is_right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "PIN tries"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["membership", "-at"], name="pin_tries_of_a_person")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.what}: PIN of {self.membership}"


class ApiTokenManager(models.Manager["ApiToken"]):
    def issue(self, *, store: Store, user: User, name: str = "") -> tuple["ApiToken", str]:
        """Make a token; the second value is its secret, which is shown once and kept only as a hash."""
        secret = "vvk_" + secrets.token_urlsafe(32)
        token = self.create(store=store, user=user, name=name, digest=ApiToken.digest_of(secret))
        return token, secret


class ApiToken(models.Model):
    """A key for a program, which acts as a user in one store, with that user's role of today."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenManager()

    def __str__(self) -> str:
        return f"{self.user} in {self.store}"

    @staticmethod
    def digest_of(secret: str) -> str:
        """SHA-256 is enough for a secret of 256 random bits."""
        return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

    def note_use(self, now: datetime) -> None:
        """Remember the last use, written at most every ten minutes."""
        if self.last_used_at is None or now - self.last_used_at > timedelta(minutes=10):
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)
