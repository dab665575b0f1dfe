"""A site's budget among its stations: equal, by turns, by weight; safe while stations answer late or never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocppbridge.bridge import budget_lifting, budgets, sites
from ocppbridge.charging.profile_intents import ClearProfiles, InstallProfile
from ocppbridge.handlers import settling
from ocppbridge.models import (
    Alert,
    BudgetShare,
    Call,
    Connection,
    InstalledProfile,
    MeterReading,
    SiteBudget,
    Station,
    Transaction,
)
from ocppbridge.services import calls
from ocppbridge.services.budget_shares import counted
from ocppbridge.versions import DIALECTS
from roaming.services import decisions

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
D = Decimal


def plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


class Site:
    """Stations of one EVSE of 32 A each at one location, all connected."""

    def __init__(self, count: int, limit: str, place: str = "SITE", **more: Any) -> None:
        self.names = [f"CP{n}" if place == "SITE" else f"{place}-{n}" for n in range(1, count + 1)]
        for n, name in enumerate(self.names):
            station = sites.add(name, "NL/VLT", location=place).station
            station.subprotocol = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")[n % 3]
            station.save()
            self.connect(name)
        self.budget = SiteBudget.objects.create(
            country_code="NL", party_id="VLT", location_id=place, limit=D(limit), **more
        )

    def station(self, name: str) -> Station:
        return Station.objects.select_related("connection").get(identity=name)

    def connect(self, name: str) -> None:
        station = self.station(name)
        station.connection = Connection.objects.create(
            station=station, subprotocol=station.subprotocol, node="n", channel="c", opened_at=NOW, alive_at=NOW
        )
        station.save()

    def leave(self, name: str) -> None:
        Station.objects.filter(identity=name).update(connection=None)

    def arrive(self, name: str, at: datetime = NOW) -> Transaction:
        return Transaction.objects.create(
            station=self.station(name), transaction_id=f"T-{name}", evse_number=1, started_at=at, last_news_at=at
        )

    def go(self, name: str) -> None:
        Transaction.objects.filter(station__identity=name).update(state=Transaction.State.ENDED)

    def balance(self, now: datetime = NOW) -> list[Call]:
        return budgets.balance(self.budget.pk, now)

    def answer(
        self, made: Iterable[Call], now: datetime = NOW, silent: Iterable[str] = (), status: str = "Accepted"
    ) -> None:
        for call in made:
            row = Call.objects.select_related("station").get(pk=call.pk)
            if row.station.identity in silent:
                settling.unanswered(row.pk, True, now)
            else:
                settling.settle(settling.answered(row, {"status": status}, "", DIALECTS[row.station.subprotocol], now))

    def settle(self, now: datetime = NOW, silent: Iterable[str] = ()) -> None:
        """Share and answer until nothing changes any more; what is counted stays within the budget from then on."""
        for _ in range(6):
            made = self.balance(now)
            if not made:
                return
            self.answer(made, now, silent)
        raise AssertionError("the site does not come to rest")

    def shares(self) -> dict[str, str | None]:
        rows = BudgetShare.objects.filter(budget=self.budget).select_related("station")
        return {row.station.identity: None if row.accepted is None else plain(row.accepted) for row in rows}

    def counted(self, now: datetime = NOW) -> Decimal:
        return sum((counted(row, now) for row in BudgetShare.objects.all()), D(0))


@pytest.fixture(autouse=True)
def _undecided() -> Iterator[None]:
    decisions.forget()
    yield
    decisions.forget()


def limits(made: Iterable[Call]) -> dict[tuple[str, int], str]:
    found = {}
    for call in made:
        intent = calls.intent_of(call)
        assert isinstance(intent, InstallProfile)
        found[call.station.identity, intent.profile.level] = plain(intent.profile.schedule.periods[0].limit or D(0))
    return found


def cleared(made: Iterable[Call]) -> set[tuple[str, int | None]]:
    found = set()
    for call in made:
        intent = calls.intent_of(call)
        assert isinstance(intent, ClearProfiles)
        found.add((call.station.identity, intent.profile_id))
    return found


def test_a_car_that_is_alone_gets_everything_its_station_is_built_for() -> None:
    site = Site(3, "40")
    site.arrive("CP1")
    site.settle()
    assert site.shares() == {"CP1": "32", "CP2": "0", "CP3": "0"}


def test_cars_share_equally_and_what_one_gives_up_comes_first() -> None:
    """The newcomer is told of its share when the other has accepted less."""
    site = Site(2, "40")
    site.arrive("CP1")
    site.settle()
    site.arrive("CP2")
    made = site.balance()
    assert limits(made) == {("CP1", 1): "20"}
    assert site.balance() == []
    site.answer(made)
    made = site.balance()
    assert limits(made) == {("CP2", 1): "20"}
    site.answer(made)
    assert site.balance() == []
    assert site.shares() == {"CP1": "20", "CP2": "20"}


def test_what_a_station_answers_stands_in_its_call_until_the_site_is_shared_anew() -> None:
    """So a drain that settles many answers holds no row that the sharing waits for, and neither locks out the other."""
    site = Site(2, "40")
    site.arrive("CP1")
    made = site.balance()
    before = list(BudgetShare.objects.order_by("pk").values())
    site.answer(made)
    assert list(BudgetShare.objects.order_by("pk").values()) == before
    site.settle()
    assert site.shares() == {"CP1": "32", "CP2": "0"}


def test_a_refused_offline_limit_is_not_said_again_and_again() -> None:
    site = Site(1, "40", offline_limit=D(6))
    site.arrive("CP1")
    site.answer(site.balance(), status="Rejected")
    assert site.balance(NOW + timedelta(seconds=30)) == []
    assert len(site.balance(NOW + timedelta(seconds=90))) == 2


def test_who_leaves_gives_back() -> None:
    site = Site(2, "40")
    site.arrive("CP1")
    site.arrive("CP2")
    site.settle()
    site.go("CP1")
    site.settle()
    assert site.shares() == {"CP1": "0", "CP2": "32"}


def test_a_station_that_has_never_answered_counts_with_what_it_is_built_for() -> None:
    site = Site(2, "40")
    site.arrive("CP1")
    site.leave("CP2")
    site.settle()
    assert site.shares() == {"CP1": "8", "CP2": None}


def test_it_is_the_station_s_maximum_in_the_words_of_its_version() -> None:
    site = Site(2, "40")
    made = site.balance()
    first = next(call.payload for call in made if call.station.identity == "CP1")
    assert first["connectorId"] == 0
    assert first["csChargingProfiles"]["chargingProfilePurpose"] == "ChargePointMaxProfile"
    second = next(call.payload for call in made if call.station.identity == "CP2")
    assert second["evseId"] == 0
    assert second["chargingProfile"]["chargingProfilePurpose"] == "ChargingStationMaxProfile"
    site.answer(made)
    rows = InstalledProfile.objects.filter(station__identity="CP2", purpose="ChargingStationMaxProfile")
    assert {row.level for row in rows} == {0, 1}


def test_a_station_that_does_not_answer_keeps_its_share_and_staff_are_told() -> None:
    site = Site(2, "40")
    site.arrive("CP1")
    site.settle()
    site.arrive("CP2")
    site.settle(silent=["CP1"])
    assert site.shares() == {"CP1": "32", "CP2": "8"}
    assert Alert.objects.filter(code="BUDGET-NOT-TAKEN", station__identity="CP1").exists()
    later = NOW + timedelta(minutes=2)
    site.settle(later)
    assert site.shares() == {"CP1": "20", "CP2": "20"}


def test_a_lease_that_ends_frees_what_is_above_the_offline_limit() -> None:
    site = Site(2, "40", offline_limit=D(6))
    site.arrive("CP1")
    site.arrive("CP2")
    site.settle()
    assert site.shares() == {"CP1": "20", "CP2": "20"}
    site.leave("CP1")
    site.settle(NOW + timedelta(minutes=5))
    assert site.shares()["CP2"] == "20"
    later = NOW + timedelta(minutes=16)
    site.settle(later)
    assert site.shares()["CP2"] == "32"
    assert site.counted(later) == 38


def test_without_a_lease_a_share_is_counted_for_ever() -> None:
    """Decision SITE-LEASE: 0."""
    decisions.choose("SITE-LEASE", "0")
    site = Site(2, "40")
    site.arrive("CP1")
    site.arrive("CP2")
    made = site.balance()
    assert {level for _, level in limits(made)} == {1}
    site.answer(made)
    site.settle()
    site.leave("CP1")
    site.settle(NOW + timedelta(days=3))
    assert site.shares() == {"CP1": "20", "CP2": "20"}


def test_a_lease_is_renewed_in_time() -> None:
    site = Site(1, "40", offline_limit=D(6))
    site.arrive("CP1")
    site.settle()
    assert site.balance(NOW + timedelta(minutes=5)) == []
    made = site.balance(NOW + timedelta(minutes=8))
    assert limits(made) == {("CP1", 1): "32"}


def test_below_the_minimum_cars_take_turns() -> None:
    site = Site(3, "13")
    for name in site.names:
        site.arrive(name)
    site.settle()
    assert sorted(site.shares().values(), key=str) == ["0", "6.5", "6.5"]
    waiting = next(name for name, share in site.shares().items() if share == "0")
    site.settle(NOW + timedelta(minutes=10))
    assert site.shares()[waiting] == "0"
    site.settle(NOW + timedelta(minutes=16))
    assert site.shares()[waiting] == "6.5"


def test_who_must_be_first_is_first() -> None:
    site = Site(2, "36", strategy=SiteBudget.Strategy.PRIORITY)
    site.arrive("CP1")
    site.arrive("CP2")
    site.balance()
    BudgetShare.objects.filter(station__identity="CP2").update(weight=3)
    Call.objects.all().delete()
    BudgetShare.objects.update(sent=None, call=None, fallback_sent=None, fallback_call=None)
    site.settle()
    assert site.shares() == {"CP1": "12", "CP2": "24"}


def test_what_a_car_does_not_draw_the_others_get() -> None:
    """Decision SITE-UNUSED."""
    site = Site(2, "40")
    slow = site.arrive("CP1")
    site.arrive("CP2")
    site.settle()
    later = NOW + timedelta(minutes=3)
    samples = [
        {"measurand": "Current.Import", "phase": phase, "value": "8", "unit": "A"} for phase in ("L1", "L2", "L3")
    ]
    MeterReading.objects.create(transaction=slow, at=later, power=D(5520), samples=samples, digest="d")
    site.settle(later)
    assert site.shares() == {"CP1": "9.6", "CP2": "30.4"}


def test_the_evening_has_a_limit_of_its_own_by_the_clock_of_the_place() -> None:
    site = Site(1, "40", periods=[{"days": [6], "from": "12:00", "to": "13:00", "limit": 10}])
    site.arrive("CP1")
    site.settle()
    assert site.shares() == {"CP1": "10"}
    site.settle(NOW + timedelta(hours=1))
    assert site.shares() == {"CP1": "32"}


def test_watts_are_shared_as_watts() -> None:
    site = Site(2, "20000", unit="W", minimum=D(4140))
    site.arrive("CP1")
    site.arrive("CP2")
    site.settle()
    assert site.shares() == {"CP1": "10000", "CP2": "10000"}


def test_stations_on_different_phases_do_not_take_from_each_other() -> None:
    site = Site(2, "20")
    site.balance()
    BudgetShare.objects.update(sent=None, call=None, fallback_sent=None, fallback_call=None)
    for name, phases in (("CP1", "L1"), ("CP2", "L2")):
        site.arrive(name)
        BudgetShare.objects.filter(station__identity=name).update(phases=phases)
    site.settle()
    assert site.shares() == {"CP1": "20", "CP2": "20"}


def test_a_station_that_refuses_is_counted_as_before() -> None:
    site = Site(2, "40")
    site.answer(site.balance(), status="Rejected")
    assert site.balance() == []
    assert site.counted() == 64
    assert BudgetShare.objects.filter(trouble__startswith="Rejected").count() == 2


def test_a_budget_that_is_off_tells_nobody() -> None:
    site = Site(1, "40", active=False)
    site.arrive("CP1")
    assert site.balance() == []


def test_a_station_that_has_moved_away_is_counted_no_more_and_has_its_limit_lifted() -> None:
    site = Site(2, "40")
    site.settle()
    Station.objects.filter(identity="CP2").update(location_id="ELSEWHERE")
    site.arrive("CP1")
    site.settle()
    assert site.shares() == {"CP1": "32"}
    assert cleared(budget_lifting.lift(NOW)) == {("CP2", 900_000_001), ("CP2", 900_000_002)}


def test_when_a_budget_is_removed_its_stations_are_told_that_there_is_no_limit() -> None:
    """Without that the offline limit, 0 A by default, would hold for ever."""
    site = Site(2, "40")
    site.arrive("CP1")
    site.settle()
    site.leave("CP2")
    site.budget.delete()
    made = budget_lifting.lift(NOW)
    assert cleared(made) == {("CP1", 900_000_001), ("CP1", 900_000_002)}
    assert budget_lifting.lift(NOW) == []
    site.answer(made)
    assert budget_lifting.lift(NOW) == []
    assert BudgetShare.objects.get().station.identity == "CP2", "it is told when it comes back"
    site.connect("CP2")
    made = budget_lifting.lift(NOW)
    site.answer(made[:1], status="Unknown")
    site.answer(made[1:], silent=["CP2"])
    assert budget_lifting.lift(NOW) == []
    site.answer(budget_lifting.lift(NOW + timedelta(minutes=2)))
    budget_lifting.lift(NOW)
    assert not BudgetShare.objects.exists()
    assert not InstalledProfile.objects.exists()


def test_a_budget_that_is_turned_off_lifts_its_limits_and_keeps_what_staff_have_said_of_its_stations() -> None:
    site = Site(1, "40")
    site.arrive("CP1")
    site.settle()
    BudgetShare.objects.update(weight=3)
    SiteBudget.objects.update(active=False)
    made = site.balance()
    assert len(cleared(made)) == 2
    site.answer(made)
    assert site.balance() == []
    share = BudgetShare.objects.get()
    assert (share.weight, share.accepted, share.fallback) == (3, None, None)
    SiteBudget.objects.update(active=True)
    site.settle()
    assert site.shares() == {"CP1": "32"}


def test_a_new_budget_begins_anew_with_stations_whose_old_one_is_not_lifted_yet() -> None:
    site = Site(1, "40")
    site.arrive("CP1")
    site.settle()
    site.budget.delete()
    site.budget = SiteBudget.objects.create(country_code="NL", party_id="VLT", location_id="SITE", limit=D(20))
    site.settle()
    assert site.shares() == {"CP1": "20"}
    assert budget_lifting.lift(NOW) == []


@pytest.mark.parametrize("known", [False, True], ids=["first", "again"])
def test_a_site_is_shared_in_as_many_statements_however_many_stations_it_has(known: bool) -> None:
    """Also what its stations have answered is read with their shares."""

    def statements(count: int) -> int:
        site = Site(count, "40", f"SITE{count}")
        for name in site.names:
            site.arrive(name)
        if known:
            site.answer(site.balance())
        with CaptureQueriesContext(connection) as asked:
            site.balance()
        return len(asked)

    assert statements(12) == statements(3)
