"""Who may see what: the one rule behind lists, single objects, pushes, HubClientInfo and exports (S22, HUB-32).

    owner                    always sees its own objects
    locations, tariffs       the driving side, where the pair's agreement allows it
    tokens                   CPOs, likewise; the eMSP is the owner
    sessions, cdrs           only the owner of the token, likewise (TRA-07, CDR-06)
    pushed to one by name    only that party, of all those above (HUB-19)
    a CDR that is withheld   only its owner, until the desk releases it (S42)
    a substituted tariff     not by the eMSP that sees another one in its place (TAR-30)
    another hub              what any of the parties behind it may see, but for their own (S35)
    whose owner has left     nobody's, but for what is billed: it has unregistered, its role is gone, it is suspended,
                             by us or as the hub says that it is behind

`visible` asks it about objects for given readers, `readers` about readers for a given object; both are made of
`_agreed`, so they cannot disagree. A pair without an agreement follows the hub's default.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE, Role, Roles
from roaming.models import Agreement, Party, Platform, StoredObject, Substitution, Tally, Tariff
from roaming.ocpi.hubclientinfo import OUT
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question
from roaming.services.decisions import choices

T = TypeVar("T", bound=StoredObject | Tally)

_BILLED = frozenset({ModuleID.SESSIONS, ModuleID.CDRS})
_LEFT = Q(withdrawn_at__isnull=False) | Q(hub_says__in=OUT)
_LEFT |= Q(platform__status__in=[Platform.Status.UNREGISTERED, Platform.Status.SUSPENDED, Platform.Status.INVITED])
_OWNER = {"country_code": OuterRef("country_code"), "party_id": OuterRef("party_id")}


def visible(objects: QuerySet[T], readers: Iterable[Party], module: ModuleID, now: datetime) -> QuerySet[T]:
    """Those of `objects` that at least one of the readers may see."""
    rule = Q(pk__in=[])
    for reader in readers:
        rule |= _own(reader, module) | _shared(reader, module, now)
    return objects.filter(rule)


def readers(
    owner: tuple[str, str],
    module: ModuleID,
    now: datetime,
    payer: tuple[str, str] | None = None,
    addressees: Iterable[str] = (),
    tariff_key: str = "",
) -> QuerySet[Party]:
    """The parties of other platforms that may see an object of this owner; `payer` is the token's owner, if billed."""
    facing = CHARGING_SIDE if module is ModuleID.TOKENS else DRIVING_SIDE
    parties = Party.objects.filter(platform__isnull=False, role__in=facing, withdrawn_at=None)
    if addressees:
        parties = parties.filter(_one_of(addressees))
    if module in _BILLED:
        country, party = payer or ("", "")
        parties = parties.filter(country_code=country, party_id=party)
    parties = parties.filter(_there(module, {"country_code": owner[0], "party_id": owner[1]}))
    here, there = ("emsp", "cpo") if module is ModuleID.TOKENS else ("cpo", "emsp")
    pair = {f"{here}__country_code": owner[0], f"{here}__party_id": owner[1], there: OuterRef("pk")}
    if tariff_key:
        agreed = holding(Agreement.objects.filter(**{**pair, there: OuterRef(OuterRef("pk"))}), module, now)
        parties = parties.exclude(Q(Exists(_substituted(agreed, tariff_key)), special_tariffs=True))
    return parties.filter(_agreed(module, now, pair))


def acquainted(party: Party, now: datetime) -> QuerySet[Party]:
    """The parties that are told of this one, and that it is told of: those it may talk to at all (HCI-10).

    Of every party a hub is told, for it has to know who is where, unless an agreement with the hub itself is suspended.
    """
    return Party.objects.filter(_faced(party, now) | _hubs(party, now)).exclude(pk=party.pk)


