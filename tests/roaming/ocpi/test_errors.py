"""The tree in the docstring is the tree in the code."""

from __future__ import annotations

import re

import pytest

from roaming.ocpi import errors
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.status import Status

DRAWN = re.findall(r"(\w+) +(\d{3}) +(\d{4})", errors.__doc__ or "")


def every(kind: type[OcpiError]) -> list[type[OcpiError]]:
    return [below for direct in kind.__subclasses__() for below in (direct, *every(direct))]


@pytest.mark.parametrize(("name", "http_status", "status"), DRAWN)
def test_each_class_has_the_codes_that_are_drawn(name: str, http_status: str, status: str) -> None:
    kind = getattr(errors, name)
    assert (kind.http_status, kind.status) == (int(http_status), int(status))


def test_every_class_is_drawn() -> None:
    named = {kind.__name__ for kind in every(OcpiError) if kind.__module__ == errors.__name__}
    assert named == {name for name, *_ in DRAWN}


def test_a_message_is_always_there() -> None:
    assert errors.NotFound().message == "Not found"
    assert str(errors.UnknownReceiver("nobody")) == errors.UnknownReceiver("nobody").message == "nobody"


def test_what_is_wrong_is_named() -> None:
    error = errors.InvalidObject("/evses/0/uid", "is missing")
    assert (error.pointer, error.reason, error.message) == ("/evses/0/uid", "is missing", "/evses/0/uid: is missing")
    assert errors.InvalidObject("", "no object").message == "/: no object"
    assert errors.InvalidParameter("limit", "is no number").name == "limit"


def test_a_404_may_have_a_finer_code() -> None:
    """COO-12, SES-04."""
    assert errors.NotFound(status=Status.INVALID_PARAMETERS).status == 2001
    assert errors.NotFound().status == 2000


def test_headers_that_belong_to_an_answer() -> None:
    """S16; HTTP wants them on 401, 405 and 429."""
    assert errors.Unauthorized().headers == {"WWW-Authenticate": "Token"}
    assert errors.MethodNotAllowed(allowed=("GET", "PUT")).headers == {"Allow": "GET, PUT"}
    assert errors.MethodNotAllowed().headers == {}
    assert errors.TooManyRequests(7).headers == {"Retry-After": "7"}
