"""What customers owe, for programs."""

from debts.api import accounts, debts, payments, statement  # noqa: F401  (each adds its calls)
from debts.api.router import router

__all__ = ["router"]
