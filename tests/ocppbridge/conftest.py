"""The front door, for every test of the station side that wants it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections

from tests.ocppbridge.door import Door, serving


@pytest.fixture(scope="session")
def pool(django_db_setup: None) -> Iterator[None]:
    """What the server's threads gave back to Django's pool is closed before the test database goes."""
    yield
    connections["default"].close_pool()


@pytest.fixture
def door(transactional_db: None, pool: None) -> Iterator[Door]:
    """A server on the test's own database. It asks for no report: a station expects what its test is about."""
    call_command("decisions", "set", "DEVICE-MODEL-REPORT", "never")
    with serving() as running:
        yield running
