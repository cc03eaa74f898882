"""The fields of a customer besides the phone: how each is cleaned and what is refused."""

from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from stdnum.exceptions import ValidationError as NumberError
from stdnum.in_ import gstin

from customers.names import clean_name
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.text import clean_text


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


def clean_email(text: str, *, field: str = "email") -> str:
    """The address with its domain in lower case. Raises Refused where it is not one."""
    email = clean_text(text, field=field, most=254)
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("This is not an e-mail address. It looks like name@example.com.", field) from None
    local, domain = email.rsplit("@", 1)
    return f"{local}@{domain.lower()}"


def clean_gst_number(text: str, *, field: str = "gst_number") -> str:
    """The GST number in capitals, form and check digit proved (GSTIN, 15 characters)."""
    number = clean_text(text, field=field, most=40)
    if not number:
        return ""
    try:
        return str(gstin.validate(number))
    except NumberError:
        raise Refused("This is not a valid GST number: 15 characters, the last one a check digit.", field) from None


def clean_gender(text: str, *, field: str = "gender") -> str:
    """One of female, male, other, in any case; "" for not given."""
    gender = clean_text(text, field=field, most=40).lower()
    if gender and gender not in Gender.values:
        raise Refused(f"Gender is one of {', '.join(Gender.values)}, or empty.", field)
    return gender


def clean_address(text: str, *, field: str = "address") -> str:
    return clean_text(text, field=field, most=500, lines=True)


def clean_note(text: str, *, field: str = "note") -> str:
    return clean_text(text, field=field, most=1000, lines=True)


CLEANERS: dict[str, Callable[..., str]] = {
    "name": clean_name,
    "email": clean_email,
    "address": clean_address,
    "gst_number": clean_gst_number,
    "gender": clean_gender,
    "note": clean_note,
}


def clean_details(raw: Mapping[str, str | None]) -> dict[str, str]:
    """All fields given, cleaned; None counts as empty. Raises RefusedFields with every field at fault."""
    cleaned: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for field, value in raw.items():
        try:
            cleaned[field] = CLEANERS[field](value or "", field=field)
        except Refused as refusal:
            errors.update(refusal.errors)
    if errors:
        raise RefusedFields(errors)
    return cleaned
