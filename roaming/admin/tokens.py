"""Tokens as eMSPs sent them; valid or not is the eMSP's word (TOK-05)."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin.stored import TECHNICAL, StoredPage
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.text import BAD, GOOD, badge, code, linked, masked
from roaming.models import Token
from roaming.ocpi import json, token_remarks
from roaming.ocpi import tokens as words
from roaming.ocpi.decoding import decode
from roaming.services import erasure


@admin.register(Token)
class TokenAdmin(StoredPage[Token]):
    """Found by the whole uid; lists show its end only (S43)."""

    module = "tokens"
    list_display = ("uid", "type", "standing", "whitelist", "owner", "issuer", "contract", "changed", "came_from")
    list_display_links = ("uid",)
    list_filter = ("valid", "type", "whitelist", "country_code", "party_id")
    search_fields = ("object_key__iexact", "contract_id__iexact", "visual_number__exact", "group_id__exact")
    search_help_text = "Whole uid, contract id, visual number or group id"
    jump_fields = ("object_id",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("object_id", "type", "standing", "whitelist"),
                    ("contract_id", "visual_number", "group_id"),
                    ("issuer", "owner", "came_from"),
                    "remarks",
                ]
            },
        ),
        ("Where it was used", {"fields": [("sessions", "authorizations", "exchanges")]}),
        ("Document", {"fields": ["document_shown"]}),
        TECHNICAL,
    )

    actions_detail = ("erase_contract",)

    @button(
        "Erase the contract",
        icon="person_remove",
        text="The contract's id, its tokens and their visual numbers give way to pseudonyms in all objects, bills, "
        "deliveries and journals. Prices, times and energy stay. It cannot be undone.",
        fits=lambda obj: not obj.valid,
        danger=True,
    )
    def erase_contract(self, request: HttpRequest, obj: Token, form: Question) -> None:
        """S49."""
        try:
            done = erasure.erase(obj.contract_id, timezone.now())
        except erasure.CannotErase as problem:
            raise Refused(str(problem)) from None
        obj.refresh_from_db()
        messages.success(request, f"Erased from {sum(done.rows.values())} rows of {len(done.rows)} tables.")

    @admin.display(description="Uid")
    def uid(self, obj: Token) -> SafeString | str:
        """Its last four characters."""
        return code(masked(obj.object_id))

    @admin.display(description="Contract")
    def contract(self, obj: Token) -> SafeString | str:
        """Likewise: a contract id names a person."""
        return code(masked(obj.contract_id))

    @admin.display(description="Valid", ordering="valid")
    def standing(self, obj: Token) -> SafeString:
        """Whether it may charge."""
        return badge("valid", GOOD) if obj.valid else badge("not valid", BAD)

    @admin.display(description="Remarks")
    def remarks(self, obj: Token) -> str:
        """What is odd about it: digits of cards, lengths that stations cannot hold."""
        return "; ".join(token_remarks.remarks(decode(words.Token, json.loads(obj.document)))) or "none"

    @admin.display(description="Sessions")
    def sessions(self, obj: Token) -> SafeString | str:
        """Sessions with it."""
        return linked(links.changelist("roaming.session", q=obj.object_id), "show")

    @admin.display(description="Authorizations")
    def authorizations(self, obj: Token) -> SafeString | str:
        """When it was asked about."""
        return linked(links.changelist("roaming.authorizationrequest", q=obj.object_id), "show")

    @admin.display(description="Exchanges")
    def exchanges(self, obj: Token) -> SafeString | str:
        """Requests about it."""
        return linked(links.changelist("roaming.exchange", q=obj.object_id), "search the journal")
