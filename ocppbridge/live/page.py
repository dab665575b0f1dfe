"""The page itself, and the tickets for its socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from ocppbridge.live import tickets
from roaming.console import navigation
from roaming.console.navigation import Entry

PATH = "/live/"
# Section → where a row of it leads.
PAGES = {
    "stations": "admin:ocppbridge_station_change",
    "sessions": "admin:roaming_session_change",
    "commands": "admin:roaming_command_change",
    "partners": "admin:roaming_platform_change",
    "alerts": "admin:ocppbridge_alert_change",
    "frames": "admin:ocppbridge_frame_change",
    "exchanges": "admin:roaming_exchange_change",
}

navigation.add(Entry("Stations", "Live", "monitor_heart", "ocppbridge.station", 5, "live"))


def live(request: HttpRequest) -> HttpResponse:
    """The page."""
    sections = tickets.sections_of(request.user)
    if not sections:
        raise PermissionDenied
    wanted = {
        "ticket": reverse("live-ticket"),
        "sections": sorted(sections),
        "pages": {name: reverse(PAGES[name], args=("0",)) for name in sorted(sections)},
    }
    context: dict[str, Any] = {**admin.site.each_context(request), "title": "Live", "wanted": wanted}
    return TemplateResponse(request, "ocppbridge/live.html", context)


@require_POST
def ticket(request: HttpRequest) -> HttpResponse:
    """For one socket, and where it is."""
    if not isinstance(request.user, AbstractUser) or not tickets.sections_of(request.user):
        raise PermissionDenied
    answer = JsonResponse({"ticket": tickets.issue(request.user), "url": socket_url(request)})
    answer["Cache-Control"] = "no-store"
    return answer


def socket_url(request: HttpRequest) -> str:
    """Where the `ocpp` process is reached: as HUB_OCPP_PUBLIC_URL says; a loopback address in it means this host."""
    public = urlsplit(settings.HUB_OCPP_PUBLIC_URL)
    host = public.hostname or ""
    if host in ("127.0.0.1", "localhost", "::1"):
        host = urlsplit(f"//{request.get_host()}").hostname or host
    written = f"[{host}]" if ":" in host else host
    port = "" if public.port is None else f":{public.port}"
    return f"{public.scheme}://{written}{port}{PATH}"
