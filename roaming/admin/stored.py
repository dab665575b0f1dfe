"""What the pages of stored objects share: owner and source, the document as the owner sent it, its deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import ago, code, linked, pretty
from roaming.models import Delivery, StoredObject

S = TypeVar("S", bound=StoredObject)

TECHNICAL: Any = (
    "Storage",
    {"classes": ["collapse"], "fields": ["version", "digest", "last_updated", "listed_at", "created_at"]},
)


class StoredPage(Shown[S]):
    """A stored object; ``module`` is its OCPI module."""

    module = ""
    list_select_related: ClassVar[tuple[str, ...]] = ("source",)
    ordering = ("-listed_at", "-id")

    @admin.display(description="Owner", ordering="country_code")
    def owner(self, obj: S) -> SafeString | str:
        """The party that owns it."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="Changed", ordering="listed_at")
    def changed(self, obj: S) -> SafeString | str:
        """When the hub last stored a change."""
        return ago(obj.listed_at)

    @admin.display(description="Came from")
    def came_from(self, obj: S) -> SafeString | str:
        """The platform that sent it."""
        if obj.source is None:
            return "this hub"
        return linked(links.change("roaming.platform", obj.source.pk), obj.source)

    @admin.display(description="Document, as its owner wrote it")
    def document_shown(self, obj: S) -> SafeString | str:
        """The JSON."""
        return pretty(obj.document)

    def panels(self, request: HttpRequest, obj: S) -> Iterable[Panel]:
        """Who has been told."""
        yield self.deliveries(obj)

    def deliveries(self, obj: S) -> Panel:
        """What became of telling each receiver."""
        identity: dict[str, Any] = {
            "module": self.module,
            "country_code": obj.country_code,
            "party_id": obj.party_id,
            "object_key": obj.object_key,
        }
        rows = Delivery.objects.filter(**identity).select_related("receiver", "platform").order_by("-changed_at")[:20]
        return Panel(
            "Deliveries",
            ("Receiver", "State", "Version", "Attempts", "Last error", "Changed"),
            [
                (
                    linked(links.change("roaming.delivery", one.pk), f"{one.receiver} on {one.platform}"),
                    tones.state(one.state, tones.DELIVERY, one.get_state_display()),
                    f"{one.accepted_version} of {one.wanted_version}",
                    one.attempts,
                    one.last_error,
                    ago(one.changed_at),
                )
                for one in rows
            ],
            empty=self.untold(obj),
        )

    def untold(self, obj: S) -> str:
        """Why nothing stands in the outbox."""
        if obj.addressees:
            return f"Passed on at once to {' and '.join(obj.addressees)}, to whom its sender addressed it."
        return "Nobody is told about this object."
