"""Asking a station for something from the admin: the call is queued, and its page shows what comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from ocppbridge.charging.intents import Intent
from ocppbridge.models import Station
from ocppbridge.services import calls
from roaming.console.asking import Refused


@contextmanager
def refusing(*kinds: type[Exception]) -> Iterator[None]:
    """What cannot be asked of a station, and what else a service will not do, is said on the page that asked."""
    refusals: tuple[type[Exception], ...] = (calls.NotOffered, calls.InvalidPayload, *kinds)
    try:
        yield
    except refusals as problem:
        raise Refused(str(problem)) from None


def call_station(request: HttpRequest, station: Station, intent: Intent) -> HttpResponseRedirect:
    """Queue it and go to its page."""
    with refusing():
        call = calls.queue(station, intent, purpose="staff", requested_by=request.user.get_username())
    if station.online:
        messages.success(request, f"{call.action} goes to {station}; reload this page for its answer.")
    else:
        messages.warning(request, f"{station} is offline: {call.action} waits until it is back, or expires.")
    return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(call.pk,)))


def remote_start_id() -> int:
    """Unlikely to be met again at the same station."""
    return secrets.randbelow(2**31 - 1) + 1
