"""The buttons of platforms: inviting, registering, rotating, suspending, parting. Tokens are shown once (S17).

No button calls a peer: what needs one is a row that a worker carries out, and the page shows what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from roaming.console.asking import Question, Refused, button, shown_once
from roaming.models import Handshake, Platform
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import handshakes, platforms, presence

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Mixed = ModelAdmin[Platform]
else:
    Mixed = object

S, Kind = Platform.Status, Handshake.Kind


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


class TheirToken(Roles):
    """What the peer handed to us, and whom it may bring."""

    token_a = forms.CharField(max_length=64, label="Their TOKEN_A")
    field_order: Sequence[str] = ("token_a", "roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].required = False
        self.fields[
            "roles"
        ].help_text = "Parties that it may bring, one a line, such as EMSP DE/EMX; empty: anybody new"


class Register(TheirToken):
    """A new platform."""

    name = forms.CharField(max_length=100)
    versions_url = forms.CharField(max_length=255, label="Versions URL")
    encoding = forms.ChoiceField(choices=Platform.TokenEncoding.choices, label="Token written as")
    field_order = ("name", "versions_url", "token_a", "encoding", "roles")


class Factor(Question):
    """With or without."""

    wanted = forms.BooleanField(required=False, initial=True, label="Ask for one-time passwords, with a new secret")


def refused(action: Callable[[], Any]) -> Any:
    """What makes no sense as asked is for staff to read."""
    try:
        return action()
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
    def register(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """We ask."""
        said = form.cleaned_data
        asked = refused(
            lambda: handshakes.register(
                said["versions_url"],
                said["token_a"],
                name=said["name"],
                encoding=said["encoding"],
                expected=[(party, role) for role, party in said["roles"]],
                by=request.user.get_username(),
            )
        )
        messages.info(request, f"Registering at {said['name']}: this page shows what comes of it.")
        return HttpResponseRedirect(reverse("admin:roaming_platform_change", args=(asked.platform_id,)))

    @button(
        "Register again",
        icon="login",
        submit="Register",
        form=TheirToken,
        fits=lambda obj: obj.status in (S.INVITED, S.UNREGISTERED) and bool(obj.versions_url),
        text="With a new token from the peer, after a failure or a parting.",
    )
    def register_again(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """We ask once more."""
        said = form.cleaned_data
        roles = [(party, role) for role, party in said["roles"]]
        by = request.user.get_username()
        refused(lambda: handshakes.register_again(obj, said["token_a"], expected=roles, by=by))
        messages.info(request, f"Registering at {obj}.")

    @button(
        "Remove",
        icon="delete",
        danger=True,
        fits=lambda obj: obj.status == S.UNREGISTERED and not obj.token_out and not obj.parties.exists(),
        text="There never was a connection with it: nothing is lost but this row.",
    )
    def remove(self, request: HttpRequest, obj: Platform, form: Question) -> HttpResponse:
        """A registration that came to nothing."""
        name = str(obj)
        if not handshakes.forget(obj):
            raise Refused("There was a connection with it, and its history stays.")
        messages.success(request, f"{name} is removed.")
        return HttpResponseRedirect(reverse("admin:roaming_platform_changelist"))

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
        refused(lambda: handshakes.ask(obj, Kind.ROTATE, by=request.user.get_username()))
        messages.info(request, f"Rotating the tokens of {obj}: this page shows what comes of it.")

    @button(
        "One-time passwords",
        icon="pin",
        form=Factor,
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="A second secret beside the token: each of its requests then shows the password of the half minute.",
    )
    def ask_password(self, request: HttpRequest, obj: Platform, form: Question) -> HttpResponse | None:
        """The secret, once (S19)."""
        secret = platforms.second_factor(obj, wanted=form.cleaned_data["wanted"])
        if not secret:
            messages.success(request, f"{obj} is no longer asked for one-time passwords.")
            return None
        text = "RFC 6238, SHA-1, 30 s, 6 digits, in the header TOTP. From now on requests without it are refused."
        return shown_once(self, request, obj, "One-time passwords", {"Secret (Base32)": secret}, text)

    @button(
        "Check",
        icon="network_ping",
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="A GET of its versions, which changes nothing.",
    )
    def probe(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Does it answer?"""
        presence.check_now(obj)
        messages.info(request, f"{obj} is being asked: its last exchanges show what it says.")

    @button(
        "Suspend",
        icon="pause_circle",
        danger=True,
        fits=is_one(S.CONNECTED, S.OFFLINE),
        text="Nothing in, nothing out, until resumed: its locations, tariffs and cards are in nobody's lists, its "
        "cards charge nowhere. What waits is kept.",
    )
    def suspend(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Others are told (HCI-02)."""
        platforms.suspend(obj, timezone.now())
        messages.success(request, f"{obj} is suspended.")

    @button("Resume", icon="play_circle", fits=is_one(S.SUSPENDED), text="What waits is sent.")
    def resume(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """As before."""
        platforms.resume(obj, timezone.now())
        messages.success(request, f"{obj} is resumed.")

    @button(
        "Part",
        icon="logout",
        danger=True,
        fits=is_one(S.CONNECTED, S.OFFLINE, S.SUSPENDED),
        text="We unregister: tokens stop working on both sides, for good; "
        "its locations, tariffs and cards leave all lists.",
    )
    def leave(self, request: HttpRequest, obj: Platform, form: Question) -> None:
        """Our DELETE; the connection ends whatever the peer says."""
        refused(lambda: handshakes.ask(obj, Kind.PART, by=request.user.get_username()))
        messages.info(request, f"Parting from {obj}: this page shows what comes of it.")
