"""Site budgets: shared anew as cars come and go, as what is measured changes, as stations answer or fall silent.

A share is a ChargingStationMaxProfile, so whatever else is installed stays below it. It is leased (SITE-LEASE):
under it lies a second one with the station's offline limit, which holds when the lease was not renewed. A share at or
below that limit needs no lease. So a station counts with what it accepted last, and, once its lease has ended, with its
offline limit; one that has accepted nothing yet, with what it is built for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from django.db import transaction

from ocppbridge import nudges
from ocppbridge.bridge import budget_claims, budget_lifting, power
from ocppbridge.bridge.budget_claims import Car, Site
from ocppbridge.bridge.budget_lifting import FALLBACK_ID, SHARE_ID
from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.budget_times import limits_at
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.charging.sharing import ALL, TENTH, TOTAL, Claim, Counted, Phases, sendable, share
from ocppbridge.models import BudgetShare, Call, SiteBudget
from ocppbridge.services import budget_shares, bulk, many_calls
from ocppbridge.services.budget_shares import AGAIN_AFTER, ONE, PURPOSE, counted, failed_lately, waits
from ocppbridge.services.many_calls import Wanted
from roaming.ocpi.party import PartyId
from roaming.services import locations

FALLBACK_LEVEL, SHARE_LEVEL = 0, 1
CLOCKS: Final = timedelta(minutes=5)  # a station's clock may be behind
PATIENCE: Final = timedelta(seconds=60)
NEARLY, MORE = Decimal("0.95"), Decimal("1.2")
_WRITTEN: Final = (
    "wanted", "cars", "measured", "turn_since", "built_for", "sent", "sent_lease_end", "call", "trouble", "accepted",
    "lease_end", "accepted_at", "fallback", "fallback_sent", "fallback_call",
)  # fmt: skip
_COLUMNS: Final = tuple(f"{name}_id" if name.endswith("call") else name for name in _WRITTEN)
_ANEW: Final = dict.fromkeys(("sent", "sent_lease_end", "accepted", "lease_end", "fallback", "fallback_sent"))


def misplaced(country: str, party: str, location: str) -> str:
    """Why there can be no budget, or "": by a slip of the pen nothing would be limited, and nobody would know."""
    owner = PartyId(country.upper(), party.upper())
    return "" if locations.find(owner, location) is not None else f"There is no location {location} of {owner}."


@transaction.atomic
def balance(budget_id: int, now: datetime) -> list[Call]:
    """Share a budget anew and tell what may be told; the calls made.

    Its nudge's mark goes when nobody else is at it, so however many answers come, one at most waits for its turn.
    """
    budget = SiteBudget.objects.select_for_update().filter(pk=budget_id).first()
    nudges.balance_begun(budget_id)
    if budget is None or not budget.active:
        return budget_lifting.lift(now)
    unit = Unit(budget.unit)
    site = budget_claims.survey(budget.country_code, budget.party_id, budget.location_id, unit, now)
    shares = _shares(budget, site)
    before = {one.pk: _written(one) for one in shares}
    budget_shares.heed(shares, now)
    zone = power.zone_of(site.location)
    limits = limits_at(budget.limit, (budget.limit_l2, budget.limit_l3), budget.periods, now.astimezone(zone), unit)
    _want(budget, shares, site, limits, now)
    every = [Counted(one.pk, _phases(one, unit), counted(one, now), one.wanted or Decimal(0)) for one in shares]
    told = sendable(limits, every)
    made = _tell(budget, shares, told, now)
    bulk.update([one for one in shares if _written(one) != before[one.pk]], _WRITTEN)
    SiteBudget.objects.filter(pk=budget.pk).update(balanced_at=now)
    return made


def _shares(budget: SiteBudget, site: Site) -> list[BudgetShare]:
    """One for each station of the location, locked; what a station is built for is counted until it has accepted.

    Who has moved away is told so; who comes from elsewhere may have been told anything, and begins anew.
    """
    stations = {station.pk: station for station in site.stations}
    mine = BudgetShare.objects.filter(budget=budget)
    mine.exclude(station__in=stations).update(budget=None)
    known = set(mine.values_list("station", flat=True))
    if strange := stations.keys() - known:
        BudgetShare.objects.filter(station__in=strange).update(budget=budget, **_ANEW)
        missing = [BudgetShare(budget=budget, station=stations[pk]) for pk in stations if pk in strange]
        BudgetShare.objects.bulk_create(missing, ignore_conflicts=True)
    found = budget_shares.locked(mine)
    for one in found:
        one.station = stations[one.station_id]
        one.built_for = site.built_for[one.station_id]
    return found


def _written(one: BudgetShare) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _COLUMNS)


def _phases(one: BudgetShare, unit: Unit) -> Phases:
    if unit is Unit.W:
        return TOTAL
    return frozenset(int(number) for number in "123" if number in one.phases) or ALL


def _want(budget: SiteBudget, shares: list[BudgetShare], site: Site, limits: dict[int, Decimal], now: datetime) -> None:
    """Every car claims; what those of a station get is the station's share."""
    unit = Unit(budget.unit)
    claims: list[Claim] = []
    owner: dict[int, BudgetShare] = {}
    turn = timedelta(minutes=float(choices().number("SITE-TURN")))  # decision: SITE-TURN
    give = choices().value("SITE-UNUSED") == "give"  # decision: SITE-UNUSED
    order = {one.pk: n for n, one in enumerate(sorted(shares, key=lambda one: _turn(one, turn, now)))}
    for one in shares:
        cars = site.cars.get(one.station_id, [])
        one.cars, one.measured = len(cars), _tenth(budget_claims.by_station(cars))
        if _silent(one, now):
            claims.append(Claim(-one.pk, _phases(one, unit), fixed=counted(one, now)))
            owner[-one.pk] = one
            continue
        weighed = budget.strategy == SiteBudget.Strategy.PRIORITY
        for car in cars:
            weight = car.weight * one.weight if weighed else 1
            rank = order[one.pk] - (weight * len(shares) if weighed else 0)
            most = _most(one, car, budget, now) if give else car.most(unit)
            claims.append(Claim(car.row.pk, _phases(one, unit), budget.minimum, most, weight, rank))
            owner[car.row.pk] = one
    totals = {one.pk: Decimal(0) for one in shares}
    for key, amount in share(limits, claims, ONE[unit]).items():
        totals[owner[key].pk] += amount
    for one in shares:
        if one.cars == 0:
            one.turn_since = None
        elif one.turn_since is None or bool(one.wanted) != bool(totals[one.pk]):
            one.turn_since = now
        one.wanted = totals[one.pk]


