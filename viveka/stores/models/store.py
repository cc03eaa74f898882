import re
import zoneinfo
from datetime import date, datetime, time

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse

from viveka.stores.fields import MoneyField
from viveka.stores.tracing import traced

TEN_YEARS = 3650  # in days
LONGEST_IDLE = 720  # in minutes
CREDIT = ("credit_needs_account", "default_credit_limit", "default_terms_days", "advance_expiry_days")

REMINDER_WORDS = ("{name}", "{amount}", "{owed}", "{since}", "{store}")


class StockPolicy(models.TextChoices):
    """What happens when more is sold than is there."""

    REFUSE = "refuse", "Refuse what is not there"
    ALLOW = "allow", "Sell it, and settle from the next batch"
    NONE = "none", "No stock kept (a service)"


def check_region(value: str) -> None:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError("Use a two-letter country code in capitals, for example IN.")


def check_timezone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError("Use a time zone name such as Asia/Kolkata.")


def check_reminder(value: str) -> None:
    """Only words that can be filled in: a misspelt one would go to the customer as it stands."""
    unknown = [word for word in re.findall(r"\{[^{}]*\}", value) if word not in REMINDER_WORDS]
    if unknown:
        raise ValidationError(f"{unknown[0]} can't be filled in. Use {', '.join(REMINDER_WORDS)}.")


@traced(
    "name", "region", "currency", "timezone", "bill_prefix", "year_begins", "receipt_header", "receipt_footer",
    "default_stock_policy", "rounds_to_rupee", "allows_below_cost", "upi_id", "closed_until", "requires_address",
    "requires_email", "requires_gst_number", "reminder_text", "needs_till", "locks_after_minutes", *CREDIT,
)  # fmt: skip
class Store(models.Model):
    """The business that owns the data. Every other row belongs to exactly one."""

    slug = models.SlugField(
        "short name", max_length=40, unique=True, help_text="Used in addresses, for example shivik-mart."
    )
    name = models.CharField(max_length=120)
    region = models.CharField(
        max_length=2,
        default="IN",
        validators=[check_region],
        help_text="Country in which phones are read, for example IN.",
    )
    currency = models.CharField(
        max_length=3, default="INR", validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capitals, for example INR.")]
    )
    timezone = models.CharField("time zone", max_length=64, default="Asia/Kolkata", validators=[check_timezone])
    bill_prefix = models.CharField(
        max_length=4,
        default="BILL",
        validators=[RegexValidator(r"\A[A-Z]{1,4}\Z", "One to four capitals, for example BILL.")],
        help_text="What bill numbers begin with: BILL gives BILL-2627-000001.",
    )
    year_begins = models.PositiveSmallIntegerField(
        "financial year begins in month",
        default=4,
        help_text="4 is April. Bill numbers start again with each financial year.",
    )
    upi_id = models.CharField(
        "UPI address",
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(r"\A[A-Za-z0-9._-]{2,64}@[A-Za-z0-9]{2,30}\Z", "A UPI address, for example shop@okbank.")
        ],
        help_text="For example shop@okbank: receipts then show a code for what is still due. Empty: none.",
    )
    receipt_header = models.TextField(
        blank=True, max_length=500, help_text="Printed below the name: address, phone, GSTIN."
    )
    receipt_footer = models.TextField(blank=True, max_length=500, default="Thank you, please come again.")
    default_stock_policy = models.CharField(
        "stock policy of new products", max_length=8, choices=StockPolicy, default=StockPolicy.REFUSE
    )
    requires_address = models.BooleanField("customers need an address", default=False)
    requires_email = models.BooleanField("customers need an e-mail address", default=False)
    requires_gst_number = models.BooleanField("customers need a GST number", default=False)
    rounds_to_rupee = models.BooleanField(
        "round bills to the whole rupee", default=False, help_text="The difference is a line of its own on the bill."
    )
    allows_below_cost = models.BooleanField(
        "managers may let goods go below cost",
        default=False,
        help_text="Also on a cashier's screen, by their PIN and with a reason.",
    )
    needs_till = models.BooleanField(
        "selling needs an open till",
        default=False,
        help_text="The counter then asks for the cash in the drawer before the first sale.",
    )
    locks_after_minutes = models.PositiveSmallIntegerField(
        "lock the screen after minutes",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_IDLE)],
        help_text="A machine that nobody touches so long asks for a PIN. Empty: never.",
    )
    closed_until = models.DateField(null=True, blank=True, help_text="Nothing can be dated on or before this day.")
    credit_needs_account = models.BooleanField(
        "credit needs an account", default=False, help_text="Only customers with a credit account may owe."
    )
    default_credit_limit = MoneyField(
        "credit limit without an account", null=True, blank=True, help_text="Empty: no limit."
    )
    default_terms_days = models.PositiveSmallIntegerField(
        "days until a debt is due",
        null=True,
        blank=True,
        validators=[MaxValueValidator(TEN_YEARS)],
        help_text="Of customers without a credit account. Empty: due from the day it is made.",
    )
    advance_expiry_days = models.PositiveSmallIntegerField(
        "days until an advance expires",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(TEN_YEARS)],
        help_text="Printed on the advance's receipt. Empty: never.",
    )
    reminder_text = models.TextField(
        "reminder to who owes",
        blank=True,
        max_length=500,
        default="Namaste {name}, {amount} is due at {store} since {since}. Please pay when you come by. Thank you.",
        validators=[check_reminder],
        help_text=f"What WhatsApp opens with. It fills in {', '.join(REMINDER_WORDS)}.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="store_terms_within_ten_years", condition=models.Q(default_terms_days__lte=TEN_YEARS)
            ),
            models.CheckConstraint(
                name="store_expiry_within_ten_years",
                condition=models.Q(advance_expiry_days__gte=1, advance_expiry_days__lte=TEN_YEARS),
            ),
            models.CheckConstraint(
                name="store_locks_within_half_a_day",
                condition=models.Q(locks_after_minutes__gte=1, locks_after_minutes__lte=LONGEST_IDLE),
            ),
            models.CheckConstraint(
                name="store_year_begins_in_a_month", condition=models.Q(year_begins__gte=1, year_begins__lte=12)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("store-settings")

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def required_customer_fields(self) -> tuple[str, ...]:
        """The fields that a customer form insists on."""
        return tuple(field for field in ("address", "email", "gst_number") if getattr(self, f"requires_{field}"))

    def day_of(self, moment: datetime) -> date:
        """The store's own calendar day of a moment."""
        return moment.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of a day in the store's zone."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def financial_year(self, day: date) -> str:
        """The financial year of a day as four digits: 2627 for April 2026 to March 2027."""
        first = day.year if day.month >= self.year_begins else day.year - 1
        return f"{first % 100:02d}{(first + 1) % 100:02d}"
