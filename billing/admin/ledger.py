"""What the ledgers of the admin share."""

from viveka.stores.admin_site import StoreModelAdmin


class ReadOnlyAdmin(StoreModelAdmin):
    """A ledger: to read, never to write."""

    read_only = True
