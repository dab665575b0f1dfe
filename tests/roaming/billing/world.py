"""CDRs with verdicts, and who sells and pays them, for the tests of billing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from roaming.models import Assessment, Cdr, Party
from roaming.ocpi.party import PartyId
from roaming.services import cdrs
from tests.personas import samples

CPO, EMSP = PartyId("NL", "VLT"), PartyId("DE", "EMX")


def begin() -> None:
    """The two parties of most tests."""
    party(str(CPO), "CPO", "Volt B.V.")
    party(str(EMSP), "EMSP", "E-Mobilität Łódź")


def party(name: str, role: str, called: str = "") -> Party:
    who = PartyId.parse(name)
    found, _ = Party.objects.get_or_create(
        country_code=who.country, party_id=who.party, role=role, defaults={"name": called}
    )
    return found


def document(number: str, *, cpo: str = str(CPO), emsp: str = str(EMSP), **changes: Any) -> dict[str, Any]:
    owner, payer = PartyId.parse(cpo), PartyId.parse(emsp)
    token = samples.cdr_token(country_code=payer.country, party_id=payer.party)
    own = {"country_code": owner.country, "party_id": owner.party, "id": number, "session_id": f"S-{number}"}
    return samples.cdr(**own | {"cdr_token": token} | changes)


def cdr(number: str, *, cpo: str = str(CPO), emsp: str = str(EMSP), bill: Any = None, **changes: Any) -> Cdr:
    """Stored as if it had come from its owner."""
    said = document(number, cpo=cpo, emsp=emsp, **changes)
    return cdrs.store(PartyId.parse(cpo), said, source=None, now=timezone.now(), bill=bill).obj


def priced(number: str, excl: str, incl: str | None, *, ended: str = "2026-10-15T12:00:00Z", **changes: Any) -> Cdr:
    """One that costs so much."""
    cost = {"excl_vat": Decimal(excl)} | ({} if incl is None else {"incl_vat": Decimal(incl)})
    when = {"start_date_time": "2026-09-01T10:00:00Z", "end_date_time": ended}
    return cdr(number, **when | {"total_cost": cost} | changes)


def unsaved(obj: Cdr, verdict: str, **more: Any) -> Assessment:
    own = {"country_code": obj.country_code, "party_id": obj.party_id, "ended_at": obj.end_date_time}
    return Assessment(cdr=obj, verdict=verdict, assessed_at=timezone.now(), **own | more)


def assess(obj: Cdr, verdict: str, **more: Any) -> Assessment:
    """As the desk would."""
    found = unsaved(obj, verdict, **more)
    found.save()
    return found


def accepted(number: str, excl: str, incl: str | None, **changes: Any) -> Cdr:
    obj = priced(number, excl, incl, **changes)
    assess(obj, "ACCEPTED", stands=True)
    return obj
