"""The buttons of platforms: inviting, registering, rotating, suspending, parting. Tokens are shown once (S17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from roaming.client import CallFailed
from roaming.console.asking import Question, Refused, button, shown_once
from roaming.models import Platform
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import announcements, platforms, registration

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Mixed = ModelAdmin[Platform]
else:
    Mixed = object

S = Platform.Status


def is_one(*status: str) -> Callable[[Platform], bool]:
    """When a button stands there."""
    return lambda obj: obj.status in status


class Roles(Question):
    """Which parties may register with the token (S14)."""

    roles = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "EMSP DE/EMX"}),
        help_text="One a line: role and party, such as EMSP DE/EMX or CPO NL/VLT",
    )

    def clean_roles(self) -> list[tuple[Role, PartyId]]:
        """Lines as roles."""
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["roles"].splitlines())):
            role, _, party = line.partition(" ")
            try:
                found.append((Role(role.upper()), PartyId.parse(party)))
            except ValueError as problem:
                raise forms.ValidationError(f"“{line}”: {problem}") from None
        return found


class Invite(Roles):
    """A new platform."""

    name = forms.CharField(max_length=100)
    field_order = ("name", "roles")


class Register(Question):
    """What the peer handed to us."""

    name = forms.CharField(max_length=100)
    versions_url = forms.CharField(max_length=255, label="Versions URL")
    token_a = forms.CharField(max_length=64, label="Their TOKEN_A")
    encoding = forms.ChoiceField(choices=Platform.TokenEncoding.choices, label="Token written as")


def refused(action: Callable[[], Any]) -> Any:
    """Run something that talks to a peer; its refusal is for staff to read."""
    try:
        return action()
    except OcpiError as problem:
        raise Refused(f"{problem.title}: {problem.message}") from None
    except CallFailed as problem:
        raise Refused(f"The platform could not be called: {problem}") from None
    except ValueError as problem:
        raise Refused(f"{problem}.") from None


class Partnering(Mixed):
    """Mixed into the platforms' page."""

    @button(
        "Invite a platform",
        icon="person_add",
        submit="Invite",
        form=Invite,
        text="It registers with the token, as these parties only.",
    )
    def invite(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """TOKEN_A, once."""
        said = form.cleaned_data
        return self._invited(request, refused(lambda: platforms.invite(said["roles"], name=said["name"])))

    @button(
        "Register at a platform",
        icon="login",
        submit="Register",
        form=Register,
        text="It invited us: we register with its token.",
    )
    def register(self, request: HttpRequest, obj: None, form: Question) -> None:
        """We ask."""
        said = form.cleaned_data
        refused(
            lambda: registration.register_with(
                said["versions_url"], said["token_a"], name=said["name"], encoding=said["encoding"]
            )
        )
        messages.success(request, f"Registered at {said['name']}.")

    @button(
        "Invite again",
        icon="person_add",
        form=Roles,
        fits=is_one(S.INVITED, S.UNREGISTERED),
        text="Earlier tokens for registration stop working.",
    )
    def invite_again(self, request: HttpRequest, obj: Platform, form: Question) -> HttpResponse:
        """A fresh TOKEN_A."""
        return self._invited(request, platforms.invite_again(obj, form.cleaned_data["roles"]))

    def _invited(self, request: HttpRequest, invitation: platforms.Invitation) -> HttpResponse:
        values = {"Versions URL": invitation.versions_url, "TOKEN_A": invitation.token_a}
        until = f"{invitation.expires_at:%Y-%m-%d %H:%M %Z}"
        text = f"Hand both to the partner on a safe way. The token can be used once, until {until}."
        return shown_once(self, request, invitation.platform, "Invited", values, text)

    @button(
        "Rotate tokens",
        icon="autorenew",
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="New tokens both ways, by a credentials PUT. Its endpoints are read again.",
    )
    def rotate(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Cannot lock anyone out (CRE-19)."""
        refused(lambda: registration.rotate(obj))
        messages.success(request, f"{obj} has new tokens.")

    @button(
        "Check",
        icon="network_ping",
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="A GET of its versions, which changes nothing.",
    )
    def probe(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Does it answer?"""
        if registration.still_alive(obj):
            messages.success(request, f"{obj} answers.")
        else:
            messages.error(request, f"{obj} does not answer; its last exchange says why.")

    @button(
        "Suspend",
        icon="pause_circle",
        danger=True,
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="Nothing in, nothing out, until resumed. What waits is kept.",
    )
    def suspend(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Others are told (HCI-02)."""
        with transaction.atomic():
            platforms.suspend(obj, timezone.now())
            announcements.about(obj)
        messages.success(request, f"{obj} is suspended.")

    @button("Resume", icon="play_circle", fits=is_one(S.SUSPENDED), text="What waits is sent.")
    def resume(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """As before."""
        with transaction.atomic():
            platforms.resume(obj, timezone.now())
            announcements.about(obj)
        messages.success(request, f"{obj} is resumed.")

    @button(
        "Part",
        icon="logout",
        danger=True,
        fits=is_one(S.CONNECTED, S.OFFLINE, S.SUSPENDED),
        text="We unregister: tokens stop working on both sides, for good.",
    )
    def leave(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Our DELETE; the connection ends whatever the peer says."""
        if refused(lambda: registration.leave(obj)):
            messages.success(request, f"{obj} is unregistered.")
        else:
            messages.warning(request, f"{obj} is unregistered here, but it took no note of that.")
