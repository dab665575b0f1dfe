"""A hub for all journeys: started by its supervisor, on free ports, with a data folder of its own.

It ends with the last journey of its worker: an idle one takes a tenth of a core.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub import Hub, running_hub


@pytest.fixture(scope="package")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub
