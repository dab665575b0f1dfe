"""Lists and their counts: the tallies follow whatever happens to the objects, and a total is what a crawl finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roaming.models import Agreement, Location, Party, Platform, Session, StoredObject, Tally, Tariff, Token
from roaming.ocpi import paging
from roaming.ocpi.paging import PageRequest
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import decisions, lists, locations, tariffs
from roaming.services.tallies import TALLIED
from roaming.services.visibility import listed, visible
from tests.personas import samples

NOW = datetime(2046, 11, 21, 12, tzinfo=UTC)
CPOS, EMSPS = ("NL/CPA", "NL/CPB", "BE/CPA"), ("DE/EMA", "NL/CPA")
OWNERS = {ModuleID.LOCATIONS: CPOS, ModuleID.TARIFFS: CPOS, ModuleID.TOKENS: EMSPS, ModuleID.SESSIONS: CPOS}
MODELS: dict[ModuleID, Any] = {
    ModuleID.LOCATIONS: Location, ModuleID.TARIFFS: Tariff, ModuleID.TOKENS: Token, ModuleID.SESSIONS: Session,
}  # fmt: skip
MORE: dict[ModuleID, dict[str, Any]] = {
    ModuleID.LOCATIONS: {},
    ModuleID.TARIFFS: {"currency": "EUR"},
    ModuleID.TOKENS: {"type": "RFID", "contract_id": "C", "issuer": "I", "valid": True, "whitelist": "ALWAYS"},
    ModuleID.SESSIONS: {
        "status": "ACTIVE", "token_country_code": "DE", "token_party_id": "EMA", "token_uid": "T", "location_id": "L",
        "evse_uid": "E", "start_date_time": NOW, "kwh": 0, "currency": "EUR",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def undecided() -> Iterator[None]:
    """What a test decides goes with its transaction, and must not be remembered."""
    decisions.forget()
    yield
    decisions.forget()


def new(module: ModuleID, owner: str, number: int = 0, **more: Any) -> Any:
    at = NOW + timedelta(minutes=number)
    columns = {"last_updated": at, "listed_at": at, "digest": "0" * 64} | MORE[module] | more
    row: StoredObject = MODELS[module](
        country_code=owner[:2], party_id=owner[3:], object_id=f"X{number}", object_key=f"X{number}",
        document=json.dumps({"owner": owner, "number": number}), **columns,
    )  # fmt: skip
    return row


def tallied(module: ModuleID) -> dict[tuple[str, bool], int]:
    """What the tallies say."""
    sums: dict[tuple[str, bool], int] = {}
    for row in Tally.objects.filter(module=module):
        group = (f"{row.country_code}/{row.party_id}", row.addressed)
        sums[group] = sums.get(group, 0) + row.count
    return {group: count for group, count in sums.items() if count}


@pytest.mark.django_db
@pytest.mark.parametrize("module", sorted(TALLIED))
class TestTallies:
    """Whatever the way in or out."""

    def owner(self, module: ModuleID) -> str:
        return OWNERS[module][0]

    def test_one_object_comes(self, module: ModuleID) -> None:
        new(module, self.owner(module)).save()
        assert tallied(module) == {(self.owner(module), False): 1}

    def test_many_come_at_once(self, module: ModuleID) -> None:
        one, other = OWNERS[module][:2]
        MODELS[module].objects.bulk_create(new(module, (one, other)[number % 3 // 2], number) for number in range(8))
        assert tallied(module) == {(one, False): 6, (other, False): 2}

    def test_some_go(self, module: ModuleID) -> None:
        owner = self.owner(module)
        MODELS[module].objects.bulk_create(new(module, owner, number) for number in range(5))
        MODELS[module].objects.filter(object_key__in=["X0", "X1"]).delete()
        MODELS[module].objects.get(object_key="X2").delete()
        assert tallied(module) == {(owner, False): 2}

    def test_a_change_of_the_document_is_none_of_the_count(self, module: ModuleID) -> None:
        row = new(module, self.owner(module))
        row.save()
        row.document, row.version = "{}", 2
        row.save()
        assert tallied(module) == {(self.owner(module), False): 1}

    def test_an_object_is_addressed_and_later_for_all(self, module: ModuleID) -> None:
        """HUB-19."""
        row = new(module, self.owner(module), addressees=["NL/CPB"])
        row.save()
        assert tallied(module) == {(self.owner(module), True): 1}
        row.addressees = ["NL/CPB", "BE/CPA"]
        row.save()
        assert tallied(module) == {(self.owner(module), True): 1}
        MODELS[module].objects.update(addressees=[])
        assert tallied(module) == {(self.owner(module), False): 1}

    def test_what_is_rolled_back_was_never_counted(self, module: ModuleID) -> None:
        with transaction.atomic():
            new(module, self.owner(module)).save()
            assert tallied(module) == {(self.owner(module), False): 1}
            transaction.set_rollback(True)
        assert tallied(module) == {}

    def test_a_table_emptied_at_once_counts_nothing(self, module: ModuleID) -> None:
        new(module, self.owner(module)).save()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {MODELS[module]._meta.db_table} CASCADE")
        assert tallied(module) == {}

    def test_a_refused_twin_does_not_count(self, module: ModuleID) -> None:
        new(module, self.owner(module)).save()
        MODELS[module].objects.bulk_create([new(module, self.owner(module))], ignore_conflicts=True)
        assert tallied(module) == {(self.owner(module), False): 1}


@pytest.mark.django_db
def test_a_deleted_tariff_does_not_count_and_one_sent_again_does() -> None:
    """TAR-05."""
    owner = PartyId("NL", "CPA")
    document = samples.tariff(country_code="NL", party_id="CPA")
    tariffs.store(owner, document, source=None, now=NOW)
    row = Tariff.objects.get()
    row.deleted_at = NOW
    row.save()
    assert tallied(ModuleID.TARIFFS) == {}
    row.addressees = ["DE/EMA"]
    row.save()
    assert tallied(ModuleID.TARIFFS) == {}
    Tariff.objects.update(deleted_at=None)
    assert tallied(ModuleID.TARIFFS) == {("NL/CPA", True): 1}
    Tariff.objects.update(deleted_at=NOW)
    Tariff.objects.all().delete()
    assert tallied(ModuleID.TARIFFS) == {}


@pytest.mark.django_db
def test_an_owner_of_another_name_takes_its_count_along() -> None:
    locations.store(PartyId("NL", "CPA"), samples.location(country_code="NL", party_id="CPA"), source=None, now=NOW)
    Location.objects.update(party_id="NEW")
    assert tallied(ModuleID.LOCATIONS) == {("NL/NEW", False): 1}


@pytest.mark.django_db(transaction=True)
def test_a_flushed_database_counts_from_nothing() -> None:
    """What a test with real transactions leaves behind: tables truncated together."""
    new(ModuleID.LOCATIONS, "NL/CPA").save()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE roaming_tally, roaming_location, roaming_token, roaming_tariff CASCADE")
    new(ModuleID.LOCATIONS, "NL/CPA").save()
    assert tallied(ModuleID.LOCATIONS) == {("NL/CPA", False): 1}


def crawl(of: lists.ListOf, asked: PageRequest) -> tuple[list[dict[str, Any]], set[int]]:
    """What all pages have together, and the totals that they named."""
    found: list[dict[str, Any]] = []
    totals = set()
    while True:
        page = lists.page(asked, of, NOW, 100)
        objects = json.loads(page.data)
        assert page.count == len(objects) <= asked.limit
        found += objects
        totals.add(int(page.headers["X-Total-Count"]))
        if "Link" not in page.headers:
            return found, totals
        assert page.count == asked.limit
        url = page.headers["Link"].partition(">")[0].removeprefix("<")
        following = paging.parse(parse_qsl(urlsplit(url).query), max_limit=100)
        assert (following.offset, following.limit) == (asked.offset + asked.limit, asked.limit)  # PAG-07
        asked = following


def parties() -> dict[tuple[str, str], Party]:
    platform = Platform.objects.create(name="reader", status=Platform.Status.CONNECTED)
    named = [*((one, "CPO") for one in CPOS), *((one, "EMSP") for one in EMSPS)]
    return {
        (party, role): Party.objects.create(platform=platform, country_code=party[:2], party_id=party[3:], role=role)
        for party, role in named
    }


def list_of(module: ModuleID, readers: list[Party], owner: str | None = None) -> lists.ListOf:
    named = None if owner is None else PartyId.parse(owner)
    return lists.ListOf(MODELS[module], readers, module, "http://hub/ocpi/x", named)


agreement = st.fixed_dictionaries({
    "cpo": st.sampled_from(CPOS),
    "emsp": st.sampled_from(EMSPS),
    "modules": st.sampled_from([[], ["locations", "sessions"], ["tokens", "tariffs"]]),
    "suspended": st.booleans(),
    "valid_until": st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
})  # fmt: skip
objects = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([[], [], [], ["DE/EMA"], ["NL/CPA"], ["NL/CPB"]]), st.booleans()),
    max_size=12,
)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    module=st.sampled_from(sorted(MODELS)), rows=objects, limit=st.integers(1, 5),
    agreements=st.lists(agreement, max_size=5, unique_by=lambda one: (one["cpo"], one["emsp"])),
    default=st.sampled_from(["open", "agreement"]), since=st.sampled_from([None, 0, 3]), only=st.booleans(),
)  # fmt: skip
def test_the_total_is_what_a_crawl_finds(
    module: ModuleID, rows: list[Any], limit: int, agreements: list[dict[str, Any]], default: str, since: int | None,
    only: bool,
) -> None:  # fmt: skip
    """PAG-06, PAG-08, S22: for every reader, whatever is agreed, addressed, deleted and filtered."""
    with transaction.atomic():
        sender = parties()
        for one in agreements:
            pair = {"cpo": sender[one["cpo"], "CPO"], "emsp": sender[one["emsp"], "EMSP"]}
            Agreement.objects.create(**{**one, **pair})
        decisions.choose("VISIBILITY-DEFAULT", default)
        for number, (which, addressees, gone) in enumerate(rows):
            more = {"deleted_at": NOW} if gone and module is ModuleID.TARIFFS else {}
            owner = OWNERS[module][which % len(OWNERS[module])]
            new(module, owner, number, addressees=addressees, **more).save()
        begin = None if since is None else NOW + timedelta(minutes=since)
        query = [("limit", str(limit)), ("date_from", "" if begin is None else begin.isoformat())]
        asked = paging.parse(query, max_limit=100)
        owner = OWNERS[module][0] if only else None
        for party in {*CPOS, *EMSPS}:
            readers = [row for (name, _), row in sender.items() if name == party]
            found, totals = crawl(list_of(module, readers, owner), asked)
            seen = listed(visible(MODELS[module].objects.all(), readers, module, NOW)).order_by("pk")
            expected = [json.loads(row.document) for row in seen if begin is None or row.listed_at >= begin]
            assert found == [one for one in expected if owner in (None, one["owner"])]
            assert totals == {len(found)}
        transaction.set_rollback(True)
    decisions.forget()


@pytest.mark.django_db
def test_an_agreement_that_ends_takes_its_objects_out_of_list_and_total_at_once() -> None:
    """S22, S24."""
    sender = parties()
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    agreed = Agreement.objects.create(cpo=sender["NL/CPA", "CPO"], emsp=sender["DE/EMA", "EMSP"])
    Location.objects.bulk_create(new(ModuleID.LOCATIONS, "NL/CPA", number) for number in range(3))
    of = list_of(ModuleID.LOCATIONS, [sender["DE/EMA", "EMSP"]])
    found, totals = crawl(of, PageRequest(2))
    assert (len(found), totals) == (3, {3})
    agreed.suspended = True
    agreed.save()
    assert crawl(of, PageRequest(2)) == ([], {0})
    assert crawl(replace(of, owner=PartyId("NL", "CPA")), PageRequest(2)) == ([], {0})


@pytest.mark.django_db
def test_what_comes_during_a_crawl_stands_on_its_last_page() -> None:
    """PAG-11: no duplicate, no gap, and the total rises."""
    sender = parties()
    Location.objects.bulk_create(new(ModuleID.LOCATIONS, "NL/CPA", number) for number in range(4))
    of = list_of(ModuleID.LOCATIONS, [sender["DE/EMA", "EMSP"]])
    first = lists.page(PageRequest(2), of, NOW, 100)
    new(ModuleID.LOCATIONS, "NL/CPA", 4).save()
    Location.objects.filter(object_key="X0").delete()
    second = parse_qsl(urlsplit(first.headers["Link"].partition(">")[0]).query)
    rest, totals = crawl(of, paging.parse(second, max_limit=100))
    assert [one["number"] for one in [*json.loads(first.data), *rest]] == [0, 1, 2, 3, 4]
    assert totals == {4}


@pytest.mark.django_db
def test_a_page_of_what_is_for_all_takes_two_queries(django_assert_num_queries: Any) -> None:
    sender = parties()
    Location.objects.bulk_create(new(ModuleID.LOCATIONS, "NL/CPA", number) for number in range(4))
    of = list_of(ModuleID.LOCATIONS, [sender["DE/EMA", "EMSP"]])
    lists.page(PageRequest(2), of, NOW, 100)
    with django_assert_num_queries(2):
        lists.page(PageRequest(2), of, NOW, 100)
