"""Webhooks: endpoints with how far each has been told, what came of the last attempts, and what staff can do."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin.billing_tokens import partners
from roaming.client import Forbidden
from roaming.console.asking import Question, Refused, button, shown_once
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge, badges, cut
from roaming.models import Webhook
from roaming.models.billing_change import BillingChange
from roaming.services import changes, webhooks


class NewWebhook(Question):
    """Who is told what."""

    name = forms.CharField(max_length=100)
    url = forms.URLField(max_length=500, assume_scheme="https", label="URL", help_text="https; CDRs are personal data")
    kinds = forms.MultipleChoiceField(choices=BillingChange.Kind.choices, initial=list(BillingChange.Kind.values))
    parties = partners()


class Behind(Question):
    """From where."""

    position = forms.IntegerField(
        min_value=0, help_text="Everything behind this change is sent again, with the same ids."
    )


@admin.register(Webhook)
class WebhookAdmin(Shown[Webhook]):
    """Who is told of new CDRs and verdicts."""

    list_display = ("name", "address", "standing", "hears", "position", "trouble")
    list_display_links = ("name",)
    search_fields = ("name", "url")
    ordering = ("name",)
    actions_list = ("new_webhook",)
    actions_detail = ("ping", "pause", "resume", "replay", "skip", "new_secret", "remove")
    fields = (
        ("name", "address"),
        ("standing", "hears", "sees"),
        ("position", "behind"),
        ("attempts", "due_at"),
        ("first_failed_at", "paused_at"),
        "last_error",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """With their parties."""
        return super().get_queryset(request).prefetch_related("parties")

    @button("New endpoint", icon="add", submit="Make it", form=NewWebhook)
    def new_webhook(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """The secret is shown once."""
        said = form.cleaned_data
        try:
            row, secret = webhooks.add(said["name"], said["url"], said["kinds"], said["parties"])
        except Forbidden as problem:
            raise Refused(str(problem)) from None
        words = "It signs what is sent, as Standard Webhooks says; see Billing in roaming/README.md."
        return shown_once(self, request, row, "New webhook", {"Secret": secret}, words)

    @button("Test ping", icon="network_ping", text="A message of the type ping, also if it is paused.")
    def ping(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """By a worker."""
        webhooks.ping(obj, timezone.now())
        messages.info(request, "Sent by a worker; what came of it stands among the attempts.")

    @button("Pause", icon="pause", fits=lambda obj: obj.paused_at is None, text="What comes meanwhile is told later.")
    def pause(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """Until resumed."""
        webhooks.pause(obj, timezone.now())

    @button("Go on", icon="play_arrow", fits=lambda obj: obj.paused_at is not None or obj.attempts > 0)
    def resume(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """Where it stopped, at once."""
        webhooks.resume(obj)

    @button("Tell again", icon="replay", form=Behind, submit="Set back")
    def replay(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """From an earlier change."""
        if form.cleaned_data["position"] > changes.last_position():
            raise Refused(f"there are {changes.last_position()} changes so far")
        webhooks.replay(obj, form.cleaned_data["position"])

    @button(
        "Skip this change", icon="skip_next", danger=True, fits=lambda obj: obj.attempts > 0,
        text="The one that it does not take is never sent again by itself.",
    )  # fmt: skip
    def skip(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """The next one is tried."""
        webhooks.skip(obj)

    @button("New secret", icon="key", danger=True, text="What is sent from now on is signed with the new one.")
    def new_secret(self, request: HttpRequest, obj: Webhook, form: Question) -> HttpResponse:
        """Shown once."""
        secret = webhooks.renew_secret(obj)
        return shown_once(self, request, obj, "New secret", {"Secret": secret}, "The old one signs nothing any more.")

    @button("Remove", icon="delete", danger=True, text="The endpoint and its attempts are forgotten.")
    def remove(self, request: HttpRequest, obj: Webhook, form: Question) -> None:
        """For good."""
        obj.delete()

    def panels(self, request: HttpRequest, obj: Webhook) -> Iterable[Panel]:
        """The last attempts."""
        yield Panel(
            "Attempts",
            ("At", "Of", "Change", "Answer", "Took", "Error"),
            [
                (
                    ago(one.at),
                    one.get_kind_display(),
                    one.position or "–",
                    badge(str(one.http_status or "none"), GOOD if one.taken else BAD),
                    f"{one.duration_ms} ms",
                    cut(one.error),
                )
                for one in obj.tries.order_by("-at")[:50]
            ],
            empty="Nothing was sent yet.",
        )

    @admin.display(description="URL", ordering="url")
    def address(self, obj: Webhook) -> str:
        """No link: nobody there expects a browser."""
        return obj.url

    @admin.display(description="Standing")
    def standing(self, obj: Webhook) -> SafeString:
        """Whether it is told."""
        if obj.paused_at is not None:
            return badge("paused", BAD)
        return badge("fails", WARN) if obj.attempts else badge("told", GOOD)

    @admin.display(description="Hears of")
    def hears(self, obj: Webhook) -> SafeString:
        """New CDRs, verdicts."""
        return badges((one, NOTE) for one in obj.kinds)

    @admin.display(description="Of whom")
    def sees(self, obj: Webhook) -> SafeString:
        """Everybody, or its parties."""
        if not obj.bound:
            return badge("everybody", WARN)
        return badges((str(party), NOTE) for party in obj.parties.all())

    @admin.display(description="Still to be told")
    def behind(self, obj: Webhook) -> int:
        """Changes."""
        return webhooks.waiting(obj)

    @admin.display(description="Trouble")
    def trouble(self, obj: Webhook) -> SafeString | str:
        """Since when, and what."""
        return cut(obj.last_error, 60)
