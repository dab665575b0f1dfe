"""A hub for all journeys: started by its supervisor, on free ports, with a data folder of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub import Hub, running_hub


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub
