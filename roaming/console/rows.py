"""A form field that is a table: each row a small form, blank rows left out, errors beside the cells and named above.

Used for what an object holds several of (connectors, price components) without a page for each.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

LABEL_OF_DELETE = "Drop"
Row = forms.Form
Table = BaseFormSet[Row]


class RowsWidget(forms.Widget):
    """Draws the table, and reads it back as a formset."""

    def __init__(self, row: type[Row], spare: int, wide: bool) -> None:
        super().__init__()
        self.template = "console/cards.html" if wide else "console/rows.html"
        self.table: type[Table] = forms.formset_factory(row, extra=spare, can_delete=True, max_num=500)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Table:
        """What was posted, still to be checked."""
        return self.table(data, prefix=name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """A table is in the data if its form count is."""
        return f"{name}-TOTAL_FORMS" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Rows as stored, or as posted with what is wrong in them."""
        table = value if isinstance(value, BaseFormSet) else self.table(initial=value or [], prefix=name)
        for form in table.forms:
            if table.is_bound:
                for field in form.errors:
                    if field in form.fields:
                        form.fields[field].widget.attrs["class"] = "console-wrong"
            form.fields["DELETE"].label = LABEL_OF_DELETE
        return render_to_string(self.template, {"table": table})


class RowsField(forms.Field):
    """Cleans to a list of dicts, one a filled row; ``wide`` ones are drawn as cards."""

    widget: RowsWidget

    def __init__(self, row: type[Row], *, spare: int = 2, wide: bool = False, **options: Any) -> None:
        super().__init__(widget=RowsWidget(row, spare, wide), **{"required": False, **options})

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Raises with the row and the column of everything that is wrong."""
        if not isinstance(value, BaseFormSet):
            return []
        if not value.is_valid():
            raise ValidationError(list(_complaints(value)))
        rows = [form.cleaned_data for form in value.forms if form.has_changed() or form.initial]
        filled = [row for row in rows if row and not row.pop("DELETE", False)]
        if self.required and not filled:
            raise ValidationError("at least one row is needed")
        return filled

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether any row did."""
        if not isinstance(data, BaseFormSet):
            return False
        shown = self.widget.table(data.data, prefix=data.prefix, initial=initial or [])
        return shown.has_changed()


def _complaints(table: Table) -> Any:
    yield from table.non_form_errors()
    for number, form in enumerate(table.forms, start=1):
        for field, messages in form.errors.items():
            label = form.fields[field].label or field if field in form.fields else ""
            yield f"row {number}: {f'{label}: ' if label else ''}{' '.join(str(one) for one in messages)}"
