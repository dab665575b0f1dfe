"""Transactions that hear no more: flagged, asked about, closed; what comes late takes back what was billed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ocppbridge.bridge import closing, sessions
from ocppbridge.charging.outcomes import Accepted, Outcome, Unsupported
from ocppbridge.handlers.transactions import status_told
from ocppbridge.models import Alert, Call, Connection, Station, Transaction
from ocppbridge.services import silence
from roaming.decisions import Choices, Scope
from roaming.models import Cdr, Session
from roaming.ocpi import json
from roaming.services import decisions
from tests.ocppbridge.api.test_stations import post
from tests.ocppbridge.bridge.test_sessions import at, ended, metered, started, station

__all__ = ["station"]

pytestmark = pytest.mark.django_db


def bills() -> list[tuple[str, bool, Decimal]]:
    """(id, whether a credit, amount) of each CDR that is out, the first first."""
    rows = Cdr.objects.filter(withheld=False).order_by("pk")
    return [(row.object_id, row.credit, json.loads(row.document)["total_cost"]["excl_vat"]) for row in rows]


def test_staff_close_a_transaction_as_of_its_last_news(station: Station) -> None:
    row = started(station)
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    closed = closing.close(row, "anna", at(600))
    assert (closed.state, closed.ended_at, closed.closed_by) == ("closed", at(30), "anna")
    assert Session.objects.get().status == "COMPLETED"
    assert bills() == [(str(row.session_id), False, Decimal("2.6"))]
    with pytest.raises(closing.HasEnded):
        closing.close(row, "bert", at(601))


def test_a_late_stop_takes_the_cdr_back_and_makes_a_new_one(station: Station) -> None:
    """CDR-04, CDR-09 to CDR-11: the credit says everything as it was, with the other sign."""
    row = started(station)
    metered(row, 30, 6000)
    row = closing.close(row, "anna", at(600))
    ended(row, 60, 11000)
    assert row.state == "ended"
    for _ in range(2):  # and again: a repeated stop corrects nothing
        sessions.publish(row, at(700))
    (first, second, third) = bills()
    assert first == (str(row.session_id), False, Decimal("2.6"))
    assert second == (f"{row.session_id}-C", True, Decimal("-2.6"))
    assert third[1:] == (False, Decimal("4.7"))
    credit, anew = (json.loads(one.document) for one in Cdr.objects.order_by("pk")[1:])
    assert (credit["credit_reference_id"], credit["total_energy"]) == (first[0], 5)
    assert (anew["id"], anew["session_id"], anew["total_energy"]) == (row.cdr_id, str(row.session_id), 10)
    assert "credit" not in anew and len(anew["id"]) == 36


def test_a_second_correction_takes_back_the_first(station: Station) -> None:
    row = started(station)
    row.released_at = at(1)
    row = closing.close(row, "anna", at(600))
    closing.release(row, at(600))
    row.refresh_from_db()
    ended(row, 60, 11000)
    sessions.publish(row, at(700))
    first_correction = row.cdr_id
    course = {**row.course, "closed": True}
    row.course = course
    ended(row, 90, 16000)
    sessions.publish(row, at(800))
    ids = [name for name, _, _ in bills()]
    assert ids[3] == f"{first_correction}-C"
    assert len(set(ids)) == 5 == len(ids)
    assert (
        sum(amount for _, _, amount in bills())
        == json.loads(Cdr.objects.latest("pk").document)["total_cost"]["excl_vat"]
    )


def test_where_the_decision_says_so_staff_are_told_instead(station: Station) -> None:
    """Decision CDR-CORRECTION."""
    decisions.choose("CDR-CORRECTION", "flag", scope=Scope.HUB)
    row = started(station)
    metered(row, 30, 6000)
    row = closing.close(row, "anna", at(600))
    ended(row, 60, 11000)
    sessions.publish(row, at(700))
    assert len(bills()) == 1
    assert Alert.objects.get().code == "CDR-OUTDATED"


def test_a_transaction_without_news_is_flagged_once_and_news_take_the_flag_away(station: Station) -> None:
    row = started(station)
    assert silence.flag(at(60), Choices()) == 0
    assert silence.flag(at(12 * 60), Choices()) == 1
    assert silence.flag(at(12 * 60 + 1), Choices()) == 0
    assert Alert.objects.get().code == "TRANSACTION-SILENT"
    row.refresh_from_db()
    assert row.silent_since == row.last_news_at
    metered(row, 13 * 60, 6000)
    assert row.silent_since is None


@pytest.fixture
def back(station: Station) -> Transaction:
    """A 2.x station that was away, and what it had running."""
    row = started(station)
    Transaction.objects.update(wire_id=None, transaction_id="TX-1")
    Station.objects.update(subprotocol="ocpp2.0.1")
    made = Connection.objects.create(
        station=station, subprotocol="ocpp2.0.1", node="n", channel="c", opened_at=at(60), alive_at=at(60)
    )
    Connection.objects.update(opened_at=at(60))
    Station.objects.update(connection=made)
    row.refresh_from_db()
    return row


def test_a_station_that_was_away_is_asked_about_what_it_had_running(back: Transaction) -> None:
    """E14; TC_E_29 to TC_E_31: once, and not before its queue could come in."""
    assert silence.ask(at(60) + timedelta(seconds=30)) == 0
    assert silence.ask(at(62)) == 1
    call = Call.objects.get()
    assert (call.action, call.payload) == ("GetTransactionStatus", {"transactionId": "TX-1"})
    assert silence.ask(at(63)) == 0


def test_what_has_been_heard_of_since_is_not_asked_about(back: Transaction) -> None:
    Transaction.objects.update(last_news_at=at(61))
    assert silence.ask(at(62)) == 0
    Transaction.objects.update(silent_since=at(61))
    assert silence.ask(at(62)) == 1


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", ""])
def test_a_1_6_station_cannot_be_asked(back: Transaction, subprotocol: str) -> None:
    Station.objects.update(subprotocol=subprotocol)
    assert silence.ask(at(62)) == 0


@pytest.mark.parametrize(
    ("outcome", "silent", "alerts"),
    [
        (Accepted("Accepted", data={"ongoing": True, "queued": False}), False, []),
        (Accepted("Accepted", data={"ongoing": False, "queued": True}), True, []),
        (Accepted("Accepted", data={"ongoing": False, "queued": False}), True, ["TRANSACTION-END-LOST"]),
        (Accepted("Accepted", data={"ongoing": None, "queued": False}), True, ["TRANSACTION-END-LOST"]),
        (Unsupported("NotImplemented"), True, []),
        (None, True, []),
    ],
)
def test_its_answer_says_whether_the_end_got_lost(
    back: Transaction, outcome: Outcome | None, silent: bool, alerts: list[str]
) -> None:
    """TC_E_29 to TC_E_31, TC_E_33, TC_E_34."""
    Transaction.objects.update(silent_since=at(0))
    silence.ask(at(62))
    status_told(Call.objects.select_related("station").get(), outcome, at(63))
    back.refresh_from_db()
    assert ((back.silent_since is not None), back.state) == (silent, "running")
    assert list(Alert.objects.values_list("code", flat=True)) == alerts


def test_a_lost_end_may_close_by_itself(back: Transaction) -> None:
    """Decision TRANSACTION-END-UNTOLD."""
    decisions.choose("TRANSACTION-END-UNTOLD", "close", scope=Scope.HUB)
    silence.ask(at(62))
    said = Accepted("Accepted", data={"ongoing": False, "queued": False})
    status_told(Call.objects.select_related("station").get(), said, at(63))
    back.refresh_from_db()
    assert (back.state, back.closed_by) == ("closed", closing.HUB)


def test_the_answer_to_a_question_about_another_station_s_transaction_means_nothing(back: Transaction) -> None:
    """S39."""
    silence.ask(at(62))
    call = Call.objects.select_related("station").get()
    call.station = Station.objects.create(identity="CP2", country_code="NL", party_id="VLT", shard=0)
    status_told(call, Accepted("Accepted", data={"ongoing": False, "queued": False}), at(63))
    assert not Alert.objects.exists()


def press(client: Client, verb: str, row: Transaction) -> Any:
    return client.post(reverse(f"admin:ocppbridge_transaction_{verb}", args=(row.pk,)), {}, follow=True)


def test_staff_close_and_release_on_the_page(station: Station, admin_client: Client) -> None:
    """S42: figures in doubt wait for staff."""
    row = started(station)
    press(admin_client, "close", row)
    row.refresh_from_db()
    assert (row.state, row.closed_by, bills()) == ("closed", "admin", [])  # no meter was read
    assert press(admin_client, "close", row).status_code == 409
    page = admin_client.get(reverse("admin:ocppbridge_transaction_change", args=(row.pk,))).content.decode()
    assert "Release for billing" in page
    press(admin_client, "release", row)
    assert len(bills()) == 1
    assert press(admin_client, "release", row).status_code == 409
    assert admin_client.get(reverse("admin:ocppbridge_transaction_changelist"), {"silent": "yes"}).status_code == 200


def test_the_operator_api_closes_and_releases(station: Station) -> None:
    row = started(station)
    assert post(f"transactions/{row.pk}/release/", {}).status_code == 409
    assert post(f"transactions/{row.pk}/close/", {}, scope="read").status_code == 403
    answer = post(f"transactions/{row.pk}/close/", {})
    assert (answer.status_code, answer.json()["state"], answer.json()["closed_by"]) == (200, "closed", "API: tests")
    assert post(f"transactions/{row.pk}/close/", {}).status_code == 409
    assert post(f"transactions/{row.pk}/release/", {}).json()["cdr_id"] == str(row.session_id)
