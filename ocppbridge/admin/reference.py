"""The OCPP reference for staff: the pages of `manage.py ocpp`, with a search and links between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from ocppbridge.reference import DEFAULT, NotFound, Page, Section, index, look_up
from ocppbridge.versions import DIALECTS
from roaming.console.home import Panel
from roaming.console.text import linked

_PAGES = {"Message": "message", "Sequence": "sequence", "Block": "block", "Type": "type"}


def reference(request: HttpRequest) -> HttpResponse:
    """One page, or every name there is."""
    if not request.user.has_perm("ocppbridge.view_station"):
        raise PermissionDenied
    words, version = request.GET.get("q", "").strip(), request.GET.get("version") or None
    page, problem, near = _found(words, version)
    shown = page.version if page else version or DEFAULT
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": page.title if page else "OCPP reference",
        "words": words,
        "version": shown,
        "versions": [(each.version, _url(words, each.version)) for each in DIALECTS.values()],
        "names": _names(shown),
        "note": page.note if page else problem,
        "near": [(name, _url(name, None)) for name in near],
        "panels": [_panel(section, page) for section in page.sections] if page else [],
    }
    return TemplateResponse(request, "ocppbridge/reference.html", context)


def _found(words: str, version: str | None) -> tuple[Page | None, str, tuple[str, ...]]:
    try:
        return (look_up(words, version) if words else index(version)), "", ()
    except NotFound as problem:
        return None, problem.sentence, problem.near


def _names(version: str) -> list[str]:
    """For the search to complete."""
    return [row[0] for section in index(version).sections for row in section.rows]


def _panel(section: Section, page: Page) -> Panel:
    links = {column: _PAGES[header] for column, header in enumerate(section.headers) if header in _PAGES}
    if page.kind != "index":  # a field's type is a word of the schema, not a page
        links = {column: kind for column, kind in links.items() if kind != "type"}
    rows = [list(_cells(row, links, page.version)) for row in section.rows]
    note = " · ".join(filter(None, (str(section.source), section.note)))
    return Panel(section.title, section.headers, rows, note=note, empty="None.")


def _cells(row: tuple[str, ...], links: dict[int, str], version: str) -> Iterable[Any]:
    for column, value in enumerate(row):
        kind = links.get(column)
        if kind == "block":
            yield linked(_url(f"block {value.partition(' ')[0]}", version), value)
        else:
            yield linked(_url(f"{kind} {value}", version), value) if kind else value


def _url(words: str, version: str | None) -> str:
    query = {name: value for name, value in (("q", words), ("version", version)) if value}
    return f"{reverse('ocpp-reference')}?{urlencode(query)}"
