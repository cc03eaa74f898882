"""The form that takes a file of goods."""

from typing import Any

from django import forms

from customers.kept_imports import MOST_BYTES
from viveka.stores.forms import form_helper


class GoodsFileForm(forms.Form):
    """A file of goods to look at before it is brought in."""

    file = forms.FileField(
        label="CSV or XLSX file",
        help_text="Headings in the first line; at most 10 MB and 50,000 lines.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("file", submit="Look at it first")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Divide it into several.")
        return upload
