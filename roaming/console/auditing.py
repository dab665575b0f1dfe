"""Who changed what, with before and after (S48): what Django's log of the admin is told. Secrets stay out of it.

A form's changes are told value by value; a button, with what was said on its page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

KEPT = 200  # characters of a value
SECRETS = frozenset({"token", "token_a", "password", "secret", "key"})


def told(form: forms.BaseForm, names: Iterable[str]) -> list[str]:
    """`Whitelist: ALLOWED → NEVER` for each of the fields."""
    return [_change(form, name) for name in names if name in form.fields]


def said(form: forms.Form) -> str:
    """What was filled in on the page of a button."""
    given = {name: form[name].value() for name in form.fields}
    parts = [f"{_label(form, name)} {_written(form, name, value)}" for name, value in given.items() if value]
    return "; ".join(parts)


def _change(form: forms.BaseForm, name: str) -> str:
    before = form.get_initial_for_field(form.fields[name], name)
    after = getattr(form, "cleaned_data", {}).get(name)
    return f"{_label(form, name)}: {_written(form, name, before)} → {_written(form, name, after)}"


def _label(form: forms.BaseForm, name: str) -> str:
    return str(form.fields[name].label or name.replace("_", " ").capitalize())


def _written(form: forms.BaseForm, name: str, value: Any) -> str:
    widget = form.fields[name].widget
    if name in SECRETS or isinstance(widget, forms.PasswordInput):
        return "…"
    if value in (None, "", [], {}):
        return "–"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= KEPT else f"{text[:KEPT]}…"
