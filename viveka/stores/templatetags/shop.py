"""Amounts, quantities and phones as a shop writes them; built into every template."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html

from viveka.stores.money import show_amount, show_quantity
from viveka.stores.phone import show_phone

register = template.Library()


@register.simple_tag(takes_context=True)
def money(context: dict[str, Any], amount: Decimal | None) -> str:
    """₹1,23,456.00 in the store's currency; nothing for None."""
    if amount is None:
        return ""
    store = context.get("store")
    return show_amount(amount, store.currency if store else "INR")


@register.simple_tag(takes_context=True)
def figure(context: dict[str, Any], term: str, amount: Decimal | None) -> str:
    """One amount of a list of figures (`<dl class="figures">`), with what it is."""
    return format_html('<div class="figure"><dt>{}</dt><dd>{}</dd></div>', term, money(context, amount))


@register.simple_tag(takes_context=True)
def phone(context: dict[str, Any], e164: str | None) -> str:
    """As dialled in the store's region."""
    store = context.get("store")
    return show_phone(e164, store.region if store else "IN")


@register.filter
def below(path: str, address: str) -> bool:
    """Whether a path is that address, or one of the pages below it."""
    return path.startswith(address)


register.filter("quantity", show_quantity)
