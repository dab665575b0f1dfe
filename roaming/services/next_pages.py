"""The next page of a list that was passed on: our URL for the receiver's, and back (PAG-17).

What the receiver's own next URL is `ocpi.crawl` tells, as for the lists that we pull: a Link that leads elsewhere or to
nowhere is not handed on (peers 7, S8). Ours shows offset, limit and filters in clear (peers 12); beside them stands,
signed, where to go on and whose list it is, so that a client may follow it without naming the receiver again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core import signing

from roaming.hub.routing import Forward
from roaming.ocpi.crawl import Crawl, CrawlStopped
from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.party import PartyId

_NEXT = "next"
_SALT = "next page of a forwarded list"
_DAY = 24 * 3600


class _Page(NamedTuple):
    platform: int
    party: str
    url: str


def link(ours: str, to: Forward, asked: str, headers: Mapping[str, str], count: int) -> str | None:
    """`ours`: where the list is here; `asked`: what the receiver was asked, and answered with so many objects."""
    try:
        following = Crawl.at(asked).after(headers, count)
    except CrawlStopped:
        return None
    if following is None:
        return None
    clear = [(name, value) for name, value in parse_qsl(urlsplit(following.url).query) if name != _NEXT]
    signed = signing.dumps(_Page(to.platform, str(to.party), following.url), salt=_SALT)
    return f'<{ours}?{urlencode([*clear, (_NEXT, signed)])}>; rel="next"'


def receiver(query: Iterable[tuple[str, str]]) -> PartyId | None:
    """Whose list a next page of ours belongs to. Raises InvalidParameter for what is none of ours."""
    read = _read(query)
    return None if read is None else PartyId.parse(read.party)


def url(query: Iterable[tuple[str, str]], to: Forward) -> str:
    """The receiver's URL; empty where it is the first page that is asked for. Raises InvalidParameter."""
    read = _read(query)
    if read is None:
        return ""
    if (read.platform, read.party) != (to.platform, str(to.party)):
        raise InvalidParameter(_NEXT, "belongs to another party's list")
    return read.url


def _read(query: Iterable[tuple[str, str]]) -> _Page | None:
    signed = next((value for name, value in query if name == _NEXT), "")
    if not signed:
        return None
    try:
        return _Page(*signing.loads(signed, salt=_SALT, max_age=_DAY))
    except signing.BadSignature:
        raise InvalidParameter(_NEXT, "is not one of ours") from None
