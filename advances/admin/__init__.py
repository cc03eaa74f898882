"""The app in the admin, each part in the file of what it is about."""

from advances.admin import payments, records

__all__ = ["payments", "records"]
