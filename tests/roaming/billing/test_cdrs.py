"""CDRs for billing, through the front door: pages by key, filters, figures as strings, the bill, what is wrong told."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from roaming.models import BillingExport, Cdr, IssuedToken, Platform
from roaming.services import billing_tokens, desk, operators, platforms
from roaming.services.billing_cdrs import Selection, rows
from tests.personas import samples
from tests.personas.front_door import knock
from tests.roaming.billing import world
from tests.roaming.billing.door import found, get, refused, token

pytestmark = pytest.mark.django_db

PATHS = ("cdrs/", "cdrs/1/", "cdrs/1/bill/", "cdrs.csv", "cdrs.jsonl", "changes/", "exports/", "exports/1/",
         "exports/1/file")  # fmt: skip
NOTHING = "There is nothing at this address; /api/docs/ has every address of the billing API."


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def ids(path: str = "cdrs/", bearer: str = "", **query: Any) -> list[str]:
    return [one["cdr_id"] for one in found(path, bearer, **query)["results"]]


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_without_a_billing_token(path: str, admin_client: Client) -> None:
    """S47: neither staff's session, nor an operator's token, nor an OCPI token opens it, nor this one theirs."""
    ocpi = platforms.issue(Platform.objects.create(name="peer"), IssuedToken.Kind.C)
    for bearer in ("", "x", ocpi, operators.issue("tests")[1]):
        answer = admin_client.get(f"/api/v1/billing/{path}", headers={"Authorization": f"Bearer {bearer}"})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert set(answer.json()) == {"code", "detail"}
    ours = {"Authorization": f"Bearer {token()}"}
    assert Client().get("/api/v1/cdrs/", headers=ours).status_code == 401
    assert knock("/ocpi/versions", token()) == 401


def test_a_revoked_token_reads_nothing_and_is_told_so() -> None:
    row, bearer = billing_tokens.issue("tests")
    assert get("cdrs/", bearer).status_code == 200
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert bearer not in str(vars(row))
    billing_tokens.revoke(row)
    assert refused("cdrs/", bearer) == (401, "authentication_failed", "The token is not known, or revoked.")


def test_a_cdr_says_who_what_and_how_much_digit_for_digit() -> None:
    cdr = world.accepted("A", "2.5000", "3.0250", total_energy=Decimal("10.0"), total_time=Decimal("1.9730"))
    (told,) = found("cdrs/")["results"]
    assert {name: told[name] for name in ("id", "cdr_id", "session_id", "cpo", "emsp", "verdict", "stands")} == {
        "id": cdr.pk, "cdr_id": "A", "session_id": "S-A", "cpo": "NL/VLT", "emsp": "DE/EMX", "verdict": "ACCEPTED",
        "stands": True,
    }  # fmt: skip
    assert (told["total_cost_excl_vat"], told["total_cost_incl_vat"]) == ("2.5000", "3.0250")
    assert (told["total_energy"], told["energy_import"], told["energy_export"]) == ("10.0000", "10.0000", "0.0000")
    assert (told["total_time"], told["end_date_time"]) == ("1.9730", "2026-10-15T12:00:00Z")
    assert (told["contract_id"], told["evse_id"], told["city"]) == ("DE-EMX-C00000001-1", "NL*CPO*E1", "Utrecht")


def test_what_a_car_gave_back_is_told_apart_in_record_and_bill() -> None:
    """TAR-31: 8 kWh taken at 0.25 are 2.00, 3 given back -0.75: 1.25, by 5 kWh of difference."""
    periods = [samples.period("2026-10-15T10:00:00Z", 8), samples.period("2026-10-15T11:00:00Z", -3)]
    told_so = {"charging_periods": periods, "tariffs": [samples.tariff()], "total_cost": {"excl_vat": Decimal("1.25")}}
    cdr = world.cdr("A", total_energy=5, start_date_time="2026-10-15T10:00:00Z", **told_so)
    Cdr.objects.update(source=Platform.objects.create(name="Odd charging", status="CONNECTED"))
    desk.assess(cdr, timezone.now())
    (told,) = found("cdrs/")["results"]
    assert (told["total_energy"], told["energy_import"], told["energy_export"]) == ("5.0000", "8.0000", "3.0000")
    bill = found(f"cdrs/{cdr.pk}/bill/")["bill"]
    assert (bill["import_energy"], bill["export_energy"]) == ("8", "3")
    assert (bill["import_cost"]["excl_vat"], bill["export_credit"]["excl_vat"]) == ("2", "-0.75")


def test_a_cdr_that_nobody_has_judged_is_pending() -> None:
    world.cdr("NEW")
    world.assess(world.cdr("HELD"), "ON_HOLD", codes=["cost_mismatch"])
    assert [(one["cdr_id"], one["verdict"], one["reasons"]) for one in found("cdrs/")["results"]] == [
        ("NEW", "PENDING", []),
        ("HELD", "ON_HOLD", ["cost_mismatch"]),
    ]
    assert ids(verdict="PENDING") == ["NEW"]
    assert ids(verdict="ON_HOLD") == ["HELD"]
    assert ids(verdict="ACCEPTED") == []


def test_a_verdict_of_a_month_is_read_from_the_desks_own_index() -> None:
    """By the CDR's end alone all of a month was looked through for the few that are REJECTED."""
    world.assess(world.priced("HELD", "1", "1", ended="2026-10-31T23:59:59Z"), "ON_HOLD")
    world.assess(world.priced("NEXT", "1", "1", ended="2026-11-01T00:00:00Z"), "ON_HOLD")
    assert ids(verdict="ON_HOLD", month="2026-10") == ["HELD"]
    asked = rows(
        Selection(verdict="ON_HOLD", ended_from="2026-10-01T00:00:00Z", ended_before="2026-11-01T00:00:00Z"), None
    )
    assert re.search(r"assessment.*ended_at. >= .*assessment.*ended_at. < ", str(asked.query))


