"""What changed since a cursor: new CDRs and verdicts, nothing missed, nothing twice (services.changes)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from roaming.billing.queries import ChangeQuery
from roaming.billing.reading import BillingView, Problem
from roaming.billing.serializers import ChangePage
from roaming.services import billing_events, changes


class ChangeView(BillingView):
    """The feed that a billing system follows."""

    @extend_schema(parameters=[ChangeQuery], responses=ChangePage, operation_id="billing_changes")
    def list(self, request: Request) -> Response:
        """Changes are kept for BILLING_CHANGES_DAYS (400 unless set otherwise); a cursor behind them is answered 410.
        To begin: keep the cursor of `after=now`, export what there is, then follow the cursor."""
        said = self.asked(ChangeQuery)
        after = said.get("after", "")
        if after == "now":
            return Response({"changes": [], "cursor": changes.newest(), "more": False})
        try:
            page = changes.page(self.reader.parties, after, said["limit"])
        except changes.UnknownCursor as problem:
            raise Problem(400, "unknown_cursor", f"{problem}.".capitalize()) from None
        except changes.CursorTooOld as problem:
            raise Problem(410, "cursor_too_old", f"{problem}. Export, and begin anew.".capitalize()) from None
        return Response({"changes": billing_events.events(page.changes), "cursor": page.cursor, "more": page.more})
