"""CDRs as files: CSV that no spreadsheet runs, JSON Lines, streamed in constant memory, or made in the background."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from roaming.models import BillingExport, Cdr
from roaming.services import billing_exports, billing_tokens, cdr_exports
from roaming.services.billing_cdrs import Selection, rows
from roaming.services.billing_records import FIELDS
from tests.personas import samples
from tests.roaming.billing import world
from tests.roaming.billing.door import body, found, get, refused, token

pytestmark = pytest.mark.django_db

MONTH = Selection(ended_from="2026-10-01T00:00:00+00:00", ended_before="2026-11-01T00:00:00+00:00")


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def many(count: int) -> None:
    """Copies of one CDR, one a second."""
    first = world.priced("C", "2.50", "3.025", ended="2026-10-01T00:00:00Z")
    own = dict.fromkeys(("object_key", "object_id"), "'C' || n")
    own["end_date_time"] = "end_date_time + n * interval '1 s'"
    columns = [field.column for field in Cdr._meta.concrete_fields if field.column != "id"]
    names, values = ", ".join(columns), ", ".join(own.get(name, name) for name in columns)
    copies = f"SELECT {values} FROM roaming_cdr, generate_series(1, %s) n WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO roaming_cdr ({names}) {copies}", [count - 1, first.pk])


def test_a_csv_file_has_the_columns_of_the_format_and_every_digit() -> None:
    world.accepted("A", "2.5000", None, total_energy=Decimal("-1.5"))
    answer = get("cdrs.csv", month="2026-10")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="cdrs.csv"'
    text = body(answer)
    (row,) = table(text)
    assert list(row) == list(FIELDS)
    assert (row["total_cost_excl_vat"], row["total_cost_incl_vat"], row["total_energy"]) == ("2.5000", "", "-1.5000")
    assert (row["credit"], row["verdict"], row["end_date_time"]) == ("false", "ACCEPTED", "2026-10-15T12:00:00Z")
    assert text.endswith(b"\r\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_text_of_others_is_never_a_formula(start: str) -> None:
    """S46; a negative amount is a number and stays one."""
    evil = start + "HYPERLINK(1)"
    location = samples.cdr()["cdr_location"] | {"name": evil, "city": 'Café, "Sud"'}
    changes = {"credit": True, "credit_reference_id": "B"}
    world.priced("A", "-2.50", "-3.025", cdr_location=location, **changes)
    (row,) = table(body(get("cdrs.csv")))
    assert row["location_name"] == f"'{evil}"
    assert row["city"] == 'Café, "Sud"'
    assert (row["total_cost_excl_vat"], row["credit"]) == ("-2.5000", "true")
    assert [cdr_exports.safe(f"{blank}=1") for blank in "\t\r\n"] == ["'\t=1", "'\r=1", "'\n=1"]


def test_json_lines_are_what_the_list_says() -> None:
    for number in range(3):
        world.accepted(f"C{number}", "1.10", "1.331")
    lines = [json.loads(line) for line in body(get("cdrs.jsonl")).splitlines()]
    assert lines == found("cdrs/")["results"]


def test_a_file_narrows_as_the_list_does_and_refuses_what_it_refuses() -> None:
    world.priced("OCT", "1", "1")
    world.priced("NOV", "1", "1", ended="2026-11-15T12:00:00Z")
    assert [row["cdr_id"] for row in table(body(get("cdrs.csv", month="2026-11")))] == ["NOV"]
    assert refused("cdrs.csv", month="x")[:2] == (400, "invalid_parameter")
    assert refused("cdrs.csv", limit="5")[:2] == (400, "invalid_parameter")
    assert get("cdrs.xml").status_code == 404


def test_a_stream_holds_a_thousand_cdrs_at_a_time_however_many_there_are() -> None:
    """Ten times the CDRs take the same memory; the figures of a million stand in the benchmark."""

    def peak(pieces: Iterator[bytes]) -> int:
        tracemalloc.start()
        for _ in pieces:
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    many(20_000)
    few = rows(Selection(ended_from=MONTH.ended_from, ended_before="2026-10-01T00:33:20+00:00"), None)
    assert few.count() == 2_000
    assert peak(cdr_exports.stream(rows(MONTH, None), "csv")) < 1.3 * peak(cdr_exports.stream(few, "csv"))


def test_a_month_of_some_thousands_is_complete_and_in_order() -> None:
    many(3_500)
    read = table(body(get("cdrs.csv", month="2026-10")))
    assert len(read) == 3_500
    moments = [row["end_date_time"] for row in read]
    assert moments == sorted(moments)
    assert len({row["id"] for row in read}) == 3_500


def ask(bearer: str, **selection: Any) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"}
    return Client(SERVER_NAME="localhost").post(
        "/api/v1/billing/exports/", selection, content_type="application/json", headers=headers
    )


def test_a_background_export_says_how_far_it_is_and_then_is_the_same_file() -> None:
    many(2_500)
    bearer = token()
    asked = ask(bearer, month="2026-10", format="csv")
    assert asked.status_code == 202, asked.content
    told = asked.json()
    assert (told["state"], told["file"]) == ("RUNNING", None)
    assert refused(f"exports/{told['id']}/file", bearer) == (409, "no_file", "This export is RUNNING: being written.")
    billing_exports.run(told["id"], budget=0)  # one batch
    halfway = found(f"exports/{told['id']}/", bearer)
    assert (halfway["state"], halfway["written"], halfway["total"]) == ("RUNNING", 1000, 2500)
    billing_exports.run(told["id"])
    done = found(f"exports/{told['id']}/", bearer)
    assert (done["state"], done["written"]) == ("READY", 2500)
    whole = body(get(done["file"], bearer))
    assert whole == body(get("cdrs.csv", bearer, month="2026-10"))
    assert len(whole) == done["size"]
    packed = Client(SERVER_NAME="localhost").get(
        done["file"], headers={"Authorization": f"Bearer {bearer}", "Accept-Encoding": "gzip"}
    )
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(packed)) == whole
    assert [one["id"] for one in found("exports/", bearer)] == [told["id"]]


def test_an_export_is_its_tokens_own() -> None:
    world.cdr("A", emsp="FR/OTH")
    mine = token(world.party("DE/EMX", "EMSP"))
    assert ask(mine, emsp="FR/OTH").json()["code"] == "foreign_party"
    assert ask(mine, formt="csv").json()["code"] == "invalid_parameter"
    told = ask(mine).json()
    assert refused(f"exports/{told['id']}/", token())[:2] == (404, "not_found")
    billing_exports.run(told["id"])
    assert found(f"exports/{told['id']}/", mine)["written"] == 0


def test_a_token_that_is_revoked_meanwhile_gets_no_more_rows() -> None:
    many(1_500)
    row, bearer = billing_tokens.issue("tests")
    told = ask(bearer).json()
    billing_exports.run(told["id"], budget=0)
    billing_tokens.revoke(row)
    billing_exports.run(told["id"])
    assert BillingExport.objects.get().written == 1000


def test_a_token_has_two_exports_running_at_most() -> None:
    bearer = token()
    assert [ask(bearer).status_code for _ in range(3)] == [202, 202, 429]


def test_a_file_ends_at_its_limit_and_is_deleted_when_it_is_old(settings: Any) -> None:
    now = timezone.now()
    world.cdr("A")
    bearer = token()
    told = ask(bearer).json()
    billing_exports.run(told["id"])
    assert billing_exports.forget(now) == 0
    assert billing_exports.forget(now + timedelta(days=settings.BILLING_EXPORT_DAYS, minutes=1)) == 1
    assert refused(f"exports/{told['id']}/file", bearer)[:2] == (410, "no_file")
    settings.BILLING_EXPORT_MEGABYTES = 0
    large = ask(bearer).json()
    billing_exports.run(large["id"])
    row = BillingExport.objects.get(pk=large["id"])
    assert (row.state, row.error) == ("FAILED", "larger than 0 MB; ask for a shorter time")
    assert not row.parts.exists()


def test_the_sweep_finds_an_export_that_its_worker_left() -> None:
    now = timezone.now()
    row = billing_exports.ask(MONTH, "csv", by="tests", token=None, now=now)
    assert list(billing_exports.unfinished(now)) == []
    assert list(billing_exports.unfinished(now + timedelta(minutes=2))) == [row]