def test_filters_by_partner_month_currency_and_credit() -> None:
    world.priced("SEP", "1", "1", ended="2026-09-30T23:59:59Z")
    world.priced("OCT", "1", "1", ended="2026-10-01T00:00:00Z")
    world.priced("USD", "1", "1", ended="2026-10-31T23:59:59Z", currency="USD")
    world.priced("NOV", "-1", "-1", ended="2026-11-01T00:00:00Z", credit=True, credit_reference_id="OCT")
    world.priced("OTHER", "1", "1", cpo="BE/BEL", emsp="FR/OTH")
    assert ids(month="2026-10") == ["OCT", "OTHER", "USD"]
    assert ids(month="2026-10", cpo="nl-vlt") == ["OCT", "USD"]
    assert ids(emsp="FR/OTH") == ["OTHER"]
    assert ids(currency="usd") == ["USD"]
    assert ids(credit="true") == ["NOV"]
    assert ids(ended_from="2026-11-01T01:00:00+01:00") == ["NOV"]
    assert ids(ended_before="2026-10-01T00:00:00") == ["SEP"]


def test_pages_by_key_hold_everything_once_while_cdrs_arrive() -> None:
    """Several ended in the same second; one arrives behind, one before the reader."""
    for number in range(7):
        world.priced(f"C{number}", "1", "1", ended="2026-10-15T12:00:00Z")
    bearer = token()
    page = found("cdrs/", bearer, limit=3, month="2026-10")
    seen = [one["cdr_id"] for one in page["results"]]
    world.priced("EARLY", "1", "1", ended="2026-10-01T12:00:00Z")
    world.priced("LATE", "1", "1", ended="2026-10-20T12:00:00Z")
    while page["next"]:
        page = found(page["next"], bearer)
        seen += [one["cdr_id"] for one in page["results"]]
    assert seen == [*(f"C{number}" for number in range(7)), "LATE"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"month": "2026-13"}, "month: month must be in 1..12"),
        ({"month": "november"}, "month: a month is written like 2026-11"),
        ({"month": "２０２６-11"}, "month: a month is written like 2026-11"),
        ({"month": "2026-11", "ended_from": "2026-11-01T00:00:00Z"}, "month: say either a month, or from and before"),
        ({"ended_from": "yesterday"}, "ended_from: "),
        ({"ended_from": "2026-11-02T00:00:00Z", "ended_before": "2026-11-01T00:00:00Z"}, "ended_before: must be later"),
        ({"verdict": "FINE"}, 'verdict: "FINE" is not a valid choice.'),
        ({"cpo": "VLT"}, "cpo: not a party"),
        ({"emsp": "DE/\x00"}, "emsp: "),
        ({"limit": "0"}, "limit: "),
        ({"limit": "1001"}, "limit: "),
        ({"after": "12"}, "after: this place was not given out by this hub"),
        ({"after": "999999999999999999-1"}, "after: this place was not given out by this hub"),
        ({"partner": "DE/EMX"}, "partner: is no parameter; there are cpo, emsp, month"),
        ({"emsp": ""}, "emsp: is empty; leave it out to select all"),
        ({"credit": ""}, "credit: is empty"),
        ({"credit": "null"}, "credit: Must be a valid boolean."),
        ({"month": ["2026-10", "2026-11"]}, "month: is said more than once"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told(query: dict[str, Any], said: str) -> None:
    """A misspelt filter that is passed over would bill everybody (S26), and so would an empty one."""
    status, code, words = refused("cdrs/", **query)
    assert (status, code) == (400, "invalid_parameter")
    assert words.startswith(said), words


@pytest.mark.parametrize("path", ["cdrs/1/", "cdrs/1/bill/", "exports/1/file", "statements/1/statement.pdf"])
def test_where_nothing_is_asked_nothing_may_be_said(path: str) -> None:
    """Also not where it would change nothing."""
    assert refused(path, month="2026-10")[2] == "month: is no parameter; there are none"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"format": "csv"}]', "non_field_errors: Invalid data. Expected a dictionary"),
        ("[1]", "non_field_errors: Invalid data"),
        ("5", "non_field_errors: Invalid data"),
        ('"csv"', "non_field_errors: Invalid data"),
        ("null", "non_field_errors: No data provided"),  # and not an export of everything
        ('{"format": "xls"}', 'format: "xls" is not a valid choice.'),
        ('{"formed": "csv"}', "formed: is no parameter"),
        ('{"credit": null}', "credit: This field may not be null."),
        ("{", "JSON parse error"),
        ("[" * 100_000, "JSON parse error - nested too deep"),
    ],
)
def test_what_is_wrong_with_a_body_is_told_and_begins_no_file(text: str, said: str) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    answer = Client().post("/api/v1/billing/exports/", text, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["detail"].startswith(said)) == (400, True), answer.content
    assert not BillingExport.objects.exists()


