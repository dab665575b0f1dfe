"""The buttons of a station's page that are about how it proves who it is: password, profile, certificates."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ocppbridge.admin import questions
from ocppbridge.admin.calling import refusing
from ocppbridge.bridge import decisions
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import CertificateUse, Trigger
from ocppbridge.models import Call, PasswordChange, Station
from ocppbridge.services import calls, certificates, password_changes, passwords, profiles
from roaming.console import links
from roaming.console.asking import Question, Refused, button, shown_once
from roaming.console.mixing import ModelAdmin
from roaming.console.text import linked

M = TypeVar("M", bound=Station)

REFUSALS = (passwords.WeakPassword, password_changes.UnderWay, profiles.CannotRaise, BadCertificate)
SIGNINGS = ("SignChargingStationCertificate", "SignV2GCertificate", "SignV2G20Certificate", "SignCombinedCertificate")


class NewPassword(Question):
    """Left empty, one is made that nobody ever sees."""

    password = forms.CharField(
        required=False, max_length=40, strip=False, help_text="At least 16 characters; empty: one is made (recommended)"
    )


class Higher(Question):
    """The profile to move to, and for 2.x where it is stored."""

    profile = forms.TypedChoiceField(coerce=int, choices=Station.Profile.choices[1:], initial=2)
    slot = forms.IntegerField(min_value=1, initial=2, help_text="2.x: where the connection is stored")
    url = forms.CharField(required=False, max_length=512, help_text="2.x: the address to use; empty: the hub's own")
    interface = forms.ChoiceField(
        choices=[(one, one) for kind in ("Wired", "Wireless") for one in (f"{kind}{n}" for n in range(4))],
        help_text="2.x: the station's way out",
    )


class Root(Question):
    """A root certificate, and what it vouches for."""

    use = forms.ChoiceField(
        choices=[(use.value, use.value) for use in CertificateUse if use != CertificateUse.V2G_CHAIN]
    )
    certificate = forms.CharField(widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}), help_text="PEM")


class Renewal(Question):
    """Which of its certificates it should ask for anew."""

    what = forms.ChoiceField(choices=[(one, one) for one in SIGNINGS], label="Message")


class Securing(ModelAdmin[M]):
    """What is sent goes over the station's own socket; what comes of it is on the pages of security."""

    @admin.display(description="Password")
    def password_shown(self, obj: M) -> str:
        """Never the password."""
        if obj.password_scrypt:
            return "set (short: slow to check)"
        if obj.password_changes.filter(state=PasswordChange.State.OPEN).exists():
            return "set; a new one is on its way, both are right"
        return "set" if obj.password_digest else "none: it cannot connect with one"

    @admin.display(description="Certificates and events")
    def held(self, obj: M) -> SafeString | str:
        """On their own pages."""
        certificates = links.changelist("ocppbridge.stationcertificate", station__id__exact=obj.pk)
        events = links.changelist("ocppbridge.securityevent", station__id__exact=obj.pk)
        return format_html("{}, {}", linked(certificates, "certificates"), linked(events, "security events"))

    @button(
        "Set password",
        icon="password",
        form=questions.Password,
        danger=True,
        text="For a password that you set on the station yourself. The present one stops working at its next connect.",
    )
    def set_password(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """Shown once."""
        chosen = form.cleaned_data["password"] or passwords.new_password()
        short = decisions.allows_short_password(obj.identity)
        try:
            password_changes.set_by_hand(obj, chosen, now=timezone.now(), allow_short=short)
        except passwords.WeakPassword as problem:
            raise Refused(str(problem)) from None
        self.log_change(request, obj, "Set its password.")
        return shown_once(self, request, obj, "Password set", {"Password": chosen}, "Only a digest of it is kept.")

    @button(
        "Change password",
        icon="key",
        form=NewPassword,
        submit="Send it",
        text="The station is sent a new password. Until it has connected with one of them both are right.",
    )
    def change_password(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """Over the socket; pressed again, the same one is sent again."""
        by = request.user.get_username()
        with refusing(*REFUSALS):
            change = password_changes.send(obj, by=by, password=form.cleaned_data["password"] or None)
        self.log_change(request, obj, "Sent it a new password.")
        return _shown(request, obj, change.call)

    @button("Raise security profile", icon="shield_lock", form=Higher, danger=True, submit="Ask the station")
    def raise_profile(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """Never down."""
        said = form.cleaned_data
        with refusing(*REFUSALS):
            row = profiles.upgrade(
                obj,
                said["profile"],
                by=request.user.get_username(),
                slot=said["slot"],
                url=said["url"],
                interface=said["interface"],
            )
        self.log_change(request, obj, f"Asked it to move to security profile {row.target}.")
        return HttpResponseRedirect(reverse("admin:ocppbridge_profileupgrade_change", args=(row.pk,)))

    @button("Install a certificate", icon="add_moderator", form=Root, submit="Install")
    def install_certificate(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """A root that the station shall trust."""
        said = form.cleaned_data
        with refusing(*REFUSALS):
            row = certificates.install(
                obj, CertificateUse(said["use"]), said["certificate"], by=request.user.get_username()
            )
        return _shown(request, obj, row.call)

    @button("List certificates", icon="verified", submit="Ask the station")
    def list_certificates(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """What it holds."""
        with refusing(*REFUSALS):
            asked = certificates.ask(obj, by=request.user.get_username())
        return _shown(request, obj, asked[0])

    @button(
        "Renew its certificate",
        icon="autorenew",
        form=Renewal,
        submit="Ask the station",
        text="The station makes a new key and asks to have it signed.",
    )
    def renew_certificate(self, request: HttpRequest, obj: M, form: Question) -> HttpResponse:
        """A02: SignCertificate follows."""
        with refusing(*REFUSALS):
            call = calls.queue(
                obj, Trigger(form.cleaned_data["what"]), purpose="certificate", requested_by=request.user.get_username()
            )
        return _shown(request, obj, call)


def _shown(request: HttpRequest, station: Station, call: Call | None) -> HttpResponse:
    if call is None:
        return HttpResponseRedirect(reverse("admin:ocppbridge_station_change", args=(station.pk,)))
    if station.online:
        messages.success(request, f"{call.action} goes to {station}; reload this page for its answer.")
    else:
        messages.warning(request, f"{station} is offline: {call.action} waits until it is back, or expires.")
    return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(call.pk,)))