def _turn(one: BudgetShare, turn: timedelta, now: datetime) -> tuple[int, float]:
    """Who charges goes on for its turn; then who has waited longest; then who has had its turn, the latest first."""
    since = one.turn_since or now
    if not one.wanted:
        return 1, since.timestamp()
    return (0, since.timestamp()) if now - since < turn else (2, -since.timestamp())


def _most(one: BudgetShare, car: Car, budget: SiteBudget, now: datetime) -> Decimal | None:
    """What it can use. Who draws nearly all of its share may want more; who leaves much keeps a fifth above what it
    draws. What was measured before a new share has settled lowers nothing."""
    most = car.most(Unit(budget.unit))
    if car.measured is None or car.measured_at is None or not one.accepted or not one.cars or one.accepted_at is None:
        return most
    held = one.accepted / one.cars
    if car.measured >= held * NEARLY:
        return most
    used = car.measured * MORE if car.measured_at - one.accepted_at >= AGAIN_AFTER else held
    used = max(min(used, held).quantize(TENTH, ROUND_FLOOR), budget.minimum)
    return used if most is None else min(most, used)


def _silent(one: BudgetShare, now: datetime) -> bool:
    """Nobody can tell it anything: it keeps what it has."""
    if one.station.connection_id is None:
        return True
    return bool(one.trouble) and failed_lately(one.call, now)


