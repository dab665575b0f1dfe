"""Local lists follow the tokens: sent whole, then in differences, within the station's limits, in step after doubt.

The station of these tests keeps a list as its specification says, and answers each call that is queued for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ocppbridge.bridge import local_lists
from ocppbridge.charging.messages import Booted
from ocppbridge.handlers import blocks, settling
from ocppbridge.handlers.provisioning import booted
from ocppbridge.models import Alert, Call, Connection, LocalList, Setting, Station
from ocppbridge.services.local_lists import want
from ocppbridge.services.turns import Turn
from ocppbridge.versions import DIALECTS
from roaming.decisions import Scope
from roaming.models import Agreement, Party, Platform, Token
from roaming.ocpi.party import PartyId
from roaming.services import decisions, tokens
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db

assert blocks.BLOCKS  # what the end of a call means is registered by them
EMX = PartyId("DE", "EMX")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Holder:
    """A station with a local list, 1.6 or 2.x."""

    def __init__(self, station: Station, subprotocol: str) -> None:
        self.station, self.dialect = station, DIALECTS[subprotocol]
        self.version, self.held = 0, dict[str, str]()
        self.limits: dict[str, str] = {}
        self.says: list[str] = []  # instead of doing what it is asked
        self.sent: list[tuple[str, int]] = []  # (type, entries) of each SendLocalList

    def answer(self, now: datetime) -> int:
        """Every call that waits."""
        count = 0
        while call := Call.objects.filter(station=self.station, state="queued").order_by("created_at", "pk").first():
            Call.objects.filter(pk=call.pk).update(state="sent", sent_at=now)
            call = Call.objects.select_related("station").get(pk=call.pk)
            payload = getattr(self, call.action)(call.payload)
            if payload is None:
                settling.unanswered(call.pk, True, now)
            else:
                self.dialect.validate_response(call.action, payload)
                settling.settle(settling.answered(call, payload, "", self.dialect, now))
            count += 1
        return count

    def GetLocalListVersion(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"listVersion" if self.dialect.version == "1.6" else "versionNumber": self.version}

    def SendLocalList(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        entries = asked.get("localAuthorizationList", [])
        self.sent.append((asked["updateType"], len(entries)))
        if self.says:
            word = self.says.pop(0)
            return None if word == "silence" else {"status": word}
        if asked["updateType"] == "Full":
            self.held = {}
        for entry in entries:
            uid = entry["idTag"] if self.dialect.version == "1.6" else entry["idToken"]["idToken"]
            info = entry.get("idTagInfo", entry.get("idTokenInfo"))
            if info is None:
                self.held.pop(uid.upper(), None)
            else:
                self.held[uid.upper()] = info["status"]
        self.version = asked.get("listVersion", asked.get("versionNumber"))
        return {"status": "Accepted"}

    def GetVariables(self, asked: dict[str, Any]) -> dict[str, Any]:
        (one,) = asked["getVariableData"]
        value = self.limits.get(one["variable"]["name"])
        told = (
            {"attributeValue": value, "attributeStatus": "Accepted"}
            if value
            else {"attributeStatus": "UnknownVariable"}
        )
        return {"getVariableResult": [{**one, **told}]}

    def GetConfiguration(self, asked: dict[str, Any]) -> dict[str, Any]:
        (key,) = asked["key"]
        if key not in self.limits:
            return {"unknownKey": [key]}
        return {"configurationKey": [{"key": key, "readonly": True, "value": self.limits[key]}]}


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def holder(request: pytest.FixtureRequest) -> Holder:
    platform = Platform.objects.create(name="Example Mobility", status=Platform.Status.CONNECTED)
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    cpo = Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    Agreement.objects.create(cpo=cpo, emsp=emsp)
    Agreement.objects.update(changed_at=NOON - timedelta(hours=2))
    station = new_station("CP1")
    made = Connection.objects.create(
        station=station, subprotocol=request.param, node="n", channel="c", opened_at=NOON, alive_at=NOON
    )
    Connection.objects.update(opened_at=NOON)
    Station.objects.update(connection=made, subprotocol=request.param)
    station.refresh_from_db()
    decisions.choose("LOCAL-LIST", "keep", scope=Scope.STATION, key="CP1")
    return Holder(station, request.param)


def push(uid: str, now: datetime = NOON - timedelta(hours=1), **more: Any) -> None:
    stamp = (now - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    document = {
        "country_code": "DE", "party_id": "EMX", "uid": uid, "type": "RFID", "contract_id": f"DE-EMX-{uid}",
        "issuer": "Example Mobility", "valid": True, "whitelist": "ALLOWED", "last_updated": stamp, **more,
    }  # fmt: skip
    tokens.store(EMX, document, source=None, now=now)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def run(holder: Holder, *minutes: float) -> LocalList:
    for minute in minutes:
        local_lists.sweep(after(minute))
        holder.answer(after(minute))
    return LocalList.objects.get()


def test_a_station_is_asked_for_its_version_and_given_the_whole_list(holder: Holder) -> None:
    """TC_043_4, TC_D_01, TC_D_08."""
    push("04AA", group_id="FAMILY")
    push("04BB", whitelist="ALLOWED_OFFLINE")
    push("04CC", valid=False)
    push("04DD", whitelist="NEVER")
    push("APP", type="APP_USER")
    row = run(holder, 1)
    assert holder.held == {"04AA": "Accepted", "04BB": "Accepted", "04CC": "Blocked"}
    assert (row.state, row.version, row.entries, row.drift) == ("same", 1, 3, 0)
    (entry, *_) = Call.objects.get(action="SendLocalList").payload["localAuthorizationList"]
    group = entry["idTagInfo"]["parentIdTag"] if "idTag" in entry else entry["idTokenInfo"]["groupIdToken"]["idToken"]
    assert group == "FAMILY"


def test_changes_are_collected_and_only_the_difference_goes_out(holder: Holder) -> None:
    """TC_043_5, TC_D_02, TC_D_03; decision LOCAL-LIST-DEBOUNCE."""
    push("04AA")
    push("04BB")
    run(holder, 1)
    push("04BB", after(5), valid=False)
    push("04CC", after(5))
    push("04AA", after(5), whitelist="NEVER")
    assert run(holder, 5.1).stale_since is not None
    assert holder.sent == [("Full", 2)]
    row = run(holder, 5.7)
    assert holder.sent == [("Full", 2), ("Differential", 3)]
    assert holder.held == {"04BB": "Blocked", "04CC": "Accepted"}
    assert (row.state, row.version, row.stale_since) == ("same", 2, None)


def test_a_token_that_was_stored_before_but_committed_after_is_not_missed(holder: Holder) -> None:
    push("04AA", after(0.9))
    run(holder, 1)
    push("04BB", after(0.5))  # its transaction was slow: it shows only now
    run(holder, 2, 3)
    assert set(holder.held) == {"04AA", "04BB"}


def test_a_long_list_goes_in_pieces_within_the_stations_limits(holder: Holder) -> None:
    """D01.FR.11: ItemsPerMessage, SendLocalListMaxLength; LocalAuthListMaxLength."""
    if holder.dialect.version == "1.6":
        holder.limits = {"SendLocalListMaxLength": "2", "LocalAuthListMaxLength": "5"}
    else:
        holder.limits = {"ItemsPerMessage": "2"}
        Setting.objects.create(station=holder.station, component="LocalAuthListCtrlr", name="Entries", most="5")
    for number in range(7):
        push(f"04{number:02}", valid=number > 0)
    row = run(holder, 1)
    assert holder.sent == [("Full", 2), ("Differential", 2), ("Differential", 1)]
    assert list(holder.held.values()) == ["Accepted"] * 5
    assert (row.state, row.version, row.entries, row.left_out) == ("same", 3, 5, 2)


def test_a_station_with_another_version_gets_the_whole_list_anew(holder: Holder) -> None:
    """Exchanged or reset while it was away: after each new connection its version is compared within the hour."""
    push("04AA")
    run(holder, 1)
    holder.version, holder.held = 40, {"OLD": "Accepted"}
    Connection.objects.update(opened_at=after(2))
    row = run(holder, 3, 65)
    assert (holder.held, row.version) == ({"04AA": "Accepted"}, 41)


def test_a_station_that_has_booted_is_asked_at_once_whether_it_still_has_its_list(holder: Holder) -> None:
    """Also on one socket: a 1.6 station keeps its list in a memory that a reset may empty."""
    decisions.choose("DEVICE-MODEL-REPORT", "never", scope=Scope.STATION, key="CP1")
    push("04AA")
    run(holder, 1)
    holder.version, holder.held = 0, {}
    booted(Booted("V", "M"), Turn(Station.objects.get(), after(2)))
    row = run(holder, 2.1)
    assert (holder.held, row.version) == ({"04AA": "Accepted"}, 2)


@pytest.mark.parametrize("word", ["VersionMismatch", "Failed", "silence"])
def test_after_an_answer_that_leaves_doubt_the_version_is_asked_and_the_whole_list_sent(
    holder: Holder, word: str
) -> None:
    """TC_043_3."""
    push("04AA")
    run(holder, 1)
    push("04BB", after(5))
    holder.says = [word]
    run(holder, 5.1)
    assert run(holder, 5.7).state == "doubtful"
    row = run(holder, 8)
    assert holder.sent == [("Full", 1), ("Differential", 1), ("Full", 2)]
    assert (row.state, set(holder.held)) == ("same", {"04AA", "04BB"})


def test_a_station_that_takes_no_list_is_left_in_peace_and_told_about(holder: Holder) -> None:
    push("04AA")
    holder.says = ["Failed"] * 50
    row = run(holder, *range(1, 60))
    assert (row.state, len(holder.sent)) == ("failed", 5)
    assert Alert.objects.get().code == "LOCAL-LIST-FAILED"


def test_a_station_without_a_local_list_is_not_asked_again(holder: Holder) -> None:
    """TC_042_1, TC_043_1."""
    if holder.dialect.version == "1.6":
        holder.version = -1
    else:
        holder.says = ["NotSupported"] * 9
    push("04AA")
    if holder.dialect.version != "1.6":
        settle_as_unknown(holder)
    row = run(holder, 1, 2, 100)
    assert (row.state, holder.held) == ("none", {})
    assert Call.objects.filter(action="GetLocalListVersion").count() == 1


def settle_as_unknown(holder: Holder) -> None:
    """A 2.x station without the feature answers with a CALLERROR."""

    def refuse(asked: dict[str, Any]) -> None:
        call = Call.objects.select_related("station").get(action="GetLocalListVersion")
        settling.settle(settling.refused(call, "NotSupported", "", NOON))

    holder.GetLocalListVersion = refuse  # type: ignore[method-assign,assignment]


def test_tokens_that_a_1_6_station_cannot_hold_are_counted(holder: Holder) -> None:
    """OCP-05."""
    push("0123456789012345678901")
    push("04AA")
    row = run(holder, 1)
    old = holder.dialect.version == "1.6"
    assert (row.entries, row.left_out) == ((1, 1) if old else (2, 0))


def test_a_list_is_not_sent_unless_it_is_wished_for(holder: Holder) -> None:
    """Decision LOCAL-LIST."""
    decisions.withdraw("LOCAL-LIST", scope=Scope.STATION, key="CP1")
    push("04AA")
    local_lists.sweep(after(1))
    assert not LocalList.objects.exists()
    decisions.choose("LOCAL-LIST", "keep")
    run(holder, 2)
    assert set(holder.held) == {"04AA"}


def test_whitelist_only(holder: Holder) -> None:
    """Decision LOCAL-LIST-TOKENS."""
    decisions.choose("LOCAL-LIST-TOKENS", "whitelist")
    push("04AA", whitelist="ALWAYS")
    push("04BB", whitelist="ALLOWED_OFFLINE")
    run(holder, 1)
    assert set(holder.held) == {"04AA"}


def test_tokens_that_the_operator_may_not_see_are_in_no_list(holder: Holder) -> None:
    """S22."""
    Agreement.objects.update(modules=["locations"])
    push("04AA")
    run(holder, 1)
    assert Token.objects.count() == 1
    assert holder.held == {}


def test_staff_send_it_whole_or_empty_it(holder: Holder) -> None:
    """TC_D_04; a list that staff have emptied stays empty."""
    push("04AA")
    row = run(holder, 1)
    want(row, "full", after(10))
    run(holder, 10)
    assert holder.sent[-1] == ("Full", 1)
    want(LocalList.objects.get(), "clear", after(20))
    run(holder, 20)
    assert (holder.sent[-1], holder.held) == (("Full", 0), {})
    push("04BB", after(21))
    row = run(holder, 22, 23, 24)
    assert (holder.held, row.state, row.wanted) == ({}, "same", "clear")
    want(row, "full", after(30))
    row = run(holder, 30)
    assert (set(holder.held), row.wanted) == ({"04AA", "04BB"}, "")


def test_a_list_that_we_cannot_make_does_not_hold_up_the_others(holder: Holder) -> None:
    push("04AA")
    run(holder, 1)
    LocalList.objects.update(tokens=[["broken"]], due_at=after(2))
    row = run(holder, 2)
    assert (row.state, "ValueError" in row.problem, row.due_at) == ("failed", True, after(62))


def test_staff_see_and_steer_lists(holder: Holder, admin_client: Client) -> None:
    push("04AA")
    row = run(holder, 1)
    page = admin_client.get(reverse("admin:ocppbridge_locallist_changelist"))
    assert page.status_code == 200 and "as it should be" in page.content.decode()
    url = reverse("admin:ocppbridge_locallist_change", args=(row.pk,))
    assert admin_client.get(url).status_code == 200
    for verb, wanted in (("send_whole", "full"), ("clear", "clear"), ("bring_in_line", "")):
        admin_client.post(reverse(f"admin:ocppbridge_locallist_{verb}", args=(row.pk,)), {})
        row.refresh_from_db()
        assert (row.wanted, row.state) == (wanted, "unknown")
    LocalList.objects.all().delete()
    admin_client.post(reverse("admin:ocppbridge_station_local_list", args=(holder.station.pk,)), {"what": "full"})
    assert LocalList.objects.get().wanted == "full"
