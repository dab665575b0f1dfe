"""The OCPI side on the home page: partners, deliveries, sessions, open decisions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q
from django.utils.html import format_html

from roaming.admin import tones
from roaming.console import home, links
from roaming.console.home import Panel, Tile
from roaming.console.text import ago, cut, linked, masked, number, short, whole
from roaming.models import Assessment, Delivery, Notice, Platform, Session
from roaming.services.decisions import open_questions


@home.shows(20, "roaming.view_session")
def sessions() -> Iterable[Tile | Panel]:
    """What is running."""
    active = Session.objects.filter(status="ACTIVE")
    yield Tile(
        "Sessions running",
        active.count(),
        "through any party",
        links.changelist("roaming.session", status__exact="ACTIVE"),
    )
    yield Panel(
        "Sessions, latest change first",
        ("Session", "Status", "Token owner", "Token", "Energy", "Excl. VAT", "Changed"),
        [
            (
                linked(links.change("roaming.session", one.pk), short(one.object_id)),
                tones.state(one.status, tones.SESSION),
                f"{one.token_country_code}/{one.token_party_id}",
                masked(one.token_uid),
                whole(f"{number(one.kwh, 3)} kWh"),
                whole(f"{number(one.total_cost, 2)} {one.currency}"),
                ago(one.listed_at),
            )
            for one in Session.objects.order_by("-listed_at")[:8]
        ],
        links.changelist("roaming.session"),
        empty="No session yet.",
    )


@home.shows(25, "roaming.view_assessment")
def desk() -> Iterable[Tile | Panel]:
    """CDRs that wait for a person."""
    waiting = Assessment.objects.filter(verdict=Assessment.Verdict.ON_HOLD, settled_at=None)
    count = waiting.count()
    rejected = Assessment.objects.filter(verdict=Assessment.Verdict.REJECTED, settled_at=None)
    url = links.changelist("roaming.assessment", staff="waiting")
    yield Tile(
        "CDRs on hold", count, f"{rejected.count()} rejected by the desk", url, "warn" if count else "good"
    )  # fmt: skip
    if count:
        yield Panel(
            "CDRs that wait at the desk",
            ("CDR", "Made by", "Excl. VAT", "Ended", "Why"),
            [
                (
                    linked(links.change("roaming.assessment", one.pk), short(one.cdr.object_id)),
                    f"{one.country_code}/{one.party_id}",
                    whole(f"{number(one.cdr.total_cost_excl_vat, 2)} {one.cdr.currency}"),
                    ago(one.ended_at),
                    cut(", ".join(one.codes).replace("_", " "), 60),
                )
                for one in waiting.select_related("cdr").defer("cdr__document", "bill").order_by("-ended_at", "-pk")[:5]
            ],
            url,
        )


@home.shows(30, "roaming.view_delivery")
def outbox() -> Iterable[Tile | Panel]:
    """What partners have not taken."""
    failing = Q(state=Delivery.State.PENDING, attempts__gt=0)
    stuck = Q(state__in=[Delivery.State.REFUSED, Delivery.State.MUST_PULL])
    count = Delivery.objects.aggregate(failing=Count("pk", filter=failing), stuck=Count("pk", filter=stuck))
    yield Tile(
        "Deliveries failing",
        count["failing"],
        f"{count['stuck']} refused or to be pulled",
        links.changelist("roaming.delivery", trouble="failing"),
        "bad" if count["failing"] else "good",
    )
    rows = Delivery.objects.filter(failing | stuck).select_related("receiver", "platform").order_by("-changed_at")[:8]
    if rows:
        yield Panel(
            "Deliveries in trouble",
            ("Object", "Receiver", "State", "Attempts", "Last error"),
            [
                (
                    linked(
                        links.change("roaming.delivery", one.pk),
                        format_html("{} {}", one.module, short(one.object_key)),
                    ),
                    f"{one.receiver} on {one.platform}",
                    tones.state(one.state, tones.DELIVERY, one.get_state_display()),
                    one.attempts,
                    cut(one.last_error, 60),
                )
                for one in rows
            ],
            links.changelist("roaming.delivery"),
        )


@home.shows(40, "roaming.view_platform")
def partners() -> Iterable[Tile | Panel]:
    """Which connections stand."""
    platforms = list(Platform.objects.exclude(status=Platform.Status.UNREGISTERED).order_by("name")[:12])
    connected = sum(one.status == Platform.Status.CONNECTED for one in platforms)
    offline = sum(one.status == Platform.Status.OFFLINE for one in platforms)
    yield Tile(
        "Platforms connected",
        f"{connected} of {len(platforms)}",
        f"{offline} offline" if offline else "",
        links.changelist("roaming.platform"),
        "bad" if offline else "",
    )
    yield Panel(
        "Platforms",
        ("Platform", "Status", "Since", "Last seen"),
        [
            (
                linked(links.change("roaming.platform", one.pk), one.name),
                tones.state(one.status, tones.PLATFORM),
                ago(one.status_since),
                ago(one.last_seen_at),
            )
            for one in platforms
        ],
        links.changelist("roaming.platform"),
        empty="None yet: invite one on the Platforms page.",
    )


@home.shows(45, "roaming.view_notice")
def notices() -> Iterable[Tile | Panel]:
    """What partners did that somebody should look at."""
    open_ones = Notice.objects.filter(acknowledged_at=None)
    count = open_ones.count()
    yield Tile(
        "Notices about partners",
        count,
        "until somebody has looked",
        links.changelist("roaming.notice", seen="no"),
        "warn" if count else "good",
    )
    if count:
        yield Panel(
            "Notices about partners",
            ("Last", "Platform", "What", "Text"),
            [
                (
                    ago(one.last_at),
                    str(one.platform or "–"),
                    linked(links.change("roaming.notice", one.pk), one.code),
                    cut(one.text, 120),
                )
                for one in open_ones.select_related("platform").order_by("-last_at")[:5]
            ],
            links.changelist("roaming.notice", seen="no"),
        )


@home.shows(60, "roaming.view_decisionvalue")
def decisions() -> Iterable[Tile | Panel]:
    """What nobody has decided although it is used."""
    open_ones = open_questions()
    yield Tile(
        "Decisions open",
        len(open_ones),
        "defaults hold until somebody chooses",
        links.changelist("roaming.decisionvalue"),
        "warn" if open_ones else "good",
    )


def _name(one: Delivery) -> str:
    return format_html("{} {}", one.module, short(one.object_key))
