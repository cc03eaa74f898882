"""Phones: one normaliser for every way in. Stored as E.164, shown as dialled in the store's region."""

import re
import unicodedata
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from viveka.stores.errors import Refused

_ALLOWED = re.compile(r"\(?\+?[0-9 ().\-/]+", re.ASCII)
_LONGEST = 40
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
BAD_CODE = "This is not a country code. Write it like +91."
BAD_PHONE = "This is not a valid phone number. Check the digits, or leave the phone empty."


def _ascii_digits(text: str) -> str:
    """Digits of any script as ASCII; direction marks and other invisible characters dropped, spaces made plain."""
    out = []
    for char in unicodedata.normalize("NFKC", text).translate(_DASHES):
        if char.isdecimal():
            out.append(str(unicodedata.decimal(char)))
        elif char.isspace():
            out.append(" ")
        elif unicodedata.category(char) != "Cf":
            out.append(char)
    return "".join(out).strip().removeprefix("tel:")


def region_of_country_code(text: str, home: str) -> str | None:
    """The region that a country code (+91, 91, 0091) stands for: `home` where it is its own; None for no code."""
    code = re.sub(r"^(\+|00)", "", re.sub(r"[^0-9+]", "", _ascii_digits(text)))
    if not (code.isdigit() and len(code) < 4):
        return None
    if phonenumbers.country_code_for_region(home) == int(code):
        return home
    region = phonenumbers.region_code_for_country_code(int(code))
    return None if region == "ZZ" else region


def normalise_phone(text: str, region: str, *, country_code: str = "", field: str = "phone") -> str:
    """The E.164 form of a phone as people type it, read in `region` (for example IN).

    `country_code` (+91, 91, 0091) may come as a field of its own. Normalising twice is normalising once.
    Raises Refused naming `field` where it is not a valid number.
    """
    digits = _ascii_digits(text)
    if country_code.strip() and not digits.startswith("+"):
        region_of_code = region_of_country_code(country_code, region)
        if region_of_code is None:
            raise Refused(BAD_CODE, field)
        region = region_of_code
    if len(digits) > _LONGEST or not _ALLOWED.fullmatch(digits):
        raise Refused(BAD_PHONE, field)
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        raise Refused(BAD_PHONE, field) from None
    if not phonenumbers.is_valid_number(number):
        raise Refused(BAD_PHONE, field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_phone(e164: str | None, region: str) -> str:
    """As dialled in the region (98765 43210, 022 2345 6789 in IN), international for elsewhere, "" for none."""
    if not e164:
        return ""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    if number.country_code != phonenumbers.country_code_for_region(region):
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    mobile_of_india = region == "IN" and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    return shown.removeprefix("0") if mobile_of_india else shown


def whatsapp_link(e164: str, text: str = "") -> str:
    """An address that opens WhatsApp with this person, and with this text typed already."""
    return f"https://wa.me/{e164.removeprefix('+')}" + (f"?text={quote(text)}" if text else "")


def phone_fragment(text: str) -> str:
    """The digits of a search term, for finding any part of a phone; "" where it has letters or is no part of one."""
    digits = _ascii_digits(text)
    return re.sub(r"[^0-9]", "", digits) if len(digits) <= _LONGEST and _ALLOWED.fullmatch(digits) else ""
