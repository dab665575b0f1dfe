"""/healthz, the ASGI edges and the settings of a test session."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.django_db
def test_health_says_ok_while_both_engines_answer() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "valkey": "ok"})


def test_tests_run_with_pragmatic_escalation_and_without_debug() -> None:
    assert settings.ESCALATION == "pragmatic"
    assert settings.DEBUG is False
