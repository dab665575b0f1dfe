"""Paginated lists, the client's half: which URL to ask next, and when to stop (PAG-12, S8, peers 7).

Theory: a sane Link is followed. A Link to another scheme, host or path, back to where we were, or that cannot be read
is not; then `offset` + X-Total-Count decide. No Link means the last page, unless X-Total-Count plainly says otherwise.
If X-Total-Count fell since the last page, objects moved forward by so many places and the next page begins that much
earlier. Pages and objects are counted, so that no peer can keep us for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[a-zA-Z*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_REL_NEXT = re.compile(r";\s*rel\s*=\s*\"?(?:[^\"]*\s)?next(?:\s[^\"]*)?\"?\s*(?:;|$)", re.IGNORECASE)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)


class CrawlStopped(Exception):
    """The peer's paging leads nowhere; what was read so far is good, the crawl is not complete."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """Where a crawl stands. `url` is what to GET now."""

    url: str
    offset: int = 0
    pages: int = 0
    objects: int = 0
    total: int | None = None
    seen: frozenset[str] = frozenset()
    max_pages: int = 10_000
    max_objects: int = 2_000_000

    @classmethod
    def at(cls, url: str) -> Crawl:
        """In the middle of a list, as its URL says."""
        return cls(url, _offset(url) or 0)

    def after(self, headers: Mapping[str, str], count: int) -> Crawl | None:
        """The next step once a page with `count` objects has come, or None after the last. Raises CrawlStopped."""
        found = {name.lower(): value for name, value in headers.items()}
        total = total_told(headers)
        here = replace(
            self, pages=self.pages + 1, objects=self.objects + count, total=total, seen=self.seen | {self.url}
        )
        given = parse_link(found.get("link"))
        if count == 0:
            return None  # empty pages for ever are the end, whatever the Link says
        if here.pages >= self.max_pages or here.objects >= self.max_objects:
            raise CrawlStopped(f"more than {here.pages} pages or {here.objects} objects")
        fallen = max(0, self.total - total) if self.total is not None and total is not None else 0
        by_count = self.offset + count - min(fallen, count - 1)
        if given is None:
            return here._at(by_count) if total is not None and self.offset + count < total else None
        target = _sane(given, self.url)
        offset = _offset(target or "")
        backwards = offset is not None and offset <= self.offset
        if fallen or target is None or target in here.seen or backwards:
            return here._at(by_count) if total is None or by_count < total else None
        return replace(here, url=target, offset=by_count if offset is None else offset)

    def _at(self, offset: int) -> Crawl:
        parts = urlsplit(self.url)
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name not in ("offset", "cursor")
        ]
        url = urlunsplit(parts._replace(query=urlencode([*query, ("offset", str(offset))])))
        if url in self.seen:
            raise CrawlStopped(f"the list goes round in a circle at offset {offset}")
        return replace(self, url=url, offset=offset)


def parse_link(header: str | None) -> str | None:
    """The target of rel="next", among however many links; None if there is none to be read."""
    for target, parameters in _LINK.findall(header or ""):
        if target and _REL_NEXT.search(parameters):
            return str(target).strip()
    return None


def _sane(target: str, asked: str) -> str | None:
    """The Link if it stays on the same scheme, host and path (S8); the token goes nowhere else (S9)."""
    try:
        there, here = urlsplit(target), urlsplit(asked)
        ports = there.port, here.port
    except ValueError:
        return None
    if _place(there, ports[0]) != _place(here, ports[1]) or there.username or there.fragment:
        return None
    return target


def _place(parts: SplitResult, port: int | None) -> tuple[str, str | None, int | None, str]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port or default, parts.path.rstrip("/")


def _offset(url: str) -> int | None:
    for name, value in parse_qsl(urlsplit(url).query):
        if name == "offset" and _COUNT.fullmatch(value):
            return int(value)
    return None


def total_told(headers: Mapping[str, str]) -> int | None:
    """X-Total-Count, if it can be read."""
    text = next((value for name, value in headers.items() if name.lower() == "x-total-count"), "").strip()
    return int(text) if _COUNT.fullmatch(text) else None
