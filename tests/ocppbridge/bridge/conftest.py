"""The bridge is seen from OCPI's front door too: the fixtures of `tests.personas.front_door`, as in tests/roaming."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin("tests.personas.front_door"):
        config.pluginmanager.import_plugin("tests.personas.front_door")
