"""Exports in the background: asked for by POST (it makes a file, it changes no data), looked at, fetched."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from roaming.billing.cdrs import download
from roaming.billing.queries import ExportQuery
from roaming.billing.reading import BillingView, Problem, not_here, selection
from roaming.billing.serializers import ExportShape
from roaming.models import BillingExport
from roaming.services import billing_exports


class ExportView(BillingView):
    """The exports of this token."""

    asking = frozenset()  # what is asked for stands in a body

    @extend_schema(responses=ExportShape(many=True), operation_id="billing_exports")
    def list(self, request: Request) -> Response:
        """The newest first."""
        return Response([self._shown(row) for row in self.reader.token.exports.order_by("-pk")[:100]])

    @extend_schema(request=ExportQuery, responses={202: ExportShape}, operation_id="billing_export_ask")
    def create(self, request: Request) -> Response:
        """Begins to write a file of a selection; `written` of `total` says how far it is."""
        said = self.asked(ExportQuery, request.data)
        try:
            row = billing_exports.ask(
                selection(said), said["format"], by=self.reader.token.name, token=self.reader.token, now=timezone.now()
            )
        except billing_exports.TooMany as problem:
            raise Problem(429, "too_many_exports", f"{problem}.") from None
        return Response(self._shown(row), 202)

    @extend_schema(responses=ExportShape, operation_id="billing_export")
    def retrieve(self, request: Request, pk: int) -> Response:
        """How far it is."""
        return Response(self._shown(self._one(pk)))

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="billing_export_file"
    )
    def file(self, request: Request, pk: int) -> StreamingHttpResponse:
        """The file; sent as it is stored, compressed, to who takes gzip."""
        row = self._one(pk)
        if row.state != BillingExport.State.READY:
            gone = row.state == BillingExport.State.FORGOTTEN
            words = f"This export is {row.state}: {row.error or row.get_state_display()}."
            raise Problem(410 if gone else 409, "no_file", words)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        pieces = billing_exports.packed_parts(row) if packed else billing_exports.text(row)
        answer = download(pieces, row.format, f"cdrs-{row.pk}.{row.format}")
        answer["Vary"] = "Accept-Encoding"
        if packed:
            answer["Content-Encoding"] = "gzip"
        else:
            answer["Content-Length"] = str(row.size)
        return answer

    def _one(self, pk: int) -> BillingExport:
        row = self.reader.token.exports.filter(pk=pk).first()
        if row is None:
            raise not_here("export")
        return row

    def _shown(self, row: BillingExport) -> dict[str, Any]:
        ready = row.state == BillingExport.State.READY
        url = self.request.build_absolute_uri(reverse("billing-export-file", args=(row.pk,))) if ready else None
        row.file = url  # type: ignore[attr-defined]  # of the shape, not of the table
        return dict(ExportShape(row).data)