@pytest.mark.parametrize("path", ["", "cdrs", "cdrs.xml", "cdr/", "cdrs/one/", "cdrs/1/bills/"])
def test_an_address_with_nothing_at_it_is_told_in_the_same_shape(path: str) -> None:
    assert refused(path) == refused(path, month="2026-10") == (404, "not_found", NOTHING)
    assert Client().get(f"/api/v1/billing/{path}").status_code == 401


def test_a_bound_token_reads_its_own_side_only() -> None:
    """S22, S24: another party is refused in the same words whether it exists or not."""
    mine = world.cdr("MINE")
    theirs = world.cdr("THEIRS", emsp="FR/OTH")
    payer = token(world.party("DE/EMX", "EMSP"))
    assert ids(bearer=payer) == ids(bearer=payer, cpo="NL/VLT") == ["MINE"]
    assert ids(bearer=token(world.party("NL/VLT", "CPO")), emsp="FR/OTH") == ["THEIRS"]
    world.party("FR/OTH", "EMSP")
    for foreign in ("FR/OTH", "XX/NON"):
        assert refused("cdrs/", payer, emsp=foreign)[:2] == (403, "foreign_party")
        assert refused("cdrs.csv", payer, emsp=foreign)[:2] == (403, "foreign_party")
    for path in ("cdrs/{}/", "cdrs/{}/bill/"):
        assert found(path.format(mine.pk), payer)["cdr_id"] == "MINE"
        foreign, none = (refused(path.format(pk), payer) for pk in (theirs.pk, theirs.pk + 1000))
        assert foreign == none == (404, "not_found", "There is no such CDR for this token.")


