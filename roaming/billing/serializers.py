"""The shapes of the answers, for the documentation: what `services.billing_records` makes, and the lists around it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from roaming.models import BillingExport, Statement
from roaming.services.billing_records import FIELDS

_KINDS: dict[str, type[serializers.Field[Any, Any, Any, Any]]] = {
    "id": serializers.IntegerField, "stands": serializers.BooleanField, "credit": serializers.BooleanField,
    "start_date_time": serializers.DateTimeField, "end_date_time": serializers.DateTimeField,
    "received_at": serializers.DateTimeField,
}  # fmt: skip
_ABSENT = {"total_cost_incl_vat", "total_time", "location_name", "invoice_reference_id"}


def _field(name: str, meaning: str) -> serializers.Field[Any, Any, Any, Any]:
    if name in ("reasons", "tariff_ids"):
        return serializers.ListField(child=serializers.CharField(), help_text=meaning)
    return _KINDS.get(name, serializers.CharField)(help_text=meaning, allow_null=name in _ABSENT)


class Shape(serializers.Serializer[Any]):
    """Never used to write."""


CdrRecord: Any = type("CdrRecord", (Shape,), {name: _field(name, meaning) for name, meaning in FIELDS.items()})
CdrRecord.__doc__ = "A CDR. Money and energy are strings, times UTC."


class CdrPage(Shape):
    """CDRs by end and id, the oldest first."""

    results = CdrRecord(many=True)
    next = serializers.URLField(allow_null=True, help_text="the next page; null: this is the last")


class Reason(Shape):
    """What the desk found."""

    code = serializers.CharField()
    severity = serializers.CharField()
    pointer = serializers.CharField(help_text="where in the document, as a JSON pointer")
    message = serializers.CharField()


class CdrDetail(CdrRecord):  # type: ignore[misc]  # made of a table
    """One CDR with what the desk found and the OCPI object as its owner wrote it (fractions as strings)."""

    findings = Reason(many=True)
    document = serializers.DictField()


class VatShare(Shape):
    """Of the CDR's total."""

    vat = serializers.CharField(help_text="percent; `none`: VAT does not apply; `unknown`: nothing says")
    excl_vat = serializers.CharField()
    incl_vat = serializers.CharField(allow_null=True)


class BillShape(Shape):
    """Why a CDR costs what it costs. `bill` is null where it could not be computed."""

    id = serializers.IntegerField()
    cdr_id = serializers.CharField()
    currency = serializers.CharField()
    total_cost_excl_vat = serializers.CharField()
    total_cost_incl_vat = serializers.CharField(allow_null=True)
    vat = VatShare(many=True)
    bill = serializers.DictField(
        allow_null=True, help_text="`lines`: each priced quantity with its price, VAT rate and the reason for it"
    )


class ChangeShape(Shape):
    """One change, with the CDR as it is now."""

    position = serializers.IntegerField(help_text="grows without gaps; also the id of the webhook")
    cursor = serializers.CharField(help_text="stands behind this change")
    kind = serializers.ChoiceField(["made", "verdict"])
    verdict = serializers.CharField(help_text="at that moment; `cdr` has the present one")
    at = serializers.DateTimeField()
    cdr = CdrRecord()


class ChangePage(Shape):
    """Changes in their order. Keep `cursor` in the transaction in which you apply them."""

    changes = ChangeShape(many=True)
    cursor = serializers.CharField(help_text="what to ask for next")
    more = serializers.BooleanField(help_text="false: that is all for now")


class ExportShape(serializers.ModelSerializer[BillingExport]):
    """A background export and how far it is."""

    file = serializers.URLField(allow_null=True, read_only=True, help_text="once it is ready")

    class Meta:
        model = BillingExport
        fields = ["id", "format", "selection", "state", "total", "written", "size", "created_at", "finished_at",
                  "error", "file"]  # fmt: skip


class StatementShape(serializers.ModelSerializer[Statement]):
    """A statement that was issued. Amounts and energies are strings; VAT that a CDR does not tell is null."""

    number = serializers.CharField(read_only=True)
    cpo = serializers.SerializerMethodField()
    emsp = serializers.SerializerMethodField()
    month = serializers.SerializerMethodField()
    cdrs = serializers.IntegerField(source="collected", read_only=True)

    class Meta:
        model = Statement
        fields = ["id", "number", "cpo", "emsp", "month", "seller_name", "payer_name", "issued_at", "cdrs", "sums",
                  "unbilled"]  # fmt: skip

    def get_cpo(self, row: Statement) -> str:
        """Who sold."""
        return f"{row.country_code}/{row.party_id}"

    def get_emsp(self, row: Statement) -> str:
        """Who pays."""
        return f"{row.token_country_code}/{row.token_party_id}"

    def get_month(self, row: Statement) -> str:
        """As 2026-11."""
        return f"{row.month:%Y-%m}"


class ProblemShape(Shape):
    """What was wrong."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]  # a member of the answer
