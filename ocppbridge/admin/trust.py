"""Whom vehicles' certificates must lead to, and what was said of them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import payment_questions, tones
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import CertificateUse
from ocppbridge.models import Revocation, Station, TrustedRoot
from ocppbridge.services import calls, certificates, revocations
from roaming.console.asking import Question, Refused, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, WARN, ago

STATUS = {"Good": GOOD, "Revoked": BAD, "Unknown": WARN}
USES = {TrustedRoot.Use.MO: CertificateUse.MO, TrustedRoot.Use.V2G: CertificateUse.V2G}


@admin.register(TrustedRoot)
class TrustedRootAdmin(Shown[TrustedRoot]):
    """Roots of mobility operators, and of the plug-and-charge world."""

    list_display = ("subject", "use", "expires", "added_by")
    list_filter = ("use",)
    search_fields = ("subject", "fingerprint__iexact")
    ordering = ("not_after",)
    actions_list = ("add_root",)
    actions_detail = ("install", "remove")
    fields = (("subject", "use"), ("fingerprint", "not_after"), ("added_by", "added_at"), "certificate")

    @button("Add a root", icon="add_moderator", form=payment_questions.NewRoot)
    def add_root(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """From now on contracts that lead to it are good."""
        said = form.cleaned_data
        try:
            row = revocations.trust(said["use"], said["certificate"], request.user.get_username(), timezone.now())
        except BadCertificate as problem:
            raise Refused(f"{problem}.") from None
        return HttpResponseRedirect(reverse("admin:ocppbridge_trustedroot_change", args=(row.pk,)))

    @button("Install on stations", icon="upload", form=payment_questions.WhichStations, submit="Install")
    def install(self, request: HttpRequest, obj: TrustedRoot, form: Question) -> None:
        """So that they can check contracts themselves (M05)."""
        named = form.cleaned_data["stations"].split()
        stations = Station.objects.filter(subprotocol__in=("ocpp2.0.1", "ocpp2.1"))
        chosen = list(stations.filter(identity__in=named) if named else stations)
        if unknown := set(named) - {station.identity for station in chosen}:
            raise Refused(f"No 2.x station: {', '.join(sorted(unknown))}.")
        for station in chosen:
            try:
                certificates.install(station, USES[TrustedRoot.Use(obj.use)], obj.certificate, by=str(request.user))
            except (calls.NotOffered, calls.InvalidPayload, BadCertificate) as problem:
                messages.warning(request, f"{station}: {problem}")
        messages.success(request, f"On its way to {len(chosen)} stations; their pages of certificates show the rest.")

    @button("Remove", icon="delete", danger=True, text="Contracts that lead to it alone are not good any more.")
    def remove(self, request: HttpRequest, obj: TrustedRoot, form: Question) -> HttpResponse:
        """Stations that have it keep it."""
        obj.delete()
        return HttpResponseRedirect(reverse("admin:ocppbridge_trustedroot_changelist"))

    @admin.display(description="Valid until", ordering="not_after")
    def expires(self, obj: TrustedRoot) -> SafeString | str:
        """Its own end."""
        return ago(obj.not_after)


@admin.register(Revocation)
class RevocationAdmin(Shown[Revocation]):
    """What responders and lists said, until their nextUpdate."""

    list_display = ("serial_number", "source", "standing", "verified", "url", "until")
    list_filter = ("status", "source", "verified")
    search_fields = ("serial_number__iexact", "url")
    ordering = ("-fetched_at",)
    fields = (
        ("serial_number", "standing", "verified"),
        ("source", "url"),
        ("this_update", "next_update", "fetched_at"),
    )

    @admin.display(description="Status", ordering="status")
    def standing(self, obj: Revocation) -> SafeString:
        """The word."""
        return tones.state(obj.status, STATUS, obj.status)

    @admin.display(description="Until", ordering="next_update")
    def until(self, obj: Revocation) -> SafeString | str:
        """nextUpdate."""
        return ago(obj.next_update)
