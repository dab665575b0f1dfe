"""Whatever a partner sends: an answer or BadInput, never another exception. Strange things stand everywhere."""

from __future__ import annotations

import copy
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roaming.pricing import BadInput, audit, explain, lint, lint_together, price
from tests.roaming.pricing.building import D, Json, element, energy, flat, parking, period, tariff, time

RATES = tariff(
    element(
        flat("1", "21"),
        energy("0.2", 1, "21"),
        start_time="20:00",
        end_time="06:00",
        day_of_week=["MONDAY"],
        max_kwh=10,
    ),
    element(time("1"), min_power=3, max_current=32, max_duration=3600, start_date="2026-01-01", end_date="2027-01-01"),
    element(flat("2"), reservation="RESERVATION"),
    element(energy("0.4"), parking("2", 300)),
    min_price={"excl_vat": D(1), "incl_vat": D("1.21")},
    max_price={"excl_vat": D(50)},
    tariff_alt_text=[{"language": "en", "text": "x"}],
    start_date_time="2026-01-01T00:00:00Z",
    type="REGULAR",
)
CDR: Json = {
    "id": "1",
    "country_code": "NL",
    "party_id": "TST",
    "session_id": "S",
    "currency": "EUR",
    "time_zone": "UTC",
    "start_date_time": "2026-02-23T09:00:00Z",
    "end_date_time": "2026-02-23T12:00:00Z",
    "meter_id": "M1",
    "credit": None,
    "credit_reference_id": None,
    "cdr_token": {"uid": "A", "type": "RFID", "contract_id": "C"},
    "cdr_location": {"id": "L", "country": "NLD", "evse_uid": "E", "connector_id": "1"},
    "charging_periods": [
        period("2026-02-23T09:00:00Z", "T", RESERVATION_TIME="1"),
        period("2026-02-23T10:00:00Z", "T", ENERGY="5", TIME="1", MIN_POWER="5", MAX_POWER="6"),
        period("2026-02-23T11:00:00Z", "T", ENERGY="-1", PARKING_TIME="1", MAX_CURRENT="3"),
    ],
    "tariffs": [RATES],
    "total_cost": {"excl_vat": D(5), "incl_vat": D(6)},
    "total_energy_cost": {"excl_vat": D(1)},
    "total_energy": D(4),
    "total_time": D(2),
    "total_parking_time": D(1),
    "signed_data": {
        "encoding_method": "OCMF",
        "signed_values": [{"signed_data": 'OCMF|{"MS":"M1","RD":[{"RV":1,"RI":"1-b:1.8.0","RU":"kWh"}]}|{}'}],
    },
}
SESSION: Json = {"id": "S", "kwh": D(4), "status": "COMPLETED", "location_id": "L", "total_cost": {"excl_vat": D(5)}}
SESSION |= {name: CDR[name] for name in ("start_date_time", "end_date_time", "charging_periods", "cdr_token")}

figures = st.sampled_from(
    [Decimal(text) for text in ("0", "-1", "1E+30", "1E-40", "NaN", "Infinity", "0.1", "1E+400000")]
)
texts = st.sampled_from(
    ["", "x", "24:00", "00:00", "25:61", "2026-02-30", "1970-1-1T00:00:00Z", "ENERGY", "MONDAY", "T", "é\n"]
)
strange = st.one_of(
    *(st.none(), st.booleans(), st.integers(-5, 10**20), figures, texts),
    *(st.just([]), st.just({}), st.just([None]), st.just([[]]), st.just([{"x": 1}]), st.just({"excl_vat": "x"})),
)


def pointers(value: Any, pointer: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [pointer] if pointer else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += pointers(item, (*pointer, key))
    return found


def with_strange(document: Json, pointer: tuple[Any, ...], value: Any) -> Json:
    changed = copy.deepcopy(document)
    place: Any = changed
    for key in pointer[:-1]:
        place = place[key]
    place[pointer[-1]] = value
    return changed


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(pointers(CDR)), strange)
def test_a_cdr_is_audited_and_priced_or_refused(pointer: tuple[Any, ...], value: Any) -> None:
    document = with_strange(CDR, pointer, value)
    for work in (
        lambda: audit(document, sessions=[SESSION], held=[RATES], known=[CDR]),
        lambda: price(document, look_for_spans=True).render(),
        lambda: price(document).to_json(),
    ):
        with suppress(BadInput):
            work()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(pointers(RATES)), strange)
def test_a_tariff_is_linted_whatever_it_is_and_explained_or_refused(pointer: tuple[Any, ...], value: Any) -> None:
    rates = with_strange(RATES, pointer, value)
    for finding in [*lint(rates), *lint_together([rates, RATES])]:
        assert finding.render()
    with suppress(BadInput):
        explain(rates)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(pointers(SESSION)), strange, st.sampled_from(pointers(CDR)), strange)
def test_what_we_hold_may_be_strange_as_well(
    pointer: tuple[Any, ...], value: Any, other: tuple[Any, ...], another: Any
) -> None:
    session, known = with_strange(SESSION, pointer, value), with_strange(CDR, other, another)
    held = known["tariffs"] if isinstance(known["tariffs"], list) else []
    audit(CDR, sessions=[session], known=[known], held=[one for one in held if isinstance(one, dict)])
