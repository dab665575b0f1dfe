"""The home page: figures and short tables that the apps register, each for those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Tile:
    """One figure with what it means and where its list is."""

    title: str
    value: str | int
    note: str = ""
    url: str | None = None
    tone: str = ""  # "", good, warn, bad


@dataclass(frozen=True)
class Panel:
    """A short table with a link to the whole."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    url: str | None = None
    empty: str = "Nothing here."
    more: str = "Show all"
    note: str = ""
    wide: bool = field(default=True)


Source = Callable[[], Iterable[Tile | Panel]]
_SOURCES: list[tuple[int, str, Source]] = []


def shows(rank: int, permission: str) -> Callable[[Source], Source]:
    """Register a function that yields tiles and panels for holders of a permission."""

    def register(source: Source) -> Source:
        _SOURCES.append((rank, permission, source))
        return source

    return register


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's ``DASHBOARD_CALLBACK`` calls."""
    found: list[Tile | Panel] = []
    for _, permission, source in sorted(_SOURCES, key=lambda entry: entry[0]):
        if request.user.has_perm(permission):
            found.extend(source())
    context["title"] = "Home"
    context["tiles"] = [one for one in found if isinstance(one, Tile)]
    context["panels"] = [one for one in found if isinstance(one, Panel)]
    return context
