"""`manage.py tariff`: from files alone; exit 0, 1 (errors found) and 2 (which field, and why)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roaming.pricing import price
from tests.roaming.pricing.building import D, Json, element, energy, period, session, tariff, time

ROOT = Path(__file__).parents[3]
TEN, ELEVEN = "2026-02-23T10:00:00Z", "2026-02-23T11:00:00Z"
RATES = tariff(element(energy("0.5", 1, "21")))
ONE = session(ELEVEN, period(TEN, ENERGY="4"), zone=None)


class Ran:
    def __init__(self, status: int, out: str, error: str) -> None:
        self.status = status
        self.out = out
        self.error = error

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_float=Decimal)


def tariff_command(*words: str) -> Ran:
    out = StringIO()
    try:
        call_command("tariff", *words, stdout=out)
    except CommandError as error:
        return Ran(error.returncode, out.getvalue(), str(error))
    except SystemExit as leaving:
        return Ran(int(str(leaving.code)), out.getvalue(), "")
    return Ran(0, out.getvalue(), "")


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(document: Any, name: str = "") -> str:
        path = tmp_path / (name or f"{len(list(tmp_path.iterdir()))}.json")
        path.write_text(document if isinstance(document, str) else json.dumps(document, default=str_number))
        return str(path)

    return write


def str_number(value: Decimal) -> float:
    return float(value)


def test_price_prints_a_bill(file: Any) -> None:
    ran = tariff_command("price", "--tariff", file(RATES), "--session", file(ONE))
    assert ran.status == 0
    assert "total_cost excl. and incl. VAT" in ran.out and "2.4200 EUR" in ran.out


def test_price_prints_the_bill_as_json(file: Any) -> None:
    ran = tariff_command("price", "--tariff", file([RATES]), "--session", file(ONE), "--json")
    assert (
        ran.out.strip() == price(json.dumps(ONE, default=str_number), json.dumps(RATES, default=str_number)).to_json()
    )
    assert ran.json["total_cost"] == {"excl_vat": 2, "incl_vat": D("2.42")}


def test_price_takes_the_tariffs_of_a_cdr_and_an_envelope_off(file: Any) -> None:
    enveloped = {"data": ONE | {"tariffs": [RATES]}, "status_code": 1000, "timestamp": TEN}
    assert tariff_command("price", "--session", file(enveloped), "--json").json["total_cost"]["excl_vat"] == 2


def test_price_tells_periods_that_should_have_been_cut(file: Any) -> None:
    rates = tariff(element(energy("0.2"), max_kwh=1), element(energy("0.4")))
    ran = tariff_command("price", "--tariff", file(rates), "--session", file(ONE), "--json")
    assert [finding["code"] for finding in ran.json["findings"]] == ["period_spans_price_change"]


def test_price_knows_policies_zones_types_and_substitutes(file: Any) -> None:
    cheap = tariff(element(energy("0.1"), end_time="12:00"), id="CHEAP", type="PROFILE_CHEAP")
    rates, one = (
        file([RATES, cheap]),
        file(session(ELEVEN, period(TEN, ENERGY="4"), period("2026-02-23T10:30:00Z", ENERGY="-2"), zone=None)),
    )
    words = "--tariff", rates, "--session", one, "--json", "--time-zone", "UTC"
    assert tariff_command("price", *words).json["total_cost"]["excl_vat"] == 1
    assert tariff_command("price", *words, "--export", "no_credit").json["total_cost"]["excl_vat"] == 2
    assert tariff_command("price", *words, "--type", "PROFILE_CHEAP").json["total_cost"]["excl_vat"] == D("0.2")
    swapped = tariff_command("price", *words, "--substitute", f"T={file(cheap)}")
    assert swapped.json["total_cost"]["excl_vat"] == D("0.2")


def test_price_in_detail_has_a_row_for_each_period(file: Any) -> None:
    two = session("2026-02-23T12:00:00Z", period(TEN, ENERGY="4"), period(ELEVEN, ENERGY="4"), zone=None)
    words = "price", "--tariff", file(RATES), "--session", file(two)
    assert "periods 1-2" in tariff_command(*words).out
    assert "period 2" in tariff_command(*words, "--detail").out


@pytest.mark.parametrize(
    ("rates", "one", "said"),
    [
        (RATES | {"elements": [{}]}, ONE, "tariff /elements/0/price_components: is required"),
        ([RATES, RATES | {"currency": 5}], ONE, "tariff /1/currency: expected `str`, got `int`"),
        (RATES, ONE | {"start_date_time": "x"}, "session /start_date_time: 'x' is not a date-time"),
        (RATES, [ONE], "input /: expected an object, got ["),
        ("[1]", ONE, "tariff /0: expected `object`, got `int`"),
        (RATES, "{", "The body is not valid JSON"),
        (RATES, '{"a":1,"a":2}', "given twice"),
        (tariff(element(time("1"), end_time="12:00")), ONE, "session /time_zone: is needed"),
    ],
)
def test_bad_input_names_the_field_and_exits_2(file: Any, rates: Any, one: Any, said: str) -> None:
    ran = tariff_command("price", "--tariff", file(rates), "--session", file(one))
    assert ran.status == 2
    assert said in ran.error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lint", "/nowhere.json"), "/nowhere.json: No such file"),
        (("lint", "{tariff}", "--at", "now"), "option /at: 'now' is not a date-time"),
        (("simulate", "{tariff}", "--start", "now"), "option /start"),
        (("simulate", "{tariff}", "--power", "much"), "option /power: 'much' is not a number"),
        (("simulate", "{tariff}", "--kwh", "0"), "simulation /kwh: 0 is not above 0"),
        (("simulate", "{tariff}", "--time-zone", "Mars"), "/time_zone: 'Mars' is not a time zone"),
        (
            ("price", "--session", "{session}", "--tariff", "{tariff}", "--substitute", "X"),
            "option /substitute: 'X' is not ID=FILE",
        ),
    ],
)
def test_bad_words_exit_2(file: Any, words: tuple[str, ...], said: str) -> None:
    names = {"{tariff}": file(RATES), "{session}": file(ONE)}
    ran = tariff_command(*(names.get(word, word) for word in words))
    assert ran.status == 2
    assert said in ran.error


def test_lint_says_what_is_wrong_and_exits_1_for_errors(file: Any) -> None:
    ran = tariff_command("lint", file(RATES))
    assert (ran.status, ran.out) == (0, "Nothing found.\n")
    wrong = RATES | {"colour": "red"}
    ran = tariff_command("lint", file(wrong))
    assert ran.status == 1
    assert "ERROR   /colour: 'colour' is not a field" in ran.out
    ran = tariff_command("lint", file(wrong), "--json")
    assert (ran.status, ran.json[0]["code"], ran.json[0]["pointer"]) == (1, "unexpected_field", "/colour")


def test_lint_of_several_looks_at_each_and_at_all(file: Any) -> None:
    over = RATES | {"id": "U", "end_date_time": "2026-01-01T00:00:00Z", "type": None}
    ran = tariff_command("lint", file([RATES, over]), "--json", "--at", TEN)
    assert {(one["code"], one["pointer"]) for one in ran.json} == {
        ("needless_null", "/1/type"),
        ("expired", "/1/end_date_time"),
        ("overlapping_tariffs", "/1"),
    }
    assert ran.status == 0


def test_explain_puts_a_tariff_into_words(file: Any) -> None:
    assert "Energy:\n  - always 0.5 EUR per kWh" in tariff_command("explain", file(RATES)).out
    assert tariff_command("explain", file(RATES), "--json").json["text"].startswith("Tariff NL/TST T")


def test_audit_compares_a_cdr_with_its_tariff_and_what_we_hold(file: Any) -> None:
    cdr: Json = ONE | {
        "id": "1",
        "country_code": "NL",
        "party_id": "TST",
        "currency": "EUR",
        "tariffs": [RATES],
        "total_cost": {"excl_vat": D(2), "incl_vat": D("2.42")},
        "total_energy": 4,
        "total_time": 1,
        "session_id": "S",
    }
    ran = tariff_command("audit", file(cdr))
    assert (ran.status, ran.out) == (0, "Nothing found.\n")
    held = file([RATES | {"currency": "SEK"}])
    ran = tariff_command("audit", file(cdr), "--held", held, "--sessions", file([]), "--known", file([cdr]), "--json")
    assert [one["code"] for one in ran.json] == ["replayed_cdr", "session_missing", "tariff_differs_from_held"]
    wrong = cdr | {"total_cost": {"excl_vat": D(3)}}
    ran = tariff_command("audit", file(wrong))
    assert ran.status == 1 and "claims 3.0, the tariff gives 2" in ran.out
    assert tariff_command("audit", file(wrong), "--tolerance", "1").status == 0
    assert tariff_command("audit", file(wrong), "--tariff", file(tariff(element(energy("0.75"))))).status == 0


def test_simulate_plots_the_cost(file: Any) -> None:
    ran = tariff_command("simulate", file(RATES))
    assert "Cost over kWh" in ran.out and "Cost over hours" in ran.out and "•" in ran.out
    told = tariff_command("simulate", file(RATES), "--json", "--points", "3", "--kwh", "10", "--hours", "2").json
    assert [point["kwh"] for point in told["over_kwh"]] == [0, 5, 10]


def test_a_file_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(json.dumps(RATES, default=str_number).encode())))
    assert "Energy:" in tariff_command("explain", "-").out


def test_the_command_needs_no_database_and_no_running_hub(file: Any, tmp_path: Path) -> None:
    """The whole thing as a person runs it: nothing is started, nothing is written."""
    data = tmp_path / "data"
    environment = {"PATH": os.environ["PATH"], "HUB_DATA": str(data), "LANG": "C.UTF-8"}
    command = [
        sys.executable,
        "manage.py",
        "tariff",
        "price",
        "--tariff",
        file(RATES),
        "--session",
        file(ONE),
        "--json",
    ]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["total_cost"] == {"excl_vat": 2, "incl_vat": 2.42}
    assert not (data / "postgres").exists()
