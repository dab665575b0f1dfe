"""Which kinds of energy transfer a token may have: staff's rules, the driver's word, and what the EVSE offers (Q01).

The most particular rule holds: of the token, of its contract, of its owner's party; else the decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from ocppbridge.charging.energy_transfer import CHARGING, TRANSFERS, Offer, is_bidirectional, permitted
from ocppbridge.models import Transaction, TransferRule
from ocppbridge.services import energy_offers
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import Ruling
from roaming.decisions import Choices
from roaming.models import Preference
from roaming.services.objects import key

NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is."""

    uid: str = NOBODY
    contract_id: str = NOBODY
    party: str = NOBODY


@dataclass(frozen=True, slots=True)
class Allowed:
    """The kinds of transfer, and which rule says so."""

    transfers: tuple[str, ...]
    by: str


def holder(row: Transaction) -> Holder:
    """Of a transaction's token, as far as it is known."""
    token = row.cdr_token or {}
    return Holder(str(token.get("uid") or row.id_token), str(token.get("contract_id") or ""), row.token_owner)


def allowed(who: Holder, offered: Offer, choices: Choices, station: str) -> Allowed:
    """What is offered to the car."""
    named = Q(uid__iexact=who.uid) if who.uid else Q(pk=None)
    named |= Q(contract_id__iexact=who.contract_id, uid="") if who.contract_id else Q(pk=None)
    named |= Q(party__iexact=who.party, uid="", contract_id="") if who.party else Q(pk=None)
    rules = [one for one in TransferRule.objects.filter(named) if not one.party or _same(one.party, who.party)]
    best = max(rules, key=lambda one: (bool(one.uid), bool(one.contract_id), bool(one.party)), default=None)
    if best is not None:
        return Allowed(permitted(best.transfers, offered), f"rule of {best}")
    said = choices.value("V2X-ALLOWED-TRANSFER", station=station)  # decision: V2X-ALLOWED-TRANSFER
    return Allowed(permitted(TRANSFERS if said == "all" else CHARGING, offered), "no rule")


def at_authorization(account: Account, ruling: Ruling, choices: Choices) -> tuple[str, ...]:
    """For AuthorizeResponse (2.1), where the station can do more than charge; the EVSE is not known yet (Q01)."""
    if account.version != "2.1" or not ruling.accepted:
        return ()
    offered = energy_offers.of_any(account.station_id)
    if not offered.bidirectional:
        return ()
    token = ruling.cdr_token or {}
    who = Holder(str(token.get("uid", "")), str(token.get("contract_id", "")), ruling.owner)
    return allowed(who, offered, choices, account.identity).transfers


def consent(row: Transaction) -> bool | None:
    """What the driver has said of it in his accepted preferences (SES-06); None: he has said nothing."""
    held = Preference.objects.filter(
        session__country_code=row.station.country_code, session__party_id=row.station.party_id,
        session__object_key=key(str(row.session_id)), response="ACCEPTED",
    ).first()  # fmt: skip
    return None if held is None else held.discharge_allowed


def refused(rows: Iterable[Transaction]) -> dict[int, datetime]:
    """Transactions whose driver's last accepted word is no, and since when."""
    keys = {key(str(row.session_id)): row.pk for row in rows}
    last = Preference.objects.filter(session__object_key__in=keys, response="ACCEPTED")
    last = last.order_by("session_id", "-received_at", "-pk").distinct("session_id")
    said = last.values_list("session__object_key", "discharge_allowed", "received_at")
    return {keys[session]: at for session, allowed, at in said if not allowed}


def may_discharge(row: Transaction, transfers: tuple[str, ...], requested: str, choices: Choices) -> bool:
    """Contract, driver and car: all three."""
    said = consent(row)
    asks = choices.value("V2X-DRIVER-CONSENT", station=row.station.identity)  # decision: V2X-DRIVER-CONSENT
    agreed = said is True if asks == "driver" else said is not False
    return agreed and is_bidirectional(requested) and requested in transfers


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
