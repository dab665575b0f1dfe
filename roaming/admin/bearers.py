"""Pages of tokens of our own APIs: made here, shown once, revoked here (S47)."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.console.asking import Question, button, shown_once
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, ago, badge
from roaming.models.bearer import Bearer
from roaming.services.bearers import Bearers

B = TypeVar("B", bound=Bearer)


class BearerPage(Shown[B], Generic[B]):
    """A kind of token says whose it is (`tokens`), brings its button for a new one, and says what it may do."""

    tokens: ClassVar[Bearers[Any]]
    search_fields = ("name",)
    ordering = ("-created_at",)
    actions_list = ("new_token",)
    actions_detail = ("revoke",)

    def made_once(self, request: HttpRequest, row: B, token: str, title: str) -> HttpResponse:
        """The page with the new token."""
        values = {"Token": token, "Header": f"Authorization: Bearer {token}"}
        return shown_once(self, request, row, title, values, "Only a digest of it is kept.")

    @button(
        "Revoke", icon="block", danger=True, text="It stops working at once.", fits=lambda obj: obj.revoked_at is None
    )
    def revoke(self, request: HttpRequest, obj: B, form: Question) -> None:
        """For good."""
        self.tokens.revoke(obj)
        messages.success(request, f"The token of {obj} is revoked.")

    @admin.display(description="Standing")
    def standing(self, obj: B) -> SafeString:
        """Whether it works."""
        return badge("works", GOOD) if obj.revoked_at is None else badge("revoked", BAD)

    @admin.display(description="Made", ordering="created_at")
    def made(self, obj: B) -> SafeString | str:
        """When."""
        return ago(obj.created_at)

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, obj: B) -> SafeString | str:
        """To the minute."""
        return ago(obj.last_used_at)
