"""Money paid ahead, for programs."""

from advances.api.payments import router

__all__ = ["router"]