def _faced(party: Party, now: datetime) -> Q:
    if party.role == Role.HUB.value:
        cpos = _agreed(None, now, {"cpo": OuterRef("pk"), "emsp": OuterRef(OuterRef("pk"))})
        emsps = _agreed(None, now, {"cpo": OuterRef(OuterRef("pk")), "emsp": OuterRef("pk")})
        behind = Party.objects.filter(platform=party.platform_id or 0, withdrawn_at=None)
        via = Q(Exists(behind.filter(cpos, role__in=CHARGING_SIDE)), role__in=DRIVING_SIDE)
        via |= Q(Exists(behind.filter(emsps, role__in=DRIVING_SIDE)), role__in=CHARGING_SIDE)
        return via | Q(_beside(party, now), role__in=[*CHARGING_SIDE, *DRIVING_SIDE])
    if party.role in CHARGING_SIDE:
        return Q(_agreed(None, now, {"cpo": party.pk, "emsp": OuterRef("pk")}), role__in=DRIVING_SIDE)
    return Q(_agreed(None, now, {"emsp": party.pk, "cpo": OuterRef("pk")}), role__in=CHARGING_SIDE)


def _hubs(party: Party, now: datetime) -> Q:
    if party.role == Role.HUB.value:
        return Q(pk__in=[])
    return Q(_beside(party, now), role=Role.HUB.value, platform__isnull=False)


def _beside(one: Party, now: datetime) -> Q:
    """A hub and a party have an agreement whichever of them stands on which side of it."""
    return _agreed(None, now, {"cpo": one.pk, "emsp": OuterRef("pk")}, {"cpo": OuterRef("pk"), "emsp": one.pk})


def _one_of(parties: Iterable[str]) -> Q:
    rule = Q(pk__in=[])
    for country, _, party in (named.partition("/") for named in parties):
        rule |= Q(country_code=country, party_id=party)
    return rule


def may_talk(one: PartyId, other: PartyId, module: ModuleID, now: datetime) -> bool:
    """Whether a request may pass between two parties (HUB-32), whichever of them is the CPO."""
    values = dict(zip((*_ONE, *_OTHER, _NOW), (one.country, one.party, other.country, other.party, now), strict=True))
    if choices().value("VISIBILITY-DEFAULT") == "open" and not _between(None).ask(values):
        return True
    return bool(_between(module).ask(values))


# What stands in a question for two parties and the time.
_ONE, _OTHER, _NOW = ("<1", "1>"), ("<2", "2>"), datetime(1, 1, 1, tzinfo=UTC)


@cache
def _between(module: ModuleID | None) -> Question:
    """Whether an agreement between two parties covers the module now; None: whether there is one at all."""
    cpo, emsp = _named("cpo", _ONE) | _named("emsp", _OTHER), _named("cpo", _OTHER) | _named("emsp", _ONE)
    rows = Agreement.objects.filter(Q(**cpo) | Q(**emsp))
    return Question.of((rows if module is None else holding(rows, module, _NOW)).values_list("pk")[:1])


def _named(side: str, party: tuple[str, str]) -> dict[str, str]:
    return {f"{side}__country_code": party[0], f"{side}__party_id": party[1]}


def _own(reader: Party, module: ModuleID) -> Q:
    """The same id may be CPO here and eMSP there (HUB-07): only in the owning role are the objects its own."""
    owning = DRIVING_SIDE if module is ModuleID.TOKENS else CHARGING_SIDE
    if reader.role not in owning:
        return Q(pk__in=[])
    return Q(country_code=reader.country_code, party_id=reader.party_id)


