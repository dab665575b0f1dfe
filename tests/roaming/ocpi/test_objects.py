"""Every class and enum of OCPI 2.2.1 against the specification's own tables (tables.json: field → type and
cardinality), and then the rules between fields."""

from __future__ import annotations

import inspect
import json as plain_json
import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest

from roaming.ocpi import (
    cdrs,
    chargingprofiles,
    commands,
    credentials,
    evses,
    hubclientinfo,
    json,
    locations,
    sessions,
    tariffs,
    tokens,
    types,
    versions,
)
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject
from tests.roaming.ocpi.samples import CDR_TOKEN, PERIOD, SAMPLES, sample

TABLES: dict[str, Any] = plain_json.loads((Path(__file__).parent / "tables.json").read_text())
CLASSES = {name: table for name, table in TABLES.items() if isinstance(table, dict)}
ENUMS = {name: table for name, table in TABLES.items() if isinstance(table, list)}
MODULES: list[ModuleType] = [
    types,
    versions,
    credentials,
    evses,
    locations,
    sessions,
    cdrs,
    tariffs,
    tokens,
    commands,
    chargingprofiles,
    hubclientinfo,
]
RENAMED = {"EVSE": "Evse", "CDR": "Cdr"}
# Written in place as a Literal, or left open for good reason (VER-08).
UNNAMED = {
    "EnergySourceCategory": (types.EnergySource, "source"),
    "EnvironmentalImpactCategory": (types.EnvironmentalImpact, "category"),
}
OPEN = {"VersionNumber"}
# Longer than the tables by decision: a CDR's address is copied from a Location (TYP-10, E6).
LONGER = {("CdrLocation", "address"): 255, ("CdrLocation", "state"): 45}


def named(name: str) -> Any:
    for module in MODULES:
        if found := getattr(module, RENAMED.get(name, name), None):
            return found
    raise LookupError(name)


def refusal(kind: type[Any], document: Any) -> InvalidObject:
    with pytest.raises(InvalidObject) as caught:
        decode(kind, document)
    return caught.value


def fields(cardinalities: str) -> list[tuple[str, str, str]]:
    return [
        (name, field, described.rsplit(" ", 1)[0])
        for name, table in CLASSES.items()
        for field, described in table.items()
        if described[-1] in cardinalities
    ]


@pytest.mark.parametrize("name", CLASSES)
def test_a_full_object_is_read_whole(name: str) -> None:
    document = SAMPLES[name]
    assert set(document) == set(CLASSES[name]), "the sample has every field of the table"
    again = plain_json.loads(json.dumps(decode(named(name), json.dumps(document).encode())))
    assert again == document


@pytest.mark.parametrize(("name", "field", "kind"), fields("1+"))
def test_required_fields_are_required_and_named(name: str, field: str, kind: str) -> None:
    """ENV-08: absent and null are refused, by the name of the field."""
    assert refusal(named(name), sample(name, **{field: None})).pointer == f"/{field}"
    assert refusal(named(name), SAMPLES[name] | {field: None}).pointer.startswith(f"/{field}")


@pytest.mark.parametrize(("name", "field", "kind"), fields("+"))
def test_a_plus_list_has_an_element(name: str, field: str, kind: str) -> None:
    """ENV-08."""
    assert refusal(named(name), SAMPLES[name] | {field: []}).pointer == f"/{field}"


# Needed by a rule between fields, so absence is another test's matter.
NEEDED = {
    ("Hours", "regular_hours"),
    ("CDR", "credit"),
    ("CDR", "credit_reference_id"),
    ("StartSession", "evse_uid"),
    ("PublishTokenType", "type"),
    ("PublishTokenType", "issuer"),
}


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("?*") if f[:2] not in NEEDED])
def test_optional_fields_may_be_absent_null_or_empty(name: str, field: str, kind: str) -> None:
    """ENV-07."""
    decode(named(name), sample(name, **{field: None}))
    if (name, field) != ("ChargingPreferences", "discharge_allowed"):
        decode(named(name), SAMPLES[name] | {field: None})
    if isinstance(SAMPLES[name][field], list):
        decode(named(name), SAMPLES[name] | {field: []})


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if "tring(" in f[2] or f[2] == "URL"])
def test_lengths(name: str, field: str, kind: str) -> None:
    """TYP-06, TYP-07, TYP-10: one character too many is refused."""
    length = 255 if kind == "URL" else int(re.findall(r"\d+", kind)[0])
    length = LONGER.get((name, field), length)
    value = ("https://x.example/" + "x" * length)[: length + 1] if kind == "URL" else "x" * (length + 1)
    assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2].startswith("CiString")])
