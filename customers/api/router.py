"""One router for all calls on customers: an address has one router, whatever is done there."""

from ninja import Router

router = Router(tags=["Customers"])
