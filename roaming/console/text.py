"""How things are written in the admin. What came over a wire is escaped (S45), tokens show their last four (S43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NOTHING = "–"
GOOD, BAD, WARN, NOTE, PLAIN = "good", "bad", "warn", "note", ""


def masked(value: str) -> SafeString | str:
    """The last four characters; of short values nothing at all."""
    if not value:
        return NOTHING
    return format_html('<span class="console-nowrap">…{}</span>', value[-4:] if len(value) > 6 else "")


def badge(text: str, tone: str = PLAIN) -> SafeString:
    """A coloured label."""
    return format_html('<span class="console-badge {}">{}</span>', tone, text)


def badges(items: Iterable[tuple[str, str]]) -> SafeString:
    """Several labels beside each other."""
    return format_html_join(" ", "{}", ((badge(text, tone),) for text, tone in items))


def linked(url: str | None, text: Any) -> SafeString | str:
    """A link, or the bare text where there is no page."""
    return format_html('<a class="console-link" href="{}">{}</a>', url, text) if url else str(text)


def ago(moment: datetime | None, now: datetime | None = None) -> SafeString | str:
    """How long ago (or how soon), the exact moment in the tooltip."""
    if moment is None:
        return NOTHING
    words = _since(moment, now or timezone.now())
    exact = moment.astimezone(timezone.get_default_timezone())
    return format_html('<span class="console-nowrap" title="{}">{}</span>', f"{exact:%Y-%m-%d %H:%M:%S %Z}", words)


def at(moment: datetime | None) -> SafeString | str:
    """A moment to the millisecond, for journals."""
    if moment is None:
        return NOTHING
    local = moment.astimezone(timezone.get_default_timezone())
    exact = f"{local:%m-%d %H:%M:%S}.{local.microsecond // 1000:03}"
    return format_html('<span class="console-nowrap console-mono">{}</span>', exact)


def dated(moment: datetime | None) -> SafeString | str:
    """The day and the second, for what is looked at months later and beside somebody else's figures; how long ago that
    is stands in the tooltip."""
    if moment is None:
        return NOTHING
    local = moment.astimezone(timezone.get_default_timezone())
    title = f"{_since(moment, timezone.now())}, {local:%Z}"
    return format_html('<span title="{}">{}</span>', title, f"{local:%Y-%m-%d %H:%M:%S}")  # may wrap in a narrow cell


def lasted(start: datetime, end: datetime | None) -> str:
    """The span between two moments, or until now."""
    return _span(int(((end or timezone.now()) - start).total_seconds()))


def code(value: Any) -> SafeString | str:
    """An identifier, in a type in which its characters can be told apart."""
    return format_html('<span class="console-mono">{}</span>', value) if value not in ("", None) else NOTHING


def short(identifier: str) -> SafeString | str:
    """The beginning of a long identifier, the whole in the tooltip."""
    if len(identifier) <= 18:
        return code(identifier)
    return format_html('<span class="console-mono console-nowrap" title="{}">{}…</span>', identifier, identifier[:13])


def cut(value: str, length: int = 80) -> SafeString | str:
    """One line of a longer text, the whole in the tooltip."""
    line = " ".join(value.split())
    if len(line) <= length:
        return line or NOTHING
    return format_html('<span title="{}">{}…</span>', line[:500], line[:length])


def pretty(body: str) -> SafeString | str:
    """JSON indented with every digit as it came; anything else as it is."""
    if not body:
        return NOTHING
    return format_html('<pre class="console-body">{}</pre>', indented(body))


def pretty_value(value: Any) -> SafeString | str:
    """The same for a JSON column."""
    return pretty(msgspec.json.encode(value).decode()) if value not in (None, "", [], {}) else NOTHING


def lines(pairs: Iterable[tuple[Any, Any]]) -> SafeString | str:
    """A word and what is said of it, one below the other."""
    return format_html_join("", "<div><strong>{}</strong> {}</div>", pairs) or NOTHING


def indented(body: str) -> str:
    """Only white space changes: numbers are never read, so none is rounded."""
    try:
        return msgspec.json.format(body.encode(), indent=2).decode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return body


def whole(text: Any) -> SafeString:
    """Not broken over two lines: a figure with its unit."""
    return format_html('<span class="console-nowrap">{}</span>', text)


def number(value: Any, digits: int) -> str:
    """A decimal number with thousands apart."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def _since(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    return f"{_span(seconds)} ago" if seconds >= 0 else f"in {_span(-seconds)}"


def _span(seconds: int) -> str:
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