def test_ci_strings_are_printable_ascii(name: str, field: str, kind: str) -> None:
    """TYP-03, S27."""
    for value in ("é", "a\n", "\u0130", "a\tb"):
        assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2].startswith("string")])
def test_strings_are_one_line(name: str, field: str, kind: str) -> None:
    """TYP-04; signed data is passed on whatever it holds (CDR-26)."""
    document = SAMPLES[name] | {field: "ab\nc"}
    if name in ("SignedData", "SignedValue"):
        decode(named(name), document)
    else:
        assert refusal(named(name), document).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2] == "number"])
def test_numbers_are_numbers(name: str, field: str, kind: str) -> None:
    """TYP-05: a string is none, and neither is true; what no table could hold is refused."""
    for value in ("2.00", True, Decimal("1e12"), -(10**12)):
        assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2].startswith("int")])
def test_integers_are_whole_and_not_negative(name: str, field: str, kind: str) -> None:
    for value in (-1, Decimal("1.5"), "1", 2**31):
        assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2] == "DateTime"])
def test_datetimes_are_read_in_many_forms_but_not_in_any(name: str, field: str, kind: str) -> None:
    """TYP-02."""
    decode(named(name), SAMPLES[name] | {field: "2026-11-21 12:00:00.123456+00:00"})
    for value in ("yesterday", 1700000000, "2026-13-01T00:00:00Z"):
        assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize(("name", "field", "kind"), [f for f in fields("1?") if f[2] in ENUMS and f[2] not in OPEN])
def test_enums_are_closed_and_case_sensitive(name: str, field: str, kind: str) -> None:
    """TYP-04."""
    if (name, field) == ("Endpoint", "identifier"):  # custom modules are ignored, not refused (VER-08)
        assert decode(versions.Endpoint, SAMPLES[name] | {field: "nltnm-foo"}).identifier == "nltnm-foo"
        return
    for value in (SAMPLES[name][field].lower(), "FOO", "", 1):
        assert refusal(named(name), SAMPLES[name] | {field: value}).pointer == f"/{field}"


@pytest.mark.parametrize("name", [name for name in ENUMS if name not in OPEN])
def test_enum_values_are_those_of_the_table(name: str) -> None:
    if name in UNNAMED:
        owner, field = UNNAMED[name]
        values = get_args(inspect.get_annotations(owner, eval_str=True)[field])
    else:
        found = named(name)
        values = tuple(found) if inspect.isclass(found) and issubclass(found, StrEnum) else get_args(found)
    assert sorted(values) == sorted(ENUMS[name])


@pytest.mark.parametrize("name", CLASSES)
def test_unknown_fields_are_ignored(name: str) -> None:
    """TRA-12."""
    decode(named(name), SAMPLES[name] | {"nltnm_extra": {"deep": [1]}})


class TestPointers:
    def test_a_field_deep_inside_is_named(self) -> None:
        document = sample("Location")
        document["evses"][0]["connectors"][0]["max_voltage"] = "230"
        error = refusal(locations.Location, document)
        assert error.pointer == "/evses/0/connectors/0/max_voltage"
        assert error.message == "/evses/0/connectors/0/max_voltage: expected `int`, got `str`"

    def test_a_pointer_can_be_put_before(self) -> None:
        with pytest.raises(InvalidObject) as caught:
            decode(tokens.Token, sample("Token", uid=5), at="/data/3")
        assert caught.value.pointer == "/data/3/uid"

    def test_a_body_that_is_no_object(self) -> None:
        assert refusal(tokens.Token, b"[]").pointer == ""
        assert refusal(tokens.Token, b"[]").message.startswith("/: expected `object`")

    def test_patterns_are_told_in_words(self) -> None:
        assert refusal(tokens.Token, sample("Token", country_code="D1")).reason == ("expected a code of two letters")

    def test_text_is_json_too(self) -> None:
        assert decode(types.Price, '{"excl_vat": 1.10}').excl_vat == Decimal("1.10")


