"""Which lists are pulled from a partner, and how often (TRA-05): a row for each, made after a handshake."""

from __future__ import annotations

from datetime import datetime, timedelta

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Party, Platform, Pull
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import parties
from roaming.services.decisions import choices

_CPO_MODULES = (ModuleID.TARIFFS, ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.CDRS)
_HUB_MODULES = (ModuleID.HUBCLIENTINFO, *_CPO_MODULES, ModuleID.TOKENS)


def plan(platform: Platform, now: datetime) -> None:
    """After a handshake: a row for each list that the partner offers, due now; withdrawn lists are not pulled."""
    offered = set(platform.endpoints.filter(role=InterfaceRole.SENDER.value).values_list("module", flat=True))
    kept = []
    for party in parties.of_platform(platform):
        for module in _modules_of(party):
            if module.value not in offered:
                continue
            due = _first(party, module, offered, now) if interval(platform) else None
            row, _ = Pull.objects.update_or_create(
                party=party, module=module.value, defaults={"platform": platform, "next_at": due}
            )
            kept.append(row.pk)
    Pull.objects.filter(platform=platform).exclude(pk__in=kept).delete()


def _first(party: Party, module: ModuleID, offered: set[str], now: datetime) -> datetime | None:
    """What a hub's parties have makes sense once they are known."""
    waits = party.role == Role.HUB.value and module is not ModuleID.HUBCLIENTINFO
    return None if waits and ModuleID.HUBCLIENTINFO.value in offered else now


def _modules_of(party: Party) -> tuple[ModuleID, ...]:
    if party.role == Role.HUB.value:
        return _HUB_MODULES
    if party.hub_says:
        return ()
    if party.role in CHARGING_SIDE:
        return _CPO_MODULES
    return (ModuleID.TOKENS,) if party.role in DRIVING_SIDE else ()


def interval(platform: Platform) -> timedelta | None:
    value = choices().value("PULL-INTERVAL", partner=str(platform.pk))  # decision: PULL-INTERVAL
    return None if value == "none" else timedelta(hours=float(value))
