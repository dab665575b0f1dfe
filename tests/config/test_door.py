"""Where partners' requests part from those of staff, and what Django's handler would have done for both."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from config.door import Door
from roaming import answers
from roaming.bodies import read_body
from roaming.incoming import Incoming
from roaming.modules.interface import Reply
from roaming.ocpi.errors import BadJson, TooLarge
from roaming.ocpi.headers import MessageIds, Routing


def asked(path: str, **environ: Any) -> dict[str, Any]:
    return {**RequestFactory().get(path).META, **environ}


@pytest.mark.parametrize(("path", "answered"), [
    ("/ocpi", "401 Unauthorized"), ("/ocpi//versions", "401 Unauthorized"), ("/ocpi/nöwhere", "404 Not Found"),
    ("/ocpix", "staff"), ("/", "staff"), ("/admin/ocpi/", "staff"), ("/OCPI/versions", "staff"),
])  # fmt: skip
@pytest.mark.django_db
def test_only_what_is_below_ocpi_is_the_partners(path: str, answered: str) -> None:
    lines: list[str] = []

    def staff(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        lines.append("staff")
        return []

    Door(staff)(asked(path), lambda line, headers: lines.append(line))
    assert lines == [answered]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_due_is_closed_behind_a_request() -> None:
    """As Django does; else nobody would."""
    connection.ensure_connection()
    connection.close_at = 0
    Door(lambda environ, start_response: [])(asked("/ocpi/versions"), lambda line, headers: None)
    assert connection.connection is None


def test_a_header_of_a_receivers_that_would_begin_another_is_not_sent() -> None:
    """S50: answered as a failure of ours."""
    reply = Reply(headers={"Link": "<http://x/>\r\nSet-Cookie: a=b"})
    with pytest.raises(ValueError, match="Link"):
        answers.rendered(reply, MessageIds("r", "c"), Routing(), timezone.now())


def test_a_body_is_read_to_its_length_and_no_further(settings: Any) -> None:
    """S7."""
    sent = asked("/ocpi/", CONTENT_LENGTH="3", **{"wsgi.input": _Slow(b"abcdef")})
    assert read_body(Incoming(sent)) == b"abc"
    with pytest.raises(BadJson, match="ended early"):
        read_body(Incoming(sent | {"CONTENT_LENGTH": "4"}))
    settings.OCPI_BODY_LIMIT = 3
    with pytest.raises(TooLarge):
        read_body(Incoming(sent | {"CONTENT_LENGTH": "4"}))


class _Slow(BytesIO):
    """Whatever is asked for, it comes byte by byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(1, size or 0))
