"""Goods, sales and bills for programs."""

from ninja import Router

from billing.api import bills, products, sales

router = Router()
router.add_router("", products.router)
router.add_router("", sales.router)
router.add_router("", bills.router)
