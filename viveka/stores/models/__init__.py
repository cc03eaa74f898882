"""The ground floor: who owns the data, who works with it, and the rows that every app leans on."""

from viveka.stores.models.counter import Counter
from viveka.stores.models.owned import StoreOwned
from viveka.stores.models.person import ApiToken, Membership, PinTry, Role, User
from viveka.stores.models.request_key import RequestKey
from viveka.stores.models.store import StockPolicy, Store
from viveka.stores.models.till import Direction, Till, TillCount, TillEntry, TillSession, TillSessionField

__all__ = [
    "ApiToken",
    "Counter",
    "Direction",
    "Membership",
    "PinTry",
    "RequestKey",
    "Role",
    "StockPolicy",
    "Store",
    "StoreOwned",
    "Till",
    "TillCount",
    "TillEntry",
    "TillSession",
    "TillSessionField",
    "User",
]