def test_what_the_desk_withholds_is_for_unbound_readers_only() -> None:
    cdr = world.cdr("A")
    Cdr.objects.filter(pk=cdr.pk).update(withheld=True)
    assert ids() == ["A"]
    assert ids(bearer=token(world.party("NL/VLT", "CPO"))) == []


def test_a_bound_token_whose_parties_are_gone_reads_nothing() -> None:
    world.cdr("A")
    row, bearer = billing_tokens.issue("tests", [world.party("NL/VLT", "CPO")])
    row.parties.clear()
    assert ids(bearer=bearer) == []


def test_one_cdr_comes_with_findings_and_document() -> None:
    cdr = world.priced("A", "2.50", "3.025")
    finding = {"code": "cost_mismatch", "severity": "error", "pointer": "/total_cost", "message": "differs"}
    world.assess(cdr, "ON_HOLD", reasons=[finding | {"amounts": {"claimed": "2.50"}}], codes=["cost_mismatch"])
    told = found(f"cdrs/{cdr.pk}/")
    assert told["findings"][0]["amounts"] == {"claimed": "2.50"}
    assert told["document"]["total_cost"] == {"excl_vat": "2.50", "incl_vat": "3.025"}


def test_the_bill_has_its_lines_and_the_total_by_rate() -> None:
    """Energy 2.00 at 21 %, a fee of 1.00 at 9 %: 3.00 and 3.51 by hand."""
    lines = [{"dimension": "ENERGY", "price": "0.20", "vat": 21, "excl_vat": 2, "incl_vat": "2.42", "because": "…"}]
    vat = [{"vat": 21, "excl_vat": 2, "incl_vat": "2.42"}, {"vat": 9, "excl_vat": 1, "incl_vat": "1.09"}]
    cdr = world.priced("A", "3.00", "3.51", bill={"lines": lines, "vat": vat})
    told = found(f"cdrs/{cdr.pk}/bill/")
    assert told["vat"] == [
        {"vat": "9", "excl_vat": "1.0000", "incl_vat": "1.0900"} | {"excl_vat": "1", "incl_vat": "1.09"},
        {"vat": "21", "excl_vat": "2", "incl_vat": "2.42"},
    ]
    assert told["bill"]["lines"][0] == lines[0] | {"vat": "21", "excl_vat": "2"}
    assert (told["total_cost_excl_vat"], told["total_cost_incl_vat"]) == ("3.0000", "3.5100")


def test_the_desks_bill_stands_in_where_the_owner_sent_none() -> None:
    cdr = world.priced("A", "1.00", "1.21")
    assert found(f"cdrs/{cdr.pk}/bill/")["bill"] is None
    world.assess(cdr, "ACCEPTED", bill={"lines": [], "vat": [{"vat": "21", "excl_vat": "1", "incl_vat": "1.21"}]})
    told = found(f"cdrs/{cdr.pk}/bill/")
    assert told["vat"] == [{"vat": "21", "excl_vat": "1.0000", "incl_vat": "1.2100"}]


def test_nothing_can_be_changed() -> None:
    """The one POST asks for a file."""
    headers = {"Authorization": f"Bearer {token()}"}
    for path in PATHS:
        for verb in ("post", "put", "patch", "delete"):
            if (path, verb) != ("exports/", "post"):
                answer = getattr(Client(), verb)(f"/api/v1/billing/{path}", headers=headers)
                assert (path, verb, answer.status_code) == (path, verb, 405)


def test_the_documentation_describes_every_path(client: Client) -> None:
    answer = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    told = answer.json()
    assert "/api/v1/billing/cdrs/" in told["paths"] and "/api/v1/billing/changes/" in told["paths"]
    record = told["components"]["schemas"]["CdrRecord"]["properties"]
    assert record["total_cost_excl_vat"]["type"] == "string"
    assert record["end_date_time"]["format"] == "date-time"
    parameters = [one["name"] for one in told["paths"]["/api/v1/billing/cdrs/"]["get"]["parameters"]]
    assert {"cpo", "emsp", "month", "verdict", "after", "limit"} <= set(parameters)
    assert told["paths"]["/api/v1/billing/cdrs/"]["get"]["security"] == [{"billingToken": []}]
