"""A form field that is a table."""

from __future__ import annotations

from typing import Any

from django import forms

from roaming.console.rows import RowsField


class Row(forms.Form):
    name = forms.CharField(max_length=5)
    amount = forms.DecimalField(label="How much", required=False)


class Order(forms.Form):
    rows = RowsField(Row, required=True)


def posted(*rows: dict[str, str]) -> dict[str, str]:
    data = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return data


def clean(*rows: dict[str, str]) -> Any:
    form = Order(posted(*rows))
    return form.cleaned_data["rows"] if form.is_valid() else form.errors["rows"]


def test_filled_rows_come_back_and_blank_ones_do_not() -> None:
    assert [row["name"] for row in clean({"name": "a"}, {"name": ""}, {"name": "b"})] == ["a", "b"]


def test_a_dropped_row_is_gone() -> None:
    assert [row["name"] for row in clean({"name": "a", "DELETE": "on"}, {"name": "b"})] == ["b"]


def test_a_complaint_names_row_and_column() -> None:
    (complaint,) = clean({"name": "a"}, {"name": "b", "amount": "much"})
    assert complaint.startswith("row 2: How much: ")


def test_the_wrong_cell_is_marked_and_keeps_what_was_typed() -> None:
    html = str(Order(posted({"name": "too long"}))["rows"])
    assert "console-wrong" in html
    assert 'value="too long"' in html


def test_no_row_is_no_answer_where_one_is_needed() -> None:
    assert clean({"name": ""}) == ["at least one row is needed"]


def test_stored_rows_are_shown_with_blank_ones_behind() -> None:
    html = str(Order(initial={"rows": [{"name": "a"}]})["rows"])
    assert html.count("-name") >= 3
