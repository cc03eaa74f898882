"""The forms of a file that comes in: the file itself, and what its columns hold."""

from collections.abc import Mapping
from typing import Any

from django import forms

from viveka.stores.forms import form_helper
from viveka.stores.incoming.columns import Columns, Mapped

MOST_BYTES = 10 * 1024 * 1024


class FileForm(forms.Form):
    """A file to look at before it is brought in. Fields beside it, of a subclass, say how it is read."""

    file = forms.FileField(
        label="CSV or XLSX file",
        help_text="Headings in the first line; at most 10 MB and 50,000 lines.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(*self.fields, submit="Look at it first")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Divide it into several.")
        return upload

    @property
    def about(self) -> dict[str, Any]:
        """What is said about the file, as JSON can keep it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class ColumnsForm(forms.Form):
    """What each column of a file holds; several of one kind are put together, as first name and surname."""

    no_header = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kinds: Columns,
        lines: list[list[str]],
        columns: Mapped | None = None,
        has_header: bool = True,
    ) -> None:
        super().__init__(data, initial={"no_header": not has_header})
        self.kinds, self.lines = kinds, lines
        self.fields["no_header"].label = f"The first line is {kinds.line} already, not headings"
        held = {place: name for name, places in (columns or kinds.guess(lines[0])).items() for place in places}
        for place, heading in enumerate(lines[0]):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading.strip() or f"Column {place + 1}",
                choices=[("", "Left out"), *kinds.fields.items()],
                required=False,
                initial=held.get(place, ""),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def has_header(self) -> bool:
        return not self.cleaned_data["no_header"]

    @property
    def columns(self) -> dict[str, list[int]]:
        """By what they hold, the places of the columns."""
        found: dict[str, list[int]] = {}
        for place in range(len(self.lines[0])):
            if held := self.cleaned_data[f"column-{place}"]:
                found.setdefault(held, []).append(place)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        held = list(cleaned.values())
        if why := self.kinds.lack(held):
            self.add_error(None, why)
        for name in self.kinds.once:
            if held.count(name) > 1:
                self.add_error(None, f"Only one column can hold “{self.kinds.fields[name]}”.")
        return cleaned

    def told(self) -> list[tuple[Any, list[str]]]:
        """Each column's field, with what stands in it."""
        return [(self[f"column-{place}"], [line[place] for line in self.lines]) for place in range(len(self.lines[0]))]
