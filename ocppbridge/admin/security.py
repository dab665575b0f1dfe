"""What staff see of the stations' security: events, certificates, requests, passwords and profiles on their way."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.models import (
    LocalAuthority,
    PasswordChange,
    ProfileUpgrade,
    SecurityEvent,
    SigningRequest,
    StationCertificate,
)
from ocppbridge.services import certificates, profiles
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, badge, linked, pretty_value

M = TypeVar("M", bound=Model)

CHANGE = {"open": NOTE, "used": GOOD, "refused": BAD, "replaced": PLAIN}
UPGRADE = {"asked": NOTE, "preferred": NOTE, "restarting": NOTE, "done": GOOD, "failed": BAD}
SIGNING = {"waiting": NOTE, "signed": NOTE, "delivered": GOOD, "failed": BAD}
CERTIFICATE = {"sent": NOTE, "held": GOOD, "refused": BAD, "gone": PLAIN}


class OfStation(Shown[M]):
    """About one station."""

    list_select_related = ("station",)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: M) -> SafeString | str:
        """Its page."""
        station = obj.station  # type: ignore[attr-defined]  # every model of these pages has one
        return linked(links.change("ocppbridge.station", station.pk), station)


@admin.register(SecurityEvent)
class SecurityEventAdmin(OfStation[SecurityEvent]):
    """A04: what stations reported."""

    list_display = ("when", "station_link", "level", "type", "info")
    list_display_links = ("when", "type")
    list_filter = ("urgency", "type", ("station", admin.RelatedOnlyFieldListFilter))
    search_fields = ("station__identity__exact", "type", "info")
    ordering = ("-received_at",)
    fields = (("station_link", "level", "type"), ("at", "received_at"), "info")

    @admin.display(description="Received", ordering="received_at")
    def when(self, obj: SecurityEvent) -> SafeString | str:
        """By our clock."""
        return ago(obj.received_at)

    @admin.display(description="Urgency", ordering="urgency")
    def level(self, obj: SecurityEvent) -> SafeString:
        """Who should look."""
        return tones.state(obj.urgency, tones.SEVERITY)


@admin.register(StationCertificate)
class StationCertificateAdmin(OfStation[StationCertificate]):
    """What stations hold."""

    list_display = ("subject_shown", "station_link", "use", "standing", "expires", "origin", "issuer")
    list_display_links = ("subject_shown",)
    list_filter = ("state", "use", "origin", "not_after", ("station", admin.RelatedOnlyFieldListFilter))
    search_fields = ("station__identity__exact", "subject", "serial_number__iexact", "fingerprint__iexact")
    ordering = ("not_after", "-pk")
    actions_detail = ("delete_from_station", "revoke")
    fields = (
        ("station_link", "use", "standing"),
        ("subject", "issuer"),
        ("serial_number", "fingerprint"),
        ("not_before", "not_after", "revoked_at"),
        ("origin", "made_at", "changed_at"),
        "hashes_shown",
        "chain",
    )

    @button(
        "Delete from the station",
        icon="delete",
        danger=True,
        text="The station is asked to remove it.",
        fits=lambda obj: obj.state == StationCertificate.State.HELD,
    )
    def delete_from_station(self, request: HttpRequest, obj: StationCertificate, form: Question) -> HttpResponse:
        """M04."""
        with refusing():
            call = certificates.delete(obj, by=request.user.get_username())
        return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(call.pk,)))

    @button(
        "Revoke",
        icon="block",
        danger=True,
        text="Nobody connects with this certificate any more. It cannot be undone.",
        fits=lambda obj: obj.revoked_at is None and obj.origin == StationCertificate.Origin.SIGNED,
    )
    def revoke(self, request: HttpRequest, obj: StationCertificate, form: Question) -> None:
        """From its next connect on."""
        certificates.revoke(obj)
        self.log_change(request, obj, "Revoked it.")

    @admin.display(description="Subject", ordering="subject")
    def subject_shown(self, obj: StationCertificate) -> str:
        """Only a number is known of what a station reported."""
        return obj.subject or f"number {obj.serial_number}"

    @admin.display(description="State", ordering="state")
    def standing(self, obj: StationCertificate) -> SafeString:
        """Where it is."""
        if obj.revoked_at is not None:
            return badge("revoked", BAD)
        return tones.state(obj.state, CERTIFICATE, obj.get_state_display())

    @admin.display(description="Expires", ordering="not_after")
    def expires(self, obj: StationCertificate) -> SafeString | str:
        """Red when it is over, yellow when staff have been warned."""
        if obj.not_after is None:
            return "–"
        over = obj.not_after <= timezone.now()
        return badge(f"{obj.not_after:%Y-%m-%d}", BAD if over else WARN if obj.warned_at else PLAIN)

    @admin.display(description="Hashes")
    def hashes_shown(self, obj: StationCertificate) -> SafeString | str:
        """As OCPP names it."""
        return pretty_value(obj.hashes)


@admin.register(SigningRequest)
class SigningRequestAdmin(OfStation[SigningRequest]):
    """What stations asked to have signed."""

    list_display = ("when", "station_link", "certificate_type", "standing", "reason", "attempts")
    list_display_links = ("when",)
    list_filter = ("state", "certificate_type")
    search_fields = ("station__identity__exact", "reason")
    ordering = ("-received_at",)
    fields = (
        ("station_link", "certificate_type", "standing"),
        ("received_at", "ended_at"),
        ("attempts", "try_at"),
        ("reason", "certificate_link"),
        "csr",
    )

    @admin.display(description="Received", ordering="received_at")
    def when(self, obj: SigningRequest) -> SafeString | str:
        """When it came."""
        return ago(obj.received_at)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: SigningRequest) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, SIGNING, obj.get_state_display())

    @admin.display(description="Certificate")
    def certificate_link(self, obj: SigningRequest) -> SafeString | str:
        """What came of it."""
        if obj.certificate is None:
            return "–"
        return linked(links.change("ocppbridge.stationcertificate", obj.certificate.pk), obj.certificate.subject)


@admin.register(PasswordChange)
class PasswordChangeAdmin(OfStation[PasswordChange]):
    """Passwords sent to stations; never the passwords."""

    list_display = ("when", "station_link", "standing", "silent", "requested_by")
    list_display_links = ("when",)
    list_filter = ("state",)
    search_fields = ("station__identity__exact", "requested_by")
    ordering = ("-made_at",)
    fields = (("station_link", "standing", "silent"), ("made_at", "ended_at"), "requested_by")

    @admin.display(description="Made", ordering="made_at")
    def when(self, obj: PasswordChange) -> SafeString | str:
        """When it was sent first."""
        return ago(obj.made_at)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: PasswordChange) -> SafeString:
        """Which passwords are right."""
        return tones.state(obj.state, CHANGE, obj.get_state_display())


@admin.register(ProfileUpgrade)
class ProfileUpgradeAdmin(OfStation[ProfileUpgrade]):
    """Stations on their way to a higher profile."""

    list_display = ("when", "station_link", "target", "standing", "reason", "requested_by")
    list_display_links = ("when",)
    list_filter = ("state", "target")
    search_fields = ("station__identity__exact", "requested_by")
    ordering = ("-made_at",)
    actions_detail = ("give_up",)
    fields = (
        ("station_link", "target", "standing"),
        ("slot", "url"),
        ("made_at", "ended_at"),
        ("reason", "requested_by"),
    )

    @button(
        "Give it up",
        icon="cancel",
        text="The station is not expected to connect with this profile any more. Nothing is sent.",
        fits=lambda obj: obj.state in profiles.UNDER_WAY,
    )
    def give_up(self, request: HttpRequest, obj: ProfileUpgrade, form: Question) -> None:
        """Another can be asked for then."""
        profiles.give_up(obj, f"given up by {request.user.get_username()}", timezone.now())

    @admin.display(description="Made", ordering="made_at")
    def when(self, obj: ProfileUpgrade) -> SafeString | str:
        """When it was asked for."""
        return ago(obj.made_at)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: ProfileUpgrade) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, UPGRADE, obj.get_state_display())


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(Shown[LocalAuthority]):
    """The embedded authority's root; its key is never shown."""

    list_display = ("name", "made_at")
    fields = (("name", "made_at"), "certificate")
