"""Goods, sales, bills and what a customer arranged, for programs."""

from ninja import Router

from billing.api import bills, history, products, records, returns, sales

router = Router()
router.add_router("", products.router)
router.add_router("", sales.router)
router.add_router("", bills.router)
router.add_router("", history.router)
router.add_router("", returns.router)
router.add_router("", records.router)
