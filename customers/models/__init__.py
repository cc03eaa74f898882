"""Who buys: the record, the phones that find it, and what was done to it."""

from customers.models.customer import CUST, DETAILS, SWITCHES, Customer
from customers.models.finding import CustomerManager, CustomerQuerySet, Found, person_query
from customers.models.likely_pair import LikelyPair
from customers.models.merge import Merge, MergeUndo
from customers.models.phone import CustomerPhone
from customers.models.record_event import RecordEvent, What

__all__ = [
    "CUST",
    "DETAILS",
    "SWITCHES",
    "Customer",
    "CustomerManager",
    "CustomerPhone",
    "CustomerQuerySet",
    "LikelyPair",
    "Found",
    "Merge",
    "MergeUndo",
    "RecordEvent",
    "What",
    "person_query",
]
