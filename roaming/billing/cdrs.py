"""CDRs: a list by key, one with its document, its bill, and all of a month as a file that is streamed."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from roaming.billing.queries import CdrListQuery, CdrQuery
from roaming.billing.reading import BillingView, next_page, not_here, selection
from roaming.billing.serializers import BillShape, CdrDetail, CdrPage
from roaming.models import Cdr
from roaming.ocpi import json
from roaming.services import billing_bills, billing_records, cdr_exports
from roaming.services.billing_cdrs import BadPlace, behind, place_of, rows, seen_by

_PK, _END = (billing_records.COLUMNS.index(name) for name in ("pk", "end_date_time"))


class CdrView(BillingView):
    """Charge detail records with the desk's verdict."""

    asking = frozenset({"list", "file"})

    @extend_schema(parameters=[CdrListQuery], responses=CdrPage, operation_id="billing_cdrs")
    def list(self, request: Request) -> Response:
        """A page costs the same wherever it is; CDRs that arrive meanwhile move nothing between pages."""
        said = self.asked(CdrListQuery)
        found = rows(selection(said), self.reader.parties)
        try:
            page = list(billing_records.asked(behind(found, said.get("after", "")))[: said["limit"] + 1])
        except BadPlace as problem:
            raise ValidationError({"after": [str(problem)]}) from None
        here = page[: said["limit"]]
        place = place_of(here[-1][_END], here[-1][_PK]) if len(page) > len(here) else None
        return Response(
            {
                "results": [billing_records.record(row) for row in here],
                "next": None if place is None else next_page(request, place),
            }
        )

    @extend_schema(responses=CdrDetail, operation_id="billing_cdr")
    def retrieve(self, request: Request, pk: int) -> Response:
        """With the desk's findings and the OCPI object."""
        cdr = self._one(pk)
        desk = getattr(cdr, "assessment", None)
        return Response(
            {
                **billing_records.by_id([pk])[pk],
                "findings": billing_bills.exact(desk.reasons if desk else []),
                "document": billing_bills.exact(json.loads(cdr.document)),
            }
        )

    @extend_schema(responses=BillShape, operation_id="billing_cdr_bill")
    def bill(self, request: Request, pk: int) -> Response:
        """The lines, and the total by VAT rate."""
        return Response(billing_bills.bill(self._one(pk)))

    @extend_schema(
        parameters=[CdrQuery], operation_id="billing_cdrs_file",
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/x-ndjson"): OpenApiTypes.STR},
    )  # fmt: skip
    def file(self, request: Request, form: str) -> StreamingHttpResponse:
        """All of them, CSV or JSON Lines, in the order of the list. What breaks off can be gone on with by the list, or
        asked for as an export in the background."""
        found = rows(selection(self.asked(CdrQuery)), self.reader.parties)
        return download(cdr_exports.stream(found, form), form, f"cdrs.{form}")

    def _one(self, pk: int) -> Cdr:
        cdr = Cdr.objects.filter(seen_by(self.reader.parties), pk=pk).select_related("assessment").first()
        if cdr is None:
            raise not_here("CDR")
        return cdr


def download(pieces: Any, form: str, name: str) -> StreamingHttpResponse:
    """A file."""
    answer = StreamingHttpResponse(pieces, content_type=cdr_exports.TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