def test_exactness_survives_decoding_and_encoding() -> None:
    """TYP-05: never a float on the way."""
    body = b'{"excl_vat":0.1000,"incl_vat":12345678901.123456789}'
    assert json.dump_bytes(decode(types.Price, body)) == body


# --- Rules between fields (each: class, what is changed, field named, or "" where it is fine) -----------------------

CREDIT = {"credit": True, "credit_reference_id": "1"}
NO_CREDIT: dict[str, Any] = {"credit": None, "credit_reference_id": None}
HUNDRED = {"is_green_energy": True}
COMPONENT = {"type": "ENERGY", "price": 1, "step_size": 1}

RULES: list[tuple[str, str, dict[str, Any], str]] = [
    ("LOC-22", "Location", {"publish": True}, "/publish_allowed_to"),
    ("LOC-22", "Location", {"publish": True, "publish_allowed_to": []}, ""),
    ("LOC-23", "PublishTokenType", {"uid": None, "visual_number": None, "group_id": None}, "/uid"),
    ("LOC-23", "PublishTokenType", {"type": None}, "/type"),
    ("LOC-23", "PublishTokenType", {"uid": None, "type": None}, ""),
    ("LOC-23", "PublishTokenType", {"issuer": None}, "/issuer"),
    ("LOC-25", "Location", {"time_zone": "Europe/Ghent"}, "/time_zone"),
    ("LOC-25", "Location", {"time_zone": "Europe"}, "/time_zone"),
    ("LOC-25", "Location", {"time_zone": "../../etc/passwd"}, "/time_zone"),
    ("LOC-25", "Location", {"country": "BE"}, "/country"),
    ("LOC-18", "Location", {"evses": [sample("EVSE", uid="a"), sample("EVSE", uid="A")]}, "/evses"),
    ("LOC-09", "EVSE", {"connectors": None}, "/connectors"),
    ("LOC-19", "Location", {"evses": [sample("EVSE", uid="a"), sample("EVSE", uid="b")]}, ""),
    ("LOC-19", "EVSE", {"connectors": [sample("Connector"), sample("Connector")]}, "/connectors"),
    ("LOC-20", "EVSE", {"status": "REMOVED", "connectors": []}, "/connectors"),
    ("LOC-20", "EVSE", {"status": "REMOVED", "evse_id": None}, ""),
    ("LOC-27", "Hours", {"twentyfourseven": True}, "/regular_hours"),
    ("LOC-27", "Hours", {"regular_hours": None}, "/regular_hours"),
    ("LOC-27", "Hours", {"twentyfourseven": True, "regular_hours": []}, ""),
    ("LOC-27", "RegularHours", {"period_end": "08:00"}, "/period_end"),
    ("LOC-27", "RegularHours", {"weekday": 0}, "/weekday"),
    ("LOC-27", "RegularHours", {"weekday": 8}, "/weekday"),
    ("LOC-27", "RegularHours", {"period_begin": "8:00"}, "/period_begin"),
    ("LOC-27", "RegularHours", {"period_end": "24:00"}, "/period_end"),
    ("LOC-35", "EnergyMix", {"energy_sources": [{"source": "GAS", "percentage": 90}]}, "/energy_sources"),
    (
        "LOC-35",
        "EnergyMix",
        {"energy_sources": [{"source": s, "percentage": Decimal("33.3")} for s in ("GAS", "WIND", "WATER")]},
        "",
    ),
    ("TYP-09", "GeoLocation", {"latitude": "51.04"}, "/latitude"),
    ("TYP-09", "GeoLocation", {"latitude": Decimal("51.047599")}, "/latitude"),
    ("TYP-09", "GeoLocation", {"longitude": "1234.56789"}, "/longitude"),
    ("TYP-07", "DisplayText", {"text": "<b>free</b>"}, "/text"),
    ("TYP-07", "DisplayText", {"text": "1 < 2 and 3 > 2"}, ""),
    ("TYP-08", "Price", {"excl_vat": None}, "/excl_vat"),
    ("TYP-10", "Location", {"address": "x" * 200}, ""),
    ("LOC-36", "Image", {"type": "image/png"}, "/type"),
    ("LOC-36", "Image", {"width": 100_000}, "/width"),
    ("E2", "Session", {"status": "RESERVED"}, ""),
    ("D8", "Session", {"status": "COMPLETED", "end_date_time": None}, "/end_date_time"),
    ("ENV-09", "Session", {"status": "ACTIVE", "evse_uid": "#NA"}, "/evse_uid"),
    ("ENV-09", "Session", {"status": "RESERVATION", "evse_uid": "#NA", "connector_id": "#NA"}, ""),
    ("CDR-08", "CDR", {**CREDIT, "id": "x" * 39}, ""),
    ("CDR-12", "CDR", NO_CREDIT, ""),
    ("CDR-10", "CDR", {**CREDIT, "total_cost": {"excl_vat": -1}}, ""),
    (
        "TAR-31",
        "CDR",
        {
            **NO_CREDIT,
            "total_cost": {"excl_vat": -1},
            "charging_periods": [{**PERIOD, "dimensions": [{"type": "ENERGY", "volume": -3}]}],
        },
        "",
    ),
    (
        "CDR-16",
        "CDR",
        {"charging_periods": [{**PERIOD, "dimensions": [{"type": "FLAT", "volume": 1}]}]},
        "/charging_periods/0/dimensions/0/type",
    ),
    ("CDR-21", "CDR", {"total_energy": None}, "/total_energy"),
    ("CDR-21", "CDR", {"total_cost": None}, "/total_cost"),
    ("CDR-21", "CDR", {"currency": None}, "/currency"),
    ("CDR-21", "CDR", {"currency": "EURO"}, "/currency"),
    ("CDR-22", "CDR", {"session_id": None}, ""),
    ("CDR-29", "CDR", {"start_date_time": "1970-1-1T00:00:00Z"}, ""),
    ("CDR-24", "CDR", {"cdr_location": sample("CdrLocation", evse_uid="#NA"), "total_energy": 0}, ""),
    ("TAR-31", "CdrDimension", {"type": "ENERGY", "volume": -3}, ""),
    (
        "SES-16",
        "Session",
        {"cdr_token": {k: v for k, v in CDR_TOKEN.items() if k != "contract_id"}},
        "/cdr_token/contract_id",
    ),
    ("TAR-06", "Tariff", {"elements": []}, "/elements"),
    ("TAR-06", "TariffElement", {"price_components": []}, "/price_components"),
    ("TAR-06", "Tariff", {"type": None}, ""),
    ("TAR-16", "TariffElement", {"price_components": [COMPONENT]}, "/price_components"),
    ("TAR-16", "TariffElement", {"price_components": [COMPONENT], "restrictions": {}}, ""),
    ("TAR-16", "TariffElement", {"price_components": [COMPONENT], "restrictions": None}, ""),
    ("TAR-21", "PriceComponent", {"step_size": 0}, ""),
    ("TAR-24", "Tariff", {"max_price": {"excl_vat": 0}}, "/max_price"),
    ("TAR-24", "Tariff", {"max_price": {"excl_vat": 1, "incl_vat": 1}}, "/max_price"),
    ("TAR-24", "Tariff", {"max_price": {"excl_vat": 1}}, ""),
    ("D6", "TariffRestrictions", {"start_date": "2026-13-01"}, "/start_date"),
    ("D6", "TariffRestrictions", {"start_time": "25:00"}, "/start_time"),
    ("TOK-28", "LocationReferences", {"location_id": None}, "/location_id"),
    ("TOK-28", "LocationReferences", {"evse_uids": None, "connector_ids": ["1"]}, ""),
    ("CMD-14", "StartSession", {"evse_uid": None}, "/evse_uid"),
    ("CMD-14", "StartSession", {"evse_uid": None, "connector_id": None}, ""),
    ("CMD-23", "UnlockConnector", {"connector_id": None}, "/connector_id"),
    ("S1", "StopSession", {"response_url": "ftp://x.example/"}, "/response_url"),
    ("S1", "StopSession", {"response_url": "https:///path"}, "/response_url"),
    ("CMD-06", "StopSession", {"response_url": "http://x.example:8080/a?b=c&d=e"}, ""),
    ("CHP-13", "ChargingProfilePeriod", {"limit": Decimal("8.15")}, "/limit"),
    ("CHP-13", "ChargingProfilePeriod", {"limit": Decimal("8.10")}, ""),
    ("CHP-13", "ChargingProfile", {"min_charging_rate": Decimal("0.25")}, "/min_charging_rate"),
    (
        "CHP-15",
        "ChargingProfile",
        {"charging_profile_period": [{"start_period": 5, "limit": 1}, {"start_period": 5, "limit": 1}]},
        "/charging_profile_period",
    ),
    ("CHP-09", "ActiveChargingProfileResult", {"result": "REJECTED"}, "/profile"),
    ("CHP-09", "ActiveChargingProfileResult", {"result": "REJECTED", "profile": None}, ""),
    ("AUT-08", "Credentials", {"token": "with blank"}, "/token"),
    ("AUT-08", "Credentials", {"token": ""}, "/token"),
    (
        "CRE-15",
        "Credentials",
        {"roles": [SAMPLES["CredentialsRole"], sample("CredentialsRole", party_id="bec")]},
        "/roles/1",
    ),
    ("CRE-15", "Credentials", {"roles": [SAMPLES["CredentialsRole"], sample("CredentialsRole", party_id="OTH")]}, ""),
    ("CRE-22", "Credentials", {"url": "versions"}, "/url"),
]