def _tenth(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(TENTH, ROUND_FLOOR)


def _tell(budget: SiteBudget, shares: list[BudgetShare], told: dict[int, Decimal], now: datetime) -> list[Call]:
    lease = timedelta(seconds=float(choices().number("SITE-LEASE")))  # decision: SITE-LEASE
    wanted: list[Wanted] = []
    told_now: dict[int, tuple[BudgetShare, Decimal, datetime | None]] = {}
    floors: dict[int, tuple[BudgetShare, Decimal]] = {}
    reference = str(budget.pk)
    for one in shares:
        if _silent(one, now) or waits(one):
            continue
        fallback = _fallback(budget, one)
        if lease and one.fallback != fallback and not failed_lately(one.fallback_call, now):
            below = _profile(budget, FALLBACK_ID, FALLBACK_LEVEL, fallback, None, now)
            wanted.append(Wanted(one.station, below, reference))
            floors[one.station_id] = one, fallback
        amount = told.get(one.pk)
        if amount is None and _due(one, lease, now) and one.wanted == counted(one, now):
            amount = one.wanted  # nothing changes but the lease
        if amount is None:
            continue
        leased = bool(lease) and one.fallback is not None and amount > one.fallback
        end = now + lease if leased else None
        above = _profile(budget, SHARE_ID, SHARE_LEVEL, amount, end, now)
        wanted.append(Wanted(one.station, above, reference))
        told_now[one.station_id] = one, amount, end
    made, refused = many_calls.queue(wanted, purpose=PURPOSE, expires_in=PATIENCE)
    for call in made:
        if call.intent_data["profile"]["profile_id"] == FALLBACK_ID:
            one, one.fallback_sent = floors[call.station_id]
            one.fallback_call = call
        else:
            one, one.sent, one.sent_lease_end = told_now[call.station_id]
            one.call, one.trouble = call, ""
    for refusal, why in refused:
        if refusal.station.pk in told_now:
            told_now[refusal.station.pk][0].trouble = why[:255]
    return made


def _fallback(budget: SiteBudget, one: BudgetShare) -> Decimal:
    return min(budget.offline_limit, one.built_for) if one.built_for else budget.offline_limit


def _due(one: BudgetShare, lease: timedelta, now: datetime) -> bool:
    """Nothing accepted yet, half of the lease over, or none where there could be one."""
    if one.accepted is None:
        return True
    if one.lease_end is None:
        return bool(lease) and one.fallback is not None and one.accepted > one.fallback
    return one.lease_end - now < lease / 2


def _profile(
    budget: SiteBudget, number: int, level: int, amount: Decimal, end: datetime | None, now: datetime
) -> InstallProfile:
    start = (now - CLOCKS).replace(microsecond=0)
    duration = int((end - start).total_seconds()) if end is not None else None
    schedule = Schedule(Unit(budget.unit), (Period(0, amount),), start, duration)
    return InstallProfile(ChargingProfile(number, level, Purpose.STATION_MAX, Kind.ABSOLUTE, (schedule,)))


# When


def touched(stations: set[int]) -> None:
    """Cars have come or gone there."""
    found = BudgetShare.objects.filter(station__in=stations, budget__active=True).values_list("budget", flat=True)
    nudges.balance(set(found))


def sweep(now: datetime) -> None:
    """What no event tells: leases, measured power, time of the day, stations that came back."""
    nudges.balance(set(SiteBudget.objects.filter(active=True).values_list("pk", flat=True)))
    budget_lifting.lift(now)


def answered(references: Iterable[str]) -> None:
    """Stations have said what they make of their shares (of budget 0: of having none any more)."""
    nudges.balance({int(reference) for reference in references if reference.isdecimal()})


def changed(budget: SiteBudget) -> None:
    """Somebody has changed it."""
    nudges.balance([budget.pk])


def removed(now: datetime) -> None:
    """Somebody has removed one: its stations are told."""
    budget_lifting.lift(now)
