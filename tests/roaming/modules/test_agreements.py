"""An eMSP's own tariffs: the same in lists, in single objects and in pushes, and nobody else's business (TAR-30)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Agreement, Location, Party, Tariff
from roaming.ocpi.party import PartyId
from roaming.services import agreements
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"
CPO, EMX, EMY = PartyId("NL", "CPO"), PartyId("DE", "EMX"), PartyId("FR", "EMY")


def put(cpo: Partner, module: str, document: dict[str, Any]) -> Any:
    return cpo.call("PUT", cpo.at(module, "RECEIVER", "NL", "CPO", document["id"]), document)


def agree(cpo: Partner, emsp: Partner, *, tariff: str = "T1", exclusive: bool = True, **more: Any) -> Agreement:
    """As staff do it in the admin."""
    here, there = (Party.objects.get(party_id=one.party[3:], role=one.role) for one in (cpo, emsp))
    found = Agreement.objects.create(cpo=here, emsp=there, **more)
    found.substitutions.create(tariff_id=tariff, substitute_id="T9", exclusive=exclusive)
    agreements.changed(found)
    return found


@pytest.fixture
def priced(hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner) -> Partner:
    """A CPO with a location and two tariffs, of which its connector names the first; both eMSPs know all of it."""
    for document in (samples.tariff(), samples.tariff(id="T9", elements=[{"price_components": [
        samples.price("ENERGY", "0.20")]}])):  # fmt: skip
        put(cpo, "tariffs", document)
    put(cpo, "locations", samples.location())
    hub.work()
    emsp.seen.clear()
    other_emsp.seen.clear()
    return cpo


def tariffs_at_connector(location: dict[str, Any]) -> list[str]:
    found: list[str] = location["evses"][0]["connectors"][0]["tariff_ids"]
    return found


def seen_by(reader: Partner) -> dict[str, Any]:
    """Every way to read."""
    one = reader.at("locations", "SENDER", "LOC1")
    listed = reader.call("GET", reader.at("locations", "SENDER"), to="NL/HUB").data
    evse = reader.call("GET", f"{one}/EVSE1", to="NL/HUB").data
    tariffs = reader.call("GET", reader.at("tariffs", "SENDER"), to="NL/HUB")
    assert len(tariffs.data) == int(tariffs.headers["X-Total-Count"])
    return {
        "list": [tariffs_at_connector(location) for location in listed],
        "object": tariffs_at_connector(reader.call("GET", one, to="NL/HUB").data),
        "evse": evse["connectors"][0]["tariff_ids"],
        "connector": reader.call("GET", f"{one}/EVSE1/1", to="NL/HUB").data["tariff_ids"],
        "tariffs": sorted(tariff["id"] for tariff in tariffs.data),
    }


def test_two_emsps_see_other_tariffs_at_the_same_connector(
    hub: Any, priced: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """TAR-30: in lists, single objects, pushes; the CPO's own copy stays as it wrote it (HUB-31)."""
    agree(priced, emsp)
    everybodys = {"list": [["T1"]], "object": ["T1"], "evse": ["T1"], "connector": ["T1"], "tariffs": ["T1"]}
    own = {"list": [["T9"]], "object": ["T9"], "evse": ["T9"], "connector": ["T9"], "tariffs": ["T9"]}
    assert (seen_by(emsp), seen_by(other_emsp)) == (own, everybodys)
    at = priced.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    assert tariffs_at_connector(priced.call("GET", at).data) == ["T1"]


