"""Reading a page of the admin as a browser does: what a form would post, and what the page says."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse


class _Fields(HTMLParser):
    """Collects the values of the fields of one form."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = form_id == ""
        self.values: dict[str, Any] = {}
        self._select: str | None = None
        self._first: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form_id:
            self.inside = said.get("id") == self.form_id
        if not self.inside:
            return
        name = said.get("name", "")
        if tag == "input" and name and said.get("type") not in ("submit", "button", "file"):
            self._input(name, said, {key for key, _ in attrs})
        elif tag == "select" and name:
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            self._first = said.get("value", "") if self._first is None else self._first
            if "selected" in {key for key, _ in attrs}:
                self.values[self._select] = said.get("value", "")
        elif tag == "textarea" and name:
            self._area, self._text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.values.setdefault(self._select, self._first or "")
            self._select = None
        elif tag == "textarea" and self._area:
            self.values[self._area] = self._text.removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def _input(self, name: str, said: dict[str, str], flags: set[str]) -> None:
        if said.get("type") in ("checkbox", "radio"):
            if "checked" in flags:
                self.values.setdefault(name, []).append(said.get("value", "on"))
        else:
            self.values[name] = said.get("value", "")


def fields(answer: HttpResponse, form_id: str) -> dict[str, Any]:
    """What the browser would post from the form with this id."""
    reader = _Fields(form_id)
    reader.feed(answer.content.decode())
    return reader.values


def text(answer: HttpResponse) -> str:
    """The page."""
    return answer.content.decode()