@pytest.mark.parametrize(("requirement", "name", "changes", "pointer"), RULES)
def test_rules_between_fields(requirement: str, name: str, changes: dict[str, Any], pointer: str) -> None:
    document = sample(name, **changes)
    if pointer:
        assert refusal(named(name), document).pointer == pointer
    else:
        decode(named(name), document)


def test_objects_do_not_grow_without_end() -> None:
    """S29."""
    evses_ = [sample("EVSE", uid=str(number)) for number in range(locations.MAX_EVSES + 1)]
    assert refusal(locations.Location, sample("Location", evses=evses_)).pointer == "/evses"
    periods = [PERIOD] * (cdrs.MAX_PERIODS + 1)
    assert refusal(cdrs.Cdr, sample("CDR", charging_periods=periods)).pointer == "/charging_periods"
    assert refusal(sessions.Session, sample("Session", charging_periods=periods)).pointer == "/charging_periods"


def test_reserved_is_read_as_reservation() -> None:
    """E2."""
    assert decode(sessions.Session, sample("Session", status="RESERVED")).status is sessions.SessionStatus.RESERVATION


def test_discharge_is_not_allowed_unless_said() -> None:
    """SES-06."""
    assert decode(sessions.ChargingPreferences, {"profile_type": "FAST"}).discharge_allowed is False


