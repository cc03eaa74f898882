"""Customers for programs."""

from customers.api import saving, lists, record  # noqa: F401, I001  (each adds its calls; fixed addresses first)
from customers.api.router import router

__all__ = ["router"]
