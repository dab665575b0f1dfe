"""The security of the stations on the home page: who connects without TLS, and what expires."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from ocppbridge.models import Station, StationCertificate
from roaming.console import home, links
from roaming.console.home import Panel, Tile

SOON: Final = timedelta(days=30)


@home.shows(56, "ocppbridge.view_station")
def profiles() -> Iterable[Tile | Panel]:
    """Passwords in the clear."""
    counts = Station.objects.aggregate(
        known=Count("pk", filter=Q(security_profile__isnull=False)),
        plain=Count("pk", filter=Q(security_profile__lt=Station.Profile.TLS)),
        nothing=Count("pk", filter=Q(security_profile=Station.Profile.OPEN)),
    )
    if counts["known"]:
        note = (
            f"{counts['nothing']} of them without even a password" if counts["nothing"] else "security profile below 2"
        )
        yield Tile(
            "Stations without TLS",
            f"{counts['plain']} of {counts['known']}",
            note if counts["plain"] else "",
            links.changelist("ocppbridge.station", security_profile__lt=Station.Profile.TLS),
            "bad" if counts["nothing"] else "warn" if counts["plain"] else "good",
        )


@home.shows(57, "ocppbridge.view_stationcertificate")
def certificates() -> Iterable[Tile | Panel]:
    """What has expired, or will within a month."""
    held = StationCertificate.objects.filter(state=StationCertificate.State.HELD, revoked_at=None)
    now = timezone.now()
    counts = held.aggregate(
        all=Count("pk"),
        over=Count("pk", filter=Q(not_after__lte=now)),
        soon=Count("pk", filter=Q(not_after__lte=now + SOON)),
    )
    if counts["all"]:
        yield Tile(
            "Certificates that expire",
            counts["soon"],
            f"{counts['over']} have expired" if counts["over"] else "within 30 days",
            links.changelist("ocppbridge.stationcertificate", state__exact="held"),
            "bad" if counts["over"] else "warn" if counts["soon"] else "good",
        )
