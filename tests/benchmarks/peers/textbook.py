"""The textbook Channels server: AsyncWebsocketConsumer, ``jsonschema``, ``Model.objects.acreate``, served by daphne.

As the tutorials have it (``jsonschema.validate`` for each message), in one file with its settings. No authentication,
no order per station, no inbox.
Run: ``DATABASE_DSN=… daphne -p PORT tests.benchmarks.peers.textbook:application``.
"""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

_DSN = conninfo_to_dict(os.environ["DATABASE_DSN"])
settings.configure(
    INSTALLED_APPS=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _DSN["dbname"],
            "USER": _DSN.get("user", ""),
            "HOST": _DSN.get("host", ""),
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - settings come first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import re_path  # noqa: E402
from jsonschema import validate  # noqa: E402


class Message(models.Model):
    """One message of a station."""

    at = models.DateTimeField(auto_now_add=True)
    station = models.CharField(max_length=50)
    action = models.CharField(max_length=50)
    body = models.JSONField()

    class Meta:
        app_label = "textbook"
        db_table = "peer_textbook_message"


def _schemas() -> dict[tuple[str, str], Any]:
    spec = find_spec("ocpp")
    assert spec is not None and spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    meter, event = root / "v16/schemas/MeterValues.json", root / "v201/schemas/TransactionEventRequest.json"
    return {
        ("ocpp1.6", "MeterValues"): json.loads(meter.read_text()),
        ("ocpp2.0.1", "TransactionEvent"): json.loads(event.read_text()),
    }


SCHEMAS = _schemas()


class Station(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Validate, store, answer."""

    async def connect(self) -> None:
        """Take whatever the station offers first."""
        self.station = self.scope["url_route"]["kwargs"]["station"]
        await self.accept(self.scope["subprotocols"][0])

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One CALL."""
        _, message_id, action, payload = json.loads(text_data or "")
        validate(payload, SCHEMAS[self.scope["subprotocols"][0], action])
        await Message.objects.acreate(station=self.station, action=action, body=payload)
        await self.send(json.dumps([3, message_id, {}]))


application = ProtocolTypeRouter(
    {"websocket": URLRouter([re_path(r"^ocpp/(?P<station>[^/]+)$", Station.as_asgi())])}  # type: ignore[arg-type]
)
