"""The bridge is seen from OCPI's front door too: the fixtures of `tests.personas.front_door`, as in tests/roaming."""

from __future__ import annotations

import pytest
from django.apps import apps


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if apps.ready and not config.pluginmanager.has_plugin("tests.personas.front_door"):
        config.pluginmanager.import_plugin("tests.personas.front_door")
