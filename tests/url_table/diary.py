"""The diary."""

from tests.url_table.objects import advances_of, record
from tests.url_table.row import SELLERS, Row


def diary(kind: str) -> list[Row]:
    """The pages of an appointment, a booking or an enquiry."""
    of = record(kind)
    with_money = [] if kind == "enquiry" else ["counter", "advance"]
    return [
        Row(f"diary:{kind}-list"),
        Row(f"diary:{kind}-new", SELLERS, post=True),
        Row(f"diary:{kind}", of=of),
        *(Row(f"diary:{kind}-{page}", SELLERS, post=True, of=of) for page in ("edit", "cancel")),
        *(Row(f"diary:{kind}-{deed}", SELLERS, get=False, post=True, of=of)
          for deed in ("done", "reopen", *with_money)),
    ]  # fmt: skip


ROWS = [
    Row("diary:day"),
    Row("diary:week"),
    Row("diary:of-customer", of=advances_of),
    Row("diary:who", SELLERS),
    Row("diary:products", SELLERS),
    Row("diary:appointment-move", SELLERS, get=False, post=True, of=record("appointment")),
    *diary("appointment"),
    *diary("booking"),
    *diary("enquiry"),
]
