"""The Channels application for the sockets of stations: any path whose last segment names one (field quirk 12)."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from ocppbridge.transport.consumer import StationConsumer

# Prefixes that belong to others; a station may hang below anything else.
RESERVED = r"live/|admin/|api/|healthz$"
PATH = rf"(?s)^(?!{RESERVED})(?:.*/)?[^/]+/?$"

consumer: Any = StationConsumer.as_asgi()
routes: list[Any] = [re_path(PATH, consumer)]
application = URLRouter(routes)
