"""A code that a phone pays by: for what is still due of a bill, and none where nothing is."""

from decimal import Decimal
from urllib.parse import quote, urlencode

import segno

from viveka.stores.models import Store


def upi_link(store: Store, amount: Decimal, note: str) -> str:
    """The address that a UPI app opens; "" where nothing is due or the store takes no UPI."""
    if not store.upi_id or store.currency != "INR" or amount <= 0:
        return ""
    asked = {"pa": store.upi_id, "pn": store.name, "am": f"{amount:.2f}", "cu": "INR", "tn": note}
    return "upi://pay?" + urlencode(asked, quote_via=quote, safe="@")


def upi_code(link: str) -> str:
    """The link as a picture to be put into a page (a data URI); "" for none."""
    return segno.make(link, error="m", micro=False).svg_data_uri(scale=4, border=2) if link else ""
