"""The form that takes a file of goods."""

from billing.services.import_rows import COLUMNS
from viveka.stores.incoming.forms import FileForm


class GoodsFileForm(FileForm):
    """A file of goods to look at before it is brought in."""

    columns = COLUMNS
