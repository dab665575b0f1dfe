"""Asking a station for something from the admin: the call is queued, and its page shows what comes of it."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from ocppbridge.charging.intents import Intent
from ocppbridge.models import Station
from ocppbridge.services import calls
from roaming.console.asking import Refused


def call_station(request: HttpRequest, station: Station, intent: Intent) -> HttpResponseRedirect:
    """Queue it and go to its page; what cannot be asked of this station is said on the page that asked."""
    try:
        call = calls.queue(station, intent, purpose="staff", requested_by=request.user.get_username())
    except (calls.NotOffered, calls.InvalidPayload) as problem:
        raise Refused(str(problem)) from None
    if station.online:
        messages.success(request, f"{call.action} goes to {station}; reload this page for its answer.")
    else:
        messages.warning(request, f"{station} is offline: {call.action} waits until it is back, or expires.")
    return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(call.pk,)))


def remote_start_id() -> int:
    """Unlikely to be met again at the same station."""
    return secrets.randbelow(2**31 - 1) + 1
