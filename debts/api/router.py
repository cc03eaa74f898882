"""One router for all calls of the debt ledger."""

from ninja import Router

router = Router(tags=["Debts"])
