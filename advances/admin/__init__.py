"""The app in the admin, each part in the file of what it is about."""

from advances.admin import payments

__all__ = ["payments"]