def test_the_emsp_is_told_of_what_looks_otherwise_now_and_nobody_else(
    hub: Any, priced: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """TAR-30, LOC-40: first the tariff, then the connector that names it; later changes in the same words."""
    agree(priced, emsp)
    hub.work()
    assert [(one.method, one.path.rpartition("/receiver/")[2]) for one in emsp.pushed("locations")] == [
        ("PATCH", "locations/NL/CPO/LOC1/EVSE1/1"),
    ]  # fmt: skip
    assert emsp.pushed("locations")[-1].body["tariff_ids"] == ["T9"]
    assert emsp.pushed("tariffs") == []
    put(priced, "locations", samples.location(name="Renamed", last_updated=LATER))
    put(priced, "tariffs", samples.tariff(id="T9", last_updated=LATER))
    put(priced, "tariffs", samples.tariff(currency="CHF", last_updated=LATER))
    hub.work()
    assert [one.path.rpartition("/")[2] for one in emsp.pushed("tariffs")] == ["T9"]
    assert [one.path.rpartition("/")[2] for one in other_emsp.pushed("tariffs")] == ["T1"]
    assert emsp.pushed("locations")[-1].body == {"name": "Renamed", "last_updated": LATER}


def test_a_substitute_may_be_everybodys_too(hub: Any, priced: Partner, emsp: Partner, other_emsp: Partner) -> None:
    agree(priced, emsp, exclusive=False)
    assert (seen_by(emsp)["tariffs"], seen_by(other_emsp)["tariffs"]) == (["T9"], ["T1", "T9"])


def test_identifiers_are_compared_without_case(hub: Any, priced: Partner, emsp: Partner) -> None:
    """TYP-03."""
    agree(priced, emsp, tariff="t1")
    assert seen_by(emsp)["object"] == ["T9"]


@pytest.mark.parametrize("more", [
    {"suspended": True}, {"valid_until": timezone.now() - timedelta(hours=1)},
    {"valid_from": timezone.now() + timedelta(hours=1)}, {"modules": ["locations"]},
])  # fmt: skip
def test_only_what_is_agreed_now_is_substituted(hub: Any, priced: Partner, emsp: Partner, more: dict[str, Any]) -> None:
    """HUB-32, S23: an agreement holds for its modules and its time; without one there is nothing to see."""
    agree(priced, emsp, **more)
    assert agreements.tariffs_for(CPO, EMX, ["T1"], timezone.now()) == ["T1"]
    listed = emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/HUB").data
    assert [tariffs_at_connector(one) for one in listed] == ([["T1"]] if "modules" in more else [])


def test_each_module_has_its_own_time(hub: Any, priced: Partner, emsp: Partner) -> None:
    """HUB-32, S23: one agreement for what is shared now, another for what will be."""
    cpo, reader = (Party.objects.get(party_id=name) for name in ("CPO", "EMX"))
    Agreement.objects.create(cpo=cpo, emsp=reader, modules=["locations"])
    later = Agreement.objects.create(
        cpo=cpo, emsp=reader, modules=["tariffs"], valid_from=timezone.now() + timedelta(days=1)
    )

    def seen() -> list[int]:
        lists = (emsp.call("GET", emsp.at(one, "SENDER"), to="NL/HUB").data for one in ("locations", "tariffs"))
        return [len(one) for one in lists]

    assert seen() == [1, 0]
    Agreement.objects.filter(pk=later.pk).update(valid_from=timezone.now() - timedelta(days=1))
    assert seen() == [1, 2]
    Agreement.objects.filter(modules=["locations"]).update(valid_until=timezone.now())
    assert seen() == [0, 2]


def test_the_end_of_an_agreement_gives_everything_back(
    hub: Any, priced: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    agreement = agree(priced, emsp)
    hub.work()
    agreements.end(agreement)
    assert seen_by(emsp) == seen_by(other_emsp)
    assert seen_by(emsp)["tariffs"] == ["T1", "T9"]
    hub.work()
    assert emsp.pushed("locations")[-1].body["tariff_ids"] == ["T1"]
    assert not Party.objects.filter(special_tariffs=True).exists()


def test_a_change_of_the_agreement_is_seen_by_delta_pulls(hub: Any, priced: Partner, emsp: Partner) -> None:
    """TAR-30: what a partner sees changed, although the object did not."""
    Location.objects.update(listed_at=timezone.now())
    since = timezone.now().isoformat().replace("+00:00", "Z")
    at = f"{emsp.at('locations', 'SENDER')}?date_from={since}"
    assert emsp.call("GET", at, to="NL/HUB").data == []
    agree(priced, emsp)
    assert [tariffs_at_connector(one) for one in emsp.call("GET", at, to="NL/HUB").data] == [["T9"]]


def test_a_substitute_that_its_owner_pushes_stays_its_emsps(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """TAR-30: also where the agreement was there before the tariff."""
    agree(cpo, emsp)
    for stamp in (samples.LAST_UPDATED, LATER):
        put(
            cpo,
            "tariffs",
            samples.tariff(id="T9", currency="EUR", last_updated=stamp, tariff_alt_url="http://x/" + stamp),
        )
    hub.work()
    assert Tariff.objects.get().addressees == ["DE/EMX"]
    assert (len(emsp.pushed("tariffs")), other_emsp.pushed("tariffs")) == (1, [])


def test_what_a_hosted_party_bills_is_priced_by_the_substitute(hub: Any, priced: Partner, emsp: Partner) -> None:
    """TAR-30."""
    agree(priced, emsp)
    now = timezone.now()
    assert agreements.tariffs_for(CPO, EMX, ["T1", "T2"], now) == ["T9", "T2"]
    assert agreements.tariffs_for(CPO, EMY, ["T1"], now) == ["T1"]
    assert agreements.tariffs_for(PartyId("NL", "OTH"), EMX, ["T1"], now) == ["T1"]


def test_what_the_cpo_answers_itself_is_shown_alike(
    hub: Any, priced: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """TAR-30: a list that is passed on from the CPO, and what is below a location."""
    agree(priced, emsp)
    priced.answers["GET", "/odd/sender/locations"] = lambda seen: Said(
        {"": [samples.location()], "/LOC1/EVSE1": samples.evse(), "/LOC1": samples.location()}[seen.path[21:]]
    )
    at = emsp.at("locations", "SENDER")
    assert tariffs_at_connector(emsp.call("GET", at, to="NL/CPO").data[0]) == ["T9"]
    assert tariffs_at_connector(emsp.call("GET", f"{at}/LOC1", to="NL/CPO").data) == ["T9"]
    assert emsp.call("GET", f"{at}/LOC1/EVSE1").data["connectors"][0]["tariff_ids"] == ["T9"]
    assert tariffs_at_connector(other_emsp.call("GET", at, to="NL/CPO").data[0]) == ["T1"]


def test_numbers_survive_the_copy(hub: Any, priced: Partner, emsp: Partner) -> None:
    """HUB-31: what is rewritten keeps everything else, unknown fields and decimals too."""
    agree(priced, emsp)
    put(priced, "locations", samples.location(foo={"bar": Decimal("1.10")}, last_updated=LATER))
    answer = emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB")
    assert b'"foo":{"bar":1.10}' in answer.raw
