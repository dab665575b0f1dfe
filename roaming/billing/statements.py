"""Monthly statements as staff issued them; drafts are nobody's business outside."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from roaming.billing.cdrs import download
from roaming.billing.queries import StatementQuery
from roaming.billing.reading import BillingView, not_here
from roaming.billing.serializers import StatementShape
from roaming.hub.addressing import CHARGING_SIDE
from roaming.models import Statement
from roaming.ocpi.party import PartyId
from roaming.services import statement_papers, statements


class StatementView(BillingView):
    """One seller, one payer, one month."""

    @extend_schema(parameters=[StatementQuery], responses=StatementShape(many=True), operation_id="billing_statements")
    def list(self, request: Request) -> Response:
        """The oldest first; `after` the last id goes on."""
        said = self.asked(StatementQuery)
        found = self._mine().filter(pk__gt=said["after"])
        if said.get("cpo"):
            cpo = PartyId.parse(said["cpo"])
            found = found.filter(country_code=cpo.country, party_id=cpo.party)
        if said.get("emsp"):
            emsp = PartyId.parse(said["emsp"])
            found = found.filter(token_country_code=emsp.country, token_party_id=emsp.party)
        if said.get("month"):
            found = found.filter(month=statements.month_of(said["month"]))
        return Response(StatementShape(found.order_by("pk")[: said["limit"]], many=True).data)

    @extend_schema(responses=StatementShape, operation_id="billing_statement")
    def retrieve(self, request: Request, pk: int) -> Response:
        """With its sums."""
        return Response(StatementShape(self._one(pk)).data)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, operation_id="billing_statement_cdrs")
    def cdrs(self, request: Request, pk: int) -> StreamingHttpResponse:
        """The CDRs that are on it."""
        row = self._one(pk)
        return download(statement_papers.cdrs_csv(row), "csv", f"{row.number}-cdrs.csv")

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, operation_id="billing_statement_sums")
    def sums(self, request: Request, pk: int) -> StreamingHttpResponse:
        """Its sums, a line for each currency, kind and rate."""
        row = self._one(pk)
        return download([statement_papers.sums_csv(row)], "csv", f"{row.number}-sums.csv")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, operation_id="billing_statement_pdf")
    def paper(self, request: Request, pk: int) -> HttpResponse:
        """On A4."""
        row = self._one(pk)
        answer = HttpResponse(statement_papers.pdf(row), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
        return answer

    def _one(self, pk: int) -> Statement:
        row = self._mine().filter(pk=pk).first()
        if row is None:
            raise not_here("statement")
        return row

    def _mine(self) -> QuerySet[Statement]:
        found = Statement.objects.filter(state=Statement.State.ISSUED)
        if self.reader.parties is None:
            return found
        rule = Q(pk__in=[])
        for party in self.reader.parties:
            side = "" if party.role in CHARGING_SIDE else "token_"
            rule |= Q(**{f"{side}country_code": party.country_code, f"{side}party_id": party.party_id})
        return found.filter(rule)
