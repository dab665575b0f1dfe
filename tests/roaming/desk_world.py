"""CDRs for the desk's tests: 10 kWh at 0.25 excl. VAT and 21 % in the past, whatever is changed about them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from roaming.models import Assessment, Cdr
from roaming.ocpi.party import PartyId
from roaming.services import desk_queue, sessions, tariffs
from tests.personas import samples

CPO = PartyId("NL", "CPO")
START, END = "2026-02-23T10:00:00Z", "2026-02-23T11:00:00Z"
PUBLISHED = "2026-01-01T00:00:00Z"
RATES = samples.tariff(last_updated=PUBLISHED)
D = Decimal


def cdr(**changes: Any) -> dict[str, Any]:
    """10 kWh at 0.25 are 2.50, with VAT 3.025."""
    document = samples.cdr(
        start_date_time=START,
        end_date_time=END,
        last_updated="2026-02-23T11:00:05Z",
        charging_periods=[samples.period(START, 10)],
        tariffs=[RATES],
    )
    return document | changes


def session(**changes: Any) -> dict[str, Any]:
    """The session that it bills."""
    told = {"start_date_time": START, "end_date_time": END, "kwh": 10, "status": "COMPLETED", "last_updated": END}
    return samples.session(charging_periods=[samples.period(START, 10)]) | told | changes


def credit(original: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Everything as it was, the total with the other sign."""
    total = {side: -value for side, value in original["total_cost"].items()}
    own = {"id": f"{original['id']}-C", "credit": True, "credit_reference_id": original["id"], "total_cost": total}
    return {**original, **own, **changes}


def publish(source: Any, now: datetime) -> None:
    """The tariff and the session, as the partner tells them."""
    tariffs.store(CPO, RATES, source=source, now=now)
    sessions.store(CPO, session(), source=source, now=now)


def assessed(identifier: str = "CDR1") -> Assessment:
    """After the desk has looked at everything."""
    desk_queue.drain()
    return Assessment.objects.select_related("cdr").get(cdr__object_id=identifier)


def verdict(identifier: str = "CDR1") -> tuple[str, list[str], bool]:
    """(verdict, codes of what decides it, whether it stands)."""
    row = assessed(identifier)
    deciding = [one["code"] for one in row.reasons if one["verdict"] != "ACCEPTED"]
    return row.verdict, deciding, row.stands


def stored(identifier: str = "CDR1") -> Cdr:
    """Its row."""
    return Cdr.objects.get(object_id=identifier)
