"""What is typed into the forms of the diary, for its tests."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from viveka.stores.models import Store

PHONE = "98765 43210"
NEW = {kind: reverse(f"diary:{kind}-new") for kind in ("appointment", "booking", "enquiry")}


def typed(**more: Any) -> dict[str, Any]:
    """A form of an appointment, as it is sent."""
    return {
        "record": str(uuid4()), "country_code": "", "phone": PHONE, "name": "Asha Rao", "day": "2026-12-01",
        "time": "10:30", "minutes": "45", "line_name": ["facial", "Flowers", ""], "line_quantity": ["", "2", ""],
        "line_price": ["", "150", ""], "amount": "500", "mode": "upi", "reference": "UTR 7", "notes": "window seat",
        **more,
    }  # fmt: skip


def at(store: Store, hour: int, minute: int = 0, days: int = 0) -> datetime:
    day = store.day_of(timezone.now()) + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), store.zone)
