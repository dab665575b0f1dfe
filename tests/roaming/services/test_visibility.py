"""However an object is read or pushed, the same parties see it (S22): the ways agree for random agreements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roaming.models import Agreement, Cdr, Endpoint, Location, Party, Platform, Session, Tariff, Token
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import cdrs, decisions, locations, sessions, tariffs, tokens
from roaming.services.visibility import may_talk, readers, visible
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
        tariffs.store(owner, samples.tariff(**named), source=None, now=NOW)
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(agreement, max_size=6, unique_by=lambda one: (one["cpo"], one["emsp"])),
    st.sampled_from(["open", "agreement"]),
)
def test_every_way_to_see_an_object_agrees(
    world: dict[str, Party], agreements: list[dict[str, Any]], default: str
) -> None:
    """S22: the list of a reader, and the receivers of an object; and both agree with `may_talk`."""
    Agreement.objects.all().delete()
    for one in agreements:
        Agreement.objects.create(**{**one, "cpo": world[one["cpo"]], "emsp": world[one["emsp"]]})
    decisions.choose("VISIBILITY-DEFAULT", default)
    for module, model in MODELS.items():
        by_reader = {
            (row.pk, reader.pk)
            for reader in world.values()
            for row in visible(model.objects.all(), [reader], module, NOW)
            if f"{row.country_code}/{row.party_id}" != str(reader).partition(" ")[0] or reader.role != owning(module)
        }
        by_object = set()
        for row in model.objects.all():
            payer = (row.token_country_code, row.token_party_id) if module in ("sessions", "cdrs") else None
            found = readers((row.country_code, row.party_id), module, NOW, payer, row.addressees)
            by_object |= {(row.pk, reader.pk) for reader in found}
            for reader in found:
                owner = PartyId(row.country_code, row.party_id)
                assert may_talk(owner, PartyId(reader.country_code, reader.party_id), module, NOW)
        assert by_reader == by_object, module


def owning(module: ModuleID) -> str:
    return "EMSP" if module is ModuleID.TOKENS else "CPO"


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
