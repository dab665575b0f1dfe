"""Links between pages of the admin by name, so that neither app imports the other. No page, no link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def changelist(model: str, **query: Any) -> str | None:
    """The list of ``app.model``, filtered."""
    return _page(model, "changelist", (), query)


def change(model: str, pk: Any) -> str | None:
    """The page of one object."""
    return _page(model, "change", (pk,), {}) if pk not in ("", None) else None


def jump(model: str, **query: Any) -> str | None:
    """The page of the one object that a filtered list would hold (console.pages), else that list."""
    return changelist(model, **query, jump=1) if all(query.values()) else None


def button(model: str, action: str, pk: Any) -> str | None:
    """The page that asks before an action on one object is done."""
    return _page(model, action, (pk,), {})


def _page(model: str, view: str, values: tuple[Any, ...], query: dict[str, Any]) -> str | None:
    try:
        url = reverse(f"admin:{model.replace('.', '_')}_{view}", args=values)
    except NoReverseMatch:
        return None
    return f"{url}?{urlencode(query)}" if query else url
