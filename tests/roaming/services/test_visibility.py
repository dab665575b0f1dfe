"""However an object is read or pushed, the same parties see it (S22): the ways agree for random agreements.

The ways: GET ALL, GET by id, the outbox when it marks and again when it sends (S23), what routing lets pass, and
HubClientInfo, which tells of a party where anything at all may pass.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roaming.models import Agreement, Cdr, Delivery, Endpoint, Location, Party, Platform, Session, Tariff, Token
from roaming.ocpi import json, paging
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import (
    agreements,
    cdrs,
    decisions,
    deliveries,
    lists,
    locations,
    outgoing,
    sessions,
    tariffs,
    tokens,
)
from roaming.services.lists import ListOf
from roaming.services.parties import party_id
from roaming.services.visibility import acquainted, may_talk, visible
from tests.personas import samples

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CPOS, EMSPS = ("NL/CPA", "NL/CPB"), ("DE/EMA", "DE/EMB", "DE/CPA")
MODELS: dict[ModuleID, Any] = {
    ModuleID.LOCATIONS: Location, ModuleID.TARIFFS: Tariff, ModuleID.SESSIONS: Session, ModuleID.CDRS: Cdr,
    ModuleID.TOKENS: Token,
}  # fmt: skip

agreement = st.fixed_dictionaries({
    "cpo": st.sampled_from(CPOS),
    "emsp": st.sampled_from(EMSPS),
    "modules": st.sampled_from([[], ["locations"], ["tokens", "tariffs"], ["sessions", "cdrs"]]),
    "suspended": st.booleans(),
    "valid_from": st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
    "valid_until": st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
    "substituted": st.sampled_from([None, False, True]),  # no tariff; one for all; one for this eMSP alone
})  # fmt: skip


@pytest.fixture
def world(db: None) -> dict[str, Party]:
    """Each party on a platform of its own, each owner with one object of each kind."""
    found = {}
    for party, role in [*((one, "CPO") for one in CPOS), *((one, "EMSP") for one in EMSPS)]:
        country, _, code = party.partition("/")
        platform = Platform.objects.create(name=party, status="CONNECTED")
        for module in MODELS:
            Endpoint.objects.create(platform=platform, module=module.value, role="RECEIVER", url="http://x/")
        found[party] = Party.objects.create(platform=platform, country_code=country, party_id=code, role=role)
    for party in CPOS:
        owner = PartyId.parse(party)
        named = {"country_code": owner.country, "party_id": owner.party}
        locations.store(owner, samples.location(**named), source=None, now=NOW)
        for tariff in ("T1", "T9"):
            tariffs.store(owner, samples.tariff(**named, id=tariff), source=None, now=NOW)
        for payer in EMSPS:
            token = samples.cdr_token(country_code=payer[:2], party_id=payer[3:])
            sessions.store(owner, samples.session(**named, id=payer, cdr_token=token), source=None, now=NOW)
            cdrs.store(owner, samples.cdr(**named, id=payer, cdr_token=token), source=None, now=NOW)
    for party in EMSPS:
        owner = PartyId.parse(party)
        named = {"country_code": owner.country, "party_id": owner.party}
        tokens.store(owner, samples.token(**named), source=None, now=NOW)
        for cpo in CPOS:
            addressed = samples.token(**named, uid=f"ONLY-{cpo[-1]}")
            tokens.store(owner, addressed, source=None, now=NOW, addressee=PartyId.parse(cpo))
    return found


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(agreement, max_size=8),
    st.sampled_from(["open", "agreement"]),
)
def test_every_way_to_see_an_object_agrees(world: dict[str, Party], chosen: list[dict[str, Any]], default: str) -> None:
    """S22, S23, HUB-32, HCI-10, TAR-30."""
    agree(world, chosen)
    decisions.choose("VISIBILITY-DEFAULT", default)
    people = list(Party.objects.filter(pk__in=[one.pk for one in world.values()]))
    passing = set()
    for module, model in MODELS.items():
        rows = list(model.objects.all())
        facing = [reader for reader in people if reader.role != owning(module)]
        seen = {(row.pk, reader.pk) for reader in facing for row in visible(model.objects.all(), [reader], module, NOW)}
        assert seen == {(pk, reader.pk) for reader in facing for pk in listed_for(reader, module, rows)}, module
        assert seen == {(row.pk, reader.pk) for row in rows for reader in marked(row, module)}, module
        assert seen == {(row.pk, reader.pk) for row in rows for reader in facing if sent(row, reader, module)}, module
        for row, reader in ((row, reader) for row in rows for reader in facing):
            passes = may_talk(PartyId(row.country_code, row.party_id), party_id(reader), module, NOW)
            assert passes or (row.pk, reader.pk) not in seen, module
            passing |= {(row.country_code, row.party_id, reader.pk)} if passes else set()
    known = {(one.pk, reader.pk) for reader in people for one in acquainted(reader, NOW)}
    assert known == {(other, one) for one, other in known}
    assert known >= {
        (one.pk, reader)
        for country, party, reader in passing
        for one in people
        if (one.country_code, one.party_id) == (country, party) and one.role != role_of(reader, people)
    }


def agree(world: dict[str, Party], chosen: list[dict[str, Any]]) -> None:
    """As staff do it, from nothing."""
    for old in Agreement.objects.all():
        agreements.end(old)
    for one in chosen:
        names = {**one, "cpo": world[one["cpo"]], "emsp": world[one["emsp"]]}
        exclusive = names.pop("substituted")
        made = Agreement.objects.create(**names)
        if exclusive is not None:
            made.substitutions.create(tariff_id="T1", substitute_id="T9", exclusive=exclusive)
        agreements.changed(made)


def listed_for(reader: Party, module: ModuleID, rows: list[Any]) -> list[int]:
    """Page by page, as a client reads it; the total is what the pages come to (PAG-08)."""
    found: list[dict[str, Any]] = []
    query: list[tuple[str, str]] = []
    while True:
        page = lists.page(
            paging.parse(query, max_limit=2), ListOf(MODELS[module], [reader], module, "http://x"), NOW, 2
        )
        found += json.loads(page.data)
        if "Link" not in page.headers:
            break
        query = parse_qsl(urlsplit(page.headers["Link"].partition(">")[0][1:]).query)
    assert len(found) == int(page.headers["X-Total-Count"]), module
    field = "uid" if module is ModuleID.TOKENS else "id"
    keys = {(row.country_code, row.party_id, row.object_key): row.pk for row in rows}
    return [keys[one["country_code"], one["party_id"], one[field].upper()] for one in found]


def marked(row: Any, module: ModuleID) -> list[Party]:
    """For whom the outbox would have it."""
    Delivery.objects.all().delete()
    deliveries.mark(module, row, NOW)
    return [one.receiver for one in Delivery.objects.select_related("receiver")]


def sent(row: Any, reader: Party, module: ModuleID) -> bool:
    """Whether the drain would send it, whatever was marked."""
    kind = row.type if isinstance(row, Token) else ""
    delivery = Delivery(
        platform=reader.platform, receiver=reader, module=module.value, country_code=row.country_code,
        party_id=row.party_id, object_key=row.object_key, token_type=kind, due_at=NOW,
    )  # fmt: skip
    return outgoing.present(delivery, NOW) is not None


def role_of(reader: int, people: list[Party]) -> str:
    return next(one.role for one in people if one.pk == reader)


def owning(module: ModuleID) -> str:
    return "EMSP" if module is ModuleID.TOKENS else "CPO"


def test_a_batch_asks_once_for_each_owner_and_payer_and_marks_whom_it_would_mark_alone(world: dict[str, Party]) -> None:
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    terms = {"modules": [], "suspended": False, "valid_from": None, "valid_until": None, "substituted": None}
    agree(world, [{"cpo": "NL/CPA", "emsp": "DE/EMA", **terms}, {"cpo": "NL/CPB", "emsp": "DE/EMB", **terms}])
    rows = [(row, module) for module, model in MODELS.items() for row in model.objects.order_by("pk")]
    alone = [marked(*one) for one in rows]
    with deliveries.asking_once():
        assert [marked(*one) for one in rows] == alone
    assert len({tuple(parties) for parties in alone}) > 2

    place = Location.objects.filter(party_id="CPA")[0]
    with deliveries.asking_once(), CaptureQueriesContext(connection) as asked:
        deliveries.mark(ModuleID.LOCATIONS, place, NOW)
        first = len(asked)
        deliveries.mark(ModuleID.LOCATIONS, place, NOW)
    assert (first, len(asked)) == (2, 3), "who may see it, and the mark; then the mark alone"


def test_owners_see_their_own_whatever_is_agreed(world: dict[str, Party]) -> None:
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    for module, model in MODELS.items():
        for party in EMSPS if module is ModuleID.TOKENS else CPOS:
            own = model.objects.filter(country_code=party[:2], party_id=party[3:])
            assert set(visible(model.objects.all(), [world[party]], module, NOW)) == set(own)


def test_a_party_that_is_cpo_here_and_emsp_there_is_two(world: dict[str, Party]) -> None:
    """HUB-07: DE/CPA is an eMSP and owns no locations."""
    other = Party.objects.create(platform=None, country_code="DE", party_id="CPA", role="CPO")
    owner = PartyId("DE", "CPA")
    named = {"country_code": "DE", "party_id": "CPA"}
    locations.store(owner, samples.location(**named), source=None, now=NOW)
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    assert visible(Location.objects.all(), [world["DE/CPA"]], ModuleID.LOCATIONS, NOW).count() == 0
    assert visible(Location.objects.all(), [other], ModuleID.LOCATIONS, NOW).count() == 1