def test_every_command_has_its_object() -> None:
    assert set(commands.REQUESTS) == set(commands.CommandType)


class TestVersions:
    def test_the_highest_common_version(self) -> None:
        """VER-06."""
        theirs = [versions.Version(v, "https://x") for v in ("2.0", "2.2.1", "2.1.1", "weird", "3.0")]
        chosen = versions.highest_common(["2.1.1", "2.2.1"], theirs)
        assert chosen is not None
        assert chosen.version == "2.2.1"

    def test_a_version_that_is_not_numbers_sorts_last(self) -> None:
        theirs = [versions.Version("weird", "https://x"), versions.Version("2.0", "https://x")]
        chosen = versions.highest_common(["weird", "2.0"], theirs)
        assert chosen is not None
        assert chosen.version == "2.0"

    def test_none_in_common(self) -> None:
        assert versions.highest_common(["2.2.1"], [versions.Version("2.0", "https://x")]) is None

    def test_details_have_an_endpoint(self) -> None:
        """VER-02."""
        assert refusal(versions.VersionDetails, {"version": "2.2.1", "endpoints": []}).pointer == "/endpoints"


def test_a_role_knows_its_party() -> None:
    assert str(decode(credentials.CredentialsRole, sample("CredentialsRole", country_code="be")).party) == "BE/BEC"


def test_the_schema_of_the_structs_can_be_printed() -> None:
    """The OpenAPI of the OCPI side is made from them."""

    def hook(kind: type) -> dict[str, Any]:
        return {"type": "number" if issubclass(kind, Decimal) else "string"}

    _, found = msgspec.json.schema_components([locations.Location, cdrs.Cdr], schema_hook=hook)
    assert {"Location", "Evse", "Connector", "Cdr", "Tariff"} <= set(found)