def _shared(reader: Party, module: ModuleID, now: datetime) -> Q:
    facing = CHARGING_SIDE if module is ModuleID.TOKENS else DRIVING_SIDE
    if reader.role == Role.HUB.value:
        return _passed_on(reader, module, now, facing)
    if reader.role not in facing:
        return Q(pk__in=[])
    here, there = ("emsp", "cpo") if module is ModuleID.TOKENS else ("cpo", "emsp")
    pair: dict[str, Any] = {f"{here}__{name}": value for name, value in _OWNER.items()} | {there: reader.pk}
    addressed = Q(addressees=[]) | Q(addressees__contains=[f"{reader.country_code}/{reader.party_id}"])
    rule = _agreed(module, now, pair) & addressed & _there(module, _OWNER)
    if module in _BILLED:
        rule &= Q(token_country_code=reader.country_code, token_party_id=reader.party_id) & _released(module)
    if module is ModuleID.TARIFFS and reader.special_tariffs:
        owner = {f"{here}__{name}": OuterRef(OuterRef(name)) for name in _OWNER}
        agreed = holding(Agreement.objects.filter(**owner, **{there: reader.pk}), module, now)
        rule &= ~Q(Exists(_substituted(agreed, OuterRef("object_key"))))
    return rule


def _substituted(agreed: QuerySet[Agreement], tariff_key: Any) -> QuerySet[Substitution]:
    return Substitution.objects.filter(agreement__in=agreed, tariff_key=tariff_key)


def _passed_on(hub: Party, module: ModuleID, now: datetime, facing: Roles) -> Q:
    """What a hub that asks in its own name takes for those behind it."""
    here, there = ("emsp", "cpo") if module is ModuleID.TOKENS else ("cpo", "emsp")
    owner = {f"{here}__{name}": OuterRef(OuterRef(name)) for name in _OWNER}
    behind = Party.objects.filter(platform=hub.platform_id or 0, withdrawn_at=None)
    able = behind.filter(_agreed(module, now, owner | {there: OuterRef("pk")}), role__in=facing)
    if module in _BILLED:
        able = able.filter(country_code=OuterRef("token_country_code"), party_id=OuterRef("token_party_id"))
    owning = DRIVING_SIDE if module is ModuleID.TOKENS else CHARGING_SIDE
    theirs = behind.filter(**_OWNER, role__in=owning)
    seen = Q(Exists(able)) & ~Q(Exists(theirs)) & Q(addressees=[]) & _released(module)
    return seen & _there(module, _OWNER)


def _there(module: ModuleID, owner: dict[str, Any]) -> Q:
    """The owner is connected, or away for a while only (HUB-18). What was charged is paid for whoever has left."""
    if module in _BILLED:
        return Q()
    owning = DRIVING_SIDE if module is ModuleID.TOKENS else CHARGING_SIDE
    seats = Party.objects.filter(**owner, role__in=owning)
    return ~Q(Exists(seats.filter(_LEFT))) | Q(Exists(seats.exclude(_LEFT)))


def _released(module: ModuleID) -> Q:
    """A CDR that the desk withholds is seen by nobody but its owner (S42)."""
    return Q(withheld=False) if module is ModuleID.CDRS else Q()


def _agreed(module: ModuleID | None, now: datetime, *pairs: dict[str, Any]) -> Q:
    """Whether the agreement between the pair covers the module now."""
    rows = Agreement.objects.filter(reduce(or_, (Q(**pair) for pair in pairs)))
    covered = Q(Exists(holding(rows, module, now)))
    if choices().value("VISIBILITY-DEFAULT") == "open":  # decision: VISIBILITY-DEFAULT
        return covered | ~Q(Exists(rows))
    return covered


def holding(rows: QuerySet[Agreement], module: ModuleID | None, now: datetime) -> QuerySet[Agreement]:
    """Those that hold now, for the module (None: for any)."""
    covered = Q() if module is None else Q(modules=[]) | Q(modules__contains=[module.value])
    began = Q(valid_from=None) | Q(valid_from__lte=now)
    lasts = Q(valid_until=None) | Q(valid_until__gt=now)
    return rows.filter(covered & began & lasts, suspended=False)


def listed(objects: QuerySet[T]) -> QuerySet[T]:
    """What lists show: a deleted tariff stays for old sessions, unseen (TAR-05)."""
    if issubclass(objects.model, Tariff):
        return objects.filter(deleted_at=None)
    return objects
