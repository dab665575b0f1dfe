"""/healthz and what every response carries; the ASGI side's answer to sockets that nobody serves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from config import asgi, health


@pytest.mark.django_db
def test_health_says_ok_while_both_engines_answer() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "valkey": "ok"})
    assert response["Server"] == "hub"


@pytest.mark.django_db
def test_health_names_what_is_down_and_never_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_valkey", redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "valkey": "down"}


def test_tests_run_with_pragmatic_escalation_and_without_debug() -> None:
    assert settings.ESCALATION == "pragmatic"
    assert settings.DEBUG is False


def answers(scope: dict[str, Any]) -> int:
    async def ask() -> int:
        full = {"headers": [], "method": "GET", "query_string": b"", **scope}
        communicator = ApplicationCommunicator(asgi.application, full)
        first = "websocket.connect" if scope["type"] == "websocket" else "http.request"
        await communicator.send_input({"type": first})
        started = await communicator.receive_output(timeout=5)
        assert started["type"].endswith("http.response.start"), started
        return int(started["status"])

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("kind", "path", "status"),
    [("http", "/healthz", 200), ("http", "/ocpp/S1", 426), ("http", "/other", 404), ("websocket", "/", 404)],
)
def test_the_station_side_refuses_what_is_no_station_before_any_upgrade(kind: str, path: str, status: int) -> None:
    assert answers({"type": kind, "path": path, "raw_path": path.encode()}) == status
