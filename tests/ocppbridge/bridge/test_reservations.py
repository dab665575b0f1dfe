"""RESERVE_NOW and CANCEL_RESERVATION on our own stations: what the station hears, what the eMSP sees, what it costs.

The tariff of these tests: 2.00 an hour of reservation, 4.00 an hour if it expires, 0.30 a kWh.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge import commands, reservations, sessions, telling
from ocppbridge.charging import messages
from ocppbridge.charging.outcomes import Accepted, Outcome, Refused
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.handlers.reservations import cancelled, reserved
from ocppbridge.models import Alert, Call, Connection, Reservation, Station, Transaction
from ocppbridge.services import stations, transactions
from ocppbridge.services.turns import Turn
from roaming.models import Cdr, Command, Party, Platform, Session
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import commands as ocpi_commands
from roaming.services import locations, tariffs
from tests.ocppbridge.bridge.test_sessions import LOCATION, TARIFF

pytestmark = pytest.mark.django_db

OWNER = PartyId("NL", "VLT")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = {
    "country_code": "DE", "party_id": "EMX", "uid": "04AABB", "type": "RFID", "contract_id": "DE-EMX-C1", "issuer": "E",
    "valid": True, "whitelist": "ALLOWED", "last_updated": "2026-01-01T00:00:00Z", "group_id": "FAMILY",
}  # fmt: skip


def rate(price: str, **restrictions: str) -> dict[str, Any]:
    element: dict[str, Any] = {"price_components": [{"type": "TIME", "price": Decimal(price), "step_size": 1}]}
    return {**element, "restrictions": restrictions}


@pytest.fixture
def station() -> Station:
    elements = [
        rate("4.00", reservation="RESERVATION_EXPIRES"),
        rate("2.00", reservation="RESERVATION"),
        {"price_components": [{"type": "ENERGY", "price": Decimal("0.30"), "step_size": 1}]},
    ]
    tariffs.store(OWNER, {**TARIFF, "elements": elements}, source=None, now=NOON)
    held: Any = LOCATION["evses"]
    evses = [{**held[0], "capabilities": ["RESERVABLE"]}, {**held[0], "uid": "E2", "capabilities": ["RESERVABLE"]}]
    locations.store(OWNER, {**LOCATION, "evses": evses}, source=None, now=NOON)
    made = stations.add("CP1", "NL/VLT", location_id="L1", evses=["E1", "E2"]).station
    made.subprotocol = "ocpp2.0.1"
    made.connection = Connection.objects.create(
        station=made, subprotocol="ocpp2.0.1", node="n", channel="c", opened_at=NOON, alive_at=NOON
    )
    made.save()
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    platform = Platform.objects.create(name="Example Mobility", status=Platform.Status.CONNECTED)
    Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    return made


def order(kind: str, party: str = "EMX", reservation_id: str = "1", **body: Any) -> Command:
    """A command as `roaming` hands it over."""
    sender, _ = Party.objects.get_or_create(country_code="DE", party_id=party, role="EMSP")
    request = {"token": {**TOKEN, "party_id": party}, "reservation_id": reservation_id, **body}
    command = Command.objects.create(
        kind=kind, sender=sender, receiver=Party.objects.get(party_id="VLT"), request=json.dumps(request),
        location_id="L1", evse_uid=body.get("evse_uid", "E1"), reservation_id=reservation_id, token_uid="04AABB",
        token_type="RFID", authorization_reference="REF-1", expires_at=NOON, result_state="WAITING",
        response="ACCEPTED",
    )  # fmt: skip
    acceptance = commands.accept(command)
    command.refresh_from_db()
    command.response = acceptance.response
    return command


def reserve(minutes: int = 30, **more: Any) -> Command:
    until = (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return order("RESERVE_NOW", expiry_date=until, **more)


def call_of(command: Command) -> Call:
    call = Call.objects.select_related("station").get(reference=str(command.pk))
    call.state, call.sent_at = Call.State.ANSWERED, NOON
    return call


def hold(command: Command, minute: int = 0, outcome: Outcome | None = Accepted("Accepted")) -> Reservation:  # noqa: B008
    reserved(call_of(command), outcome, at(minute))
    return Reservation.objects.latest("pk")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def session() -> tuple[str, dict[str, Any]]:
    row = Session.objects.get()
    return row.status, json.loads(row.document)


def test_the_station_hears_our_number_and_the_session_begins_when_it_accepts(station: Station) -> None:
    """CMD-20, OCP-04, SES-16, SES-20; TC_H_01."""
    command = reserve()
    assert command.response == "ACCEPTED"
    call, row = call_of(command), Reservation.objects.get()
    assert call.payload == {
        "id": row.pk, "expiryDateTime": "2026-11-21T12:30:00Z", "idToken": {"idToken": "04AABB", "type": "ISO14443"},
        "evseId": 1, "groupIdToken": {"idToken": "FAMILY", "type": "Central"},
    }  # fmt: skip
    assert not Session.objects.exists()
    row = hold(command)
    assert (row.state, row.partner, row.partner_reservation_id) == ("held", "DE/EMX", "1")
    status, document = session()
    assert status == "RESERVATION"
    assert (document["evse_uid"], document["auth_method"], document["kwh"]) == ("E1", "COMMAND", 0)
    assert document["authorization_reference"] == "REF-1"
    assert document["cdr_token"]["uid"] == "04AABB"
    command.refresh_from_db()
    assert (command.result, command.result_state) == ("ACCEPTED", "DUE")


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("Occupied", "EVSE_OCCUPIED"),
        ("Faulted", "EVSE_INOPERATIVE"),
        ("Unavailable", "EVSE_INOPERATIVE"),
        ("Rejected", "REJECTED"),
    ],
)
def test_what_a_station_refuses_is_no_session(station: Station, word: str, result: str) -> None:
    """TC_048_1 to TC_048_4, TC_H_22, CMD-08."""
    command = reserve()
    assert hold(command, outcome=Refused(word)).state == "refused"
    command.refresh_from_db()
    assert command.result == result
    assert not Session.objects.exists()


def test_the_same_id_changes_a_reservation_and_another_emsps_same_id_is_another(station: Station) -> None:
    """CMD-19, CMD-20."""
    first = hold(reserve(30))
    later = reserve(60)
    assert call_of(later).payload["id"] == first.pk
    assert hold(later, 5).expires_at == at(60)
    assert Reservation.objects.count() == 1 and Session.objects.count() == 1
    reserve(30, party="EMY", evse_uid="E2")
    assert Reservation.objects.count() == 2


def test_a_change_that_the_station_refuses_leaves_what_is_held(station: Station) -> None:
    hold(reserve(30))
    row = hold(reserve(60), 5, Refused("Rejected"))
    assert (row.state, row.expires_at) == ("held", at(30))


def test_without_an_evse_a_free_one_is_chosen(station: Station) -> None:
    """CMD-19."""
    station.evses.filter(number=2).update(status="AVAILABLE")
    assert call_of(reserve(evse_uid="")).payload["evseId"] == 2


def start(station: Station, minute: int, uid: str = "04AABB", evse: int = 1, **more: Any) -> Transaction:
    """A driver comes."""
    turn = Turn(station, at(minute))
    token = IdToken(uid, "ISO14443")
    told = messages.Started(at=at(minute), transaction=f"T{minute}", place=Place(evse, 1), token=token, **more)
    row = transactions.ensure(station.pk, told, at(minute))
    row.cdr_token = {name: TOKEN[name] for name in ("country_code", "party_id", "uid", "type", "contract_id")}
    row.token_owner, row.auth_method = "DE/EMX", "COMMAND"
    row.save()
    turn.advance(turn.known(row), told)
    turn.finish()
    turn.out.flush()
    telling.tell_turn(turn)
    return Transaction.objects.get(pk=row.pk)


def end(row: Transaction, minute: int) -> None:
    told = messages.Ended(at=at(minute), transaction=row.transaction_id, reason="Local")
    transactions.advance(row, told, at(minute))
    row.released_at = at(minute)
    row.save()
    sessions.publish(row, at(minute))


def test_the_transaction_that_uses_it_goes_on_with_its_session_and_pays_for_both(station: Station) -> None:
    """SES-21, CDR-20; TC_046."""
    held = hold(reserve(60))
    row = start(station, 30)
    status, document = session()
    assert (status, document["id"]) == ("ACTIVE", str(held.session_id))
    assert document["start_date_time"] == "2026-11-21T12:00:00Z"
    end(row, 60)
    cdr = json.loads(Cdr.objects.get().document)
    assert cdr["id"] == str(held.session_id)
    assert cdr["total_reservation_cost"]["excl_vat"] == 1  # half an hour at 2.00
    kinds = [period["dimensions"][0]["type"] for period in cdr["charging_periods"]]
    assert kinds[0] == "RESERVATION_TIME"
    held.refresh_from_db()
    assert held.state == "used"
    assert reservations.expire(at(90)) == 0


@pytest.mark.parametrize(
    ("more", "used"),
    [
        ({"uid": "04aabb"}, True),
        ({"uid": "04AABB", "evse": 2}, False),
        ({"uid": "ELSE"}, False),
    ],
)
def test_a_reservation_is_used_by_its_token_on_its_evse(station: Station, more: dict[str, Any], used: bool) -> None:
    """TC_053, TC_H_19."""
    held = hold(reserve(60))
    start(station, 30, **more)
    held.refresh_from_db()
    assert (held.state == "used") is used


def test_a_station_may_name_the_reservation_that_a_transaction_uses(station: Station) -> None:
    held = hold(reserve(60))
    start(station, 30, uid="ELSE", evse=2, reservation_id=held.pk)
    held.refresh_from_db()
    assert held.state == "used"


def test_a_card_of_the_same_group_uses_it(station: Station) -> None:
    """TC_H_19."""
    held = hold(reserve(60))
    row = Transaction(station=station, transaction_id="T", started_at=NOON, last_news_at=NOON, evse_number=1)
    row.id_token, row.group_id = "OTHER", "FAMILY"
    row.save()
    reservations.used_by(row, at(5))
    held.refresh_from_db()
    assert held.state == "used"


def test_nobody_came_so_it_expires_and_costs_what_the_tariff_asks_for_that(station: Station) -> None:
    """SES-21, CMD-21; TC_047: known from the clock alone."""
    hold(reserve(30))
    assert reservations.expire(at(29)) == 0
    assert reservations.expire(at(31)) == 1
    status, document = session()
    assert (status, document["end_date_time"]) == ("COMPLETED", "2026-11-21T12:30:00Z")
    cdr = json.loads(Cdr.objects.get().document)
    assert cdr["total_cost"]["excl_vat"] == 2  # half an hour at 4.00
    assert cdr["session_id"] == document["id"]


def test_the_station_tells_that_it_expired_and_nothing_happens_twice(station: Station) -> None:
    """TC_H_07."""
    row = hold(reserve(30))
    reservations.told(station, row.pk, "Expired", at(30))
    reservations.told(station, row.pk, "Removed", at(31))
    assert reservations.expire(at(40)) == 0
    row.refresh_from_db()
    assert (row.state, Cdr.objects.count()) == ("expired", 1)


def sent(command: Command) -> None:
    Command.objects.filter(pk=command.pk).update(result_state="SENT")


def test_an_emsp_cancels_its_reservation_and_pays_for_the_time(station: Station) -> None:
    """CMD-21; TC_051, TC_H_17: the result goes to the cancelling command only."""
    made = reserve(60)
    hold(made)
    sent(made)
    command = order("CANCEL_RESERVATION")
    call = call_of(command)
    assert (call.action, call.payload) == ("CancelReservation", {"reservationId": Reservation.objects.get().pk})
    cancelled(call, Accepted("Accepted"), at(30))
    command.refresh_from_db()
    made.refresh_from_db()
    assert (command.result, made.result, made.result_state) == ("ACCEPTED", "ACCEPTED", "SENT")
    assert session()[0] == "COMPLETED"
    assert json.loads(Cdr.objects.get().document)["total_cost"]["excl_vat"] == 1


def test_a_station_that_holds_no_such_reservation_ends_it_all_the_same(station: Station) -> None:
    """TC_052."""
    hold(reserve())
    command = order("CANCEL_RESERVATION")
    cancelled(call_of(command), Refused("Rejected"), at(5))
    command.refresh_from_db()
    assert command.result == "UNKNOWN_RESERVATION"
    assert Reservation.objects.get().state == "cancelled"


def test_silence_on_a_cancellation_leaves_it_held(station: Station) -> None:
    hold(reserve())
    command = order("CANCEL_RESERVATION")
    cancelled(call_of(command), None, at(5))
    command.refresh_from_db()
    assert (command.result, Reservation.objects.get().state) == ("TIMEOUT", "held")


def test_nobody_cancels_what_is_another_s_or_over(station: Station) -> None:
    """CMD-20, CMD-21."""
    hold(reserve())
    foreign = order("CANCEL_RESERVATION", party="EMY")
    assert (foreign.response, foreign.result) == ("ACCEPTED", "UNKNOWN_RESERVATION")
    reservations.expire(at(31))
    assert order("CANCEL_RESERVATION").result == "UNKNOWN_RESERVATION"
    assert not Call.objects.filter(action="CancelReservation").exists()


def test_a_cancellation_on_our_side_goes_to_the_reserve_now_itself(station: Station) -> None:
    """CMD-22; TC_H_20: the station has removed it."""
    made = reserve()
    row = hold(made)
    sent(made)
    reservations.told(station, row.pk, "Removed", at(5))
    made.refresh_from_db()
    assert (made.result, made.result_state) == ("CANCELED_RESERVATION", "DUE")
    assert json.loads(ocpi_commands.result_body(made).decode())["result"] == "CANCELED_RESERVATION"


def test_a_fault_ends_what_a_1_6_station_holds(station: Station) -> None:
    """1.6 §5.13; CMD-22."""
    made = reserve()
    row = hold(made)
    sent(made)
    evse = station.evses.get(number=1)
    reservations.lost([evse], at(5))
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, made.result) == ("cancelled", "CANCELED_RESERVATION")


def test_a_station_that_is_away_is_not_asked(station: Station) -> None:
    """CMD-02."""
    Station.objects.update(connection=None)
    assert reserve().response == "REJECTED"
    assert not Reservation.objects.exists()


def test_a_token_that_1_6_cannot_carry_leaves_nothing_behind(station: Station) -> None:
    """OCP-05."""
    Station.objects.update(subprotocol="ocpp1.6")
    command = reserve(token={**TOKEN, "uid": "0123456789012345678901"})
    assert command.response == "NOT_SUPPORTED"
    assert not Reservation.objects.exists()


def test_another_stations_reservation_cannot_be_ended(station: Station) -> None:
    """S39."""
    row = hold(reserve())
    thief = stations.add("CP2", "NL/VLT").station
    reservations.told(thief, row.pk, "Removed", at(5))
    row.refresh_from_db()
    assert row.state == "held"


def test_what_cannot_be_priced_ends_all_the_same_and_staff_are_told(station: Station) -> None:
    row = hold(reserve(30))
    Reservation.objects.update(tariff='{"currency": "EUR"}')
    assert reservations.expire(at(31)) == 1
    row.refresh_from_db()
    assert row.state == "expired"
    assert Alert.objects.get().code == "RESERVATION-NOT-PUBLISHED"
    assert reservations.expire(at(32)) == 0
