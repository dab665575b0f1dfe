"""Paginated lists, the server's half (PAG-01 to PAG-15): query → PageRequest, and the headers of the answer.

`offset` and `limit` stand in clear in the Link because clients read them back; the opaque `cursor` beside them is what
makes a deep page cheap. Every filter of the request is repeated, or following a Link would widen the search (PAG-07).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.headers import LIMIT, LINK, TOTAL_COUNT
from roaming.ocpi.types import parse_datetime

MAX_INTEGER = 2**63 - 1
_CURSOR = re.compile(r"[A-Za-z0-9_.~-]{1,256}")
_EATEN_PLUS = re.compile(r" (\d\d:?\d\d)$")
_PAGE = ("offset", "limit", "cursor")


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int
    offset: int = 0
    date_from: datetime | None = None  # inclusive (PAG-02)
    date_to: datetime | None = None  # exclusive (PAG-03)
    cursor: str | None = None
    filters: tuple[tuple[str, str], ...] = field(default=())  # as given, to be repeated in the Link

    @property
    def is_delta(self) -> bool:
        return self.date_from is not None or self.date_to is not None


def parse(
    query: Mapping[str, str] | Iterable[tuple[str, str]], *, max_limit: int, date_from_required: bool = False
) -> PageRequest:
    """Raises InvalidParameter (2001). A limit above ours is lowered, not refused (PAG-05)."""
    pairs = list(query.items() if isinstance(query, Mapping) else query)
    given = {name: value.strip() for name, value in pairs if value.strip()}
    if date_from_required and "date_from" not in given:
        raise InvalidParameter("date_from", "is required here")
    return PageRequest(
        limit=min(_integer(given, "limit", max_limit, at_least=1), max_limit),
        offset=_integer(given, "offset", 0, at_least=0),
        date_from=_moment(given, "date_from"),
        date_to=_moment(given, "date_to"),
        cursor=_cursor(given),
        filters=tuple((name, value) for name, value in pairs if name not in _PAGE and value.strip()),
    )


def next_url(url: str, page: PageRequest, cursor: str | None = None) -> str:
    """The absolute URL of the page after this one; `url` is the list's own, without query."""
    query = [*page.filters, ("offset", str(page.offset + page.limit)), ("limit", str(page.limit))]
    if cursor:
        query.append(("cursor", cursor))
    return f"{url}?{urlencode(query)}"


def page_headers(page: PageRequest, total: int, next_page: str | None, *, limit: int | None = None) -> dict[str, str]:
    """X-Limit is the limit in force unless the caller says otherwise (PAG-10); no Link on the last page (PAG-06)."""
    headers = {TOTAL_COUNT: str(total), LIMIT: str(limit or page.limit)}
    return headers | {LINK: f'<{next_page}>; rel="next"'} if next_page else headers


def _integer(given: Mapping[str, str], name: str, default: int, *, at_least: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or not at_least <= int(text) <= MAX_INTEGER:
        raise InvalidParameter(name, f"expected a whole number of at least {at_least}")
    return int(text)


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    if (text := given.get(name)) is None:
        return None
    try:  # an offset whose "+" was not escaped arrives as a blank (PAG-14)
        return parse_datetime(_EATEN_PLUS.sub(r"+\1", text))
    except ValueError as error:
        raise InvalidParameter(name, str(error)) from None


def _cursor(given: Mapping[str, str]) -> str | None:
    text = given.get("cursor")
    if text is not None and not _CURSOR.fullmatch(text):
        raise InvalidParameter("cursor", "is not one of ours")
    return text
