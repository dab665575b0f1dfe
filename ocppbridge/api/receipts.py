"""The receipt of an ad hoc payment: a page whose address is the only key to it (C18, C19); no list leads there."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ocppbridge.bridge import settlements
from ocppbridge.models import Settlement
from ocppbridge.services.settlements import DONE


@require_safe
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """404 for everything but a settled payment."""
    rows = Settlement.objects.select_related("station", "transaction__station")
    row = rows.filter(key=key, status=DONE).first()
    if row is None:
        raise Http404
    answer = render(request, "ocppbridge/receipt.html", {"receipt": settlements.receipt(row)})
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
