"""The sidebar: groups in a fixed order, entries registered by the apps, each for whoever may view its model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

GROUPS = (
    "Stations",
    "Energy",
    "Station upkeep",
    "Payments",
    "Station security",
    "Roaming",
    "Billing",
    "Partners",
    "Journals",
    "Settings",
)


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar."""

    group: str
    title: str
    icon: str
    model: str  # app.model; who may view it, sees the entry
    rank: int = 50
    page: str = ""  # the name of a URL, for a page that is no model's list


_ENTRIES: list[Entry] = []


def add(*entries: Entry) -> None:
    """Register entries; an unknown group or a model named twice is a mistake of ours."""
    for entry in entries:
        if entry.group not in GROUPS or any(_leads_to(entry) == _leads_to(known) for known in _ENTRIES):
            raise ValueError(f"cannot add {entry} to the sidebar")
        _ENTRIES.append(entry)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """What unfold's ``SIDEBAR.navigation`` calls."""
    home = {"title": "Home", "icon": "home", "link": reverse("admin:index")}
    return [{"title": None, "items": [home]}, *(_group(name) for name in GROUPS)]


def _group(name: str) -> dict[str, Any]:
    entries = sorted((entry for entry in _ENTRIES if entry.group == name), key=lambda entry: entry.rank)
    return {"title": name, "separator": True, "items": [_item(entry) for entry in entries]}


def _item(entry: Entry) -> dict[str, Any]:
    app, model = entry.model.split(".")
    return {
        "title": entry.title,
        "icon": entry.icon,
        "link": reverse(_leads_to(entry)),
        "permission": _may_view(f"{app}.view_{model}"),
    }


def _leads_to(entry: Entry) -> str:
    return entry.page or f"admin:{entry.model.replace('.', '_')}_changelist"


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
