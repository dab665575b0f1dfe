"""What a station keeps of a customer: told to us, cleared there, and erased here after a while (N09, N10).

What is told is personal: it is sealed before the station gets its answer and masked in the journal, so it stands in
clear nowhere; staff may erase it at any time, the sweep does after CUSTOMER-INFORMATION-RETENTION.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from ocppbridge.charging.intents import AskCustomer
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.tokens import IdToken
from ocppbridge.charging.upkeep_messages import CustomerPart
from ocppbridge.models import CustomerPage, Enquiry, LocalList, Station
from ocppbridge.services import enquiries, local_lists, sealing


def ask(
    station: Station, *, report: bool, clear: bool, token: IdToken | None = None,
    certificate: Mapping[str, str] | None = None, identifier: str = "", by: str = "",
) -> Enquiry:  # fmt: skip
    """Have it reported, cleared, or both. Raises NotOffered or InvalidPayload."""
    who = "a token" if token else "a certificate" if certificate else "an identifier"
    about = f"{' and '.join(filter(None, ['report' if report else '', 'clear' if clear else '']))} by {who}"
    return enquiries.ask(
        station, Enquiry.Kind.CUSTOMER,
        lambda number: AskCustomer(number, report, clear, token, certificate or {}, identifier or None),
        about=about, clears=clear, id_token=token.folded() if token else "", requested_by=by,
    )  # fmt: skip


def answered(row_id: int, station: Station, intent: AskCustomer, outcome: Outcome | None, now: datetime) -> None:
    """A station that only clears says nothing more (N10.FR.06). A cleared card may have left its local list."""
    row = enquiries.answered(row_id, station, outcome, pages=intent.report)
    if row is not None and row.clears and isinstance(outcome, Accepted):
        _renew_list(station, row.id_token, now)


def _renew_list(station: Station, token: str, now: datetime) -> None:
    """N10.FR.08: the list is sent anew if the customer's card was in it."""
    held = LocalList.objects.filter(station=station).first()
    if held is not None and any(entry[0].casefold() == token for entry in held.tokens):
        local_lists.want(held, local_lists.FULL, now)


def keep(station_id: int, message: CustomerPart) -> None:
    """Seal a page, if it was asked for; before the station is answered."""
    row = Enquiry.objects.filter(
        pk=message.request_id, station_id=station_id, kind=Enquiry.Kind.CUSTOMER, state__in=enquiries.OPEN
    ).first()
    if row is not None:
        sealed = sealing.seal({"data": message.data})
        CustomerPage.objects.get_or_create(enquiry=row, seq_no=message.seq_no, defaults={"sealed": sealed})


def take(station: Station, part: CustomerPart, now: datetime) -> None:
    """A page has come; what it says was sealed before."""
    enquiries.take(station, Enquiry.Kind.CUSTOMER, part.request_id, part.seq_no, part.last, 1, now)


def told(row: Enquiry) -> str:
    """Everything that the station has told."""
    return "".join(str(sealing.unseal(page.sealed)["data"]) for page in row.pages.order_by("seq_no"))


def erase(row: Enquiry) -> None:
    """What was told, and who it was about, is not kept any more; that it was asked stays."""
    row.pages.all().delete()
    row.id_token, row.erased_at = "", timezone.now()
    row.save(update_fields=["id_token", "erased_at"])


def forget(before: datetime) -> None:
    """All that are too old."""
    old = Enquiry.objects.filter(kind=Enquiry.Kind.CUSTOMER, erased_at=None, asked_at__lt=before)
    for row in old[:500]:
        erase(row)
