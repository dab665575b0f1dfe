"""The fixtures of `tests.personas.front_door`, which need Django: loaded once the root conftest has set it up."""

from __future__ import annotations

import pytest
from django.apps import apps


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if apps.ready and not config.pluginmanager.has_plugin("tests.personas.front_door"):
        config.pluginmanager.import_plugin("tests.personas.front_door")
