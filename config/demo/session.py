"""One roaming session, played and checked hop by hop: the eMSP starts it, a station charges, the eMSP gets the CDR.

Every step waits for what the far sides report; none looks into the hub. The figures of the CDR are compared with those
worked out from the station's own notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.demo import check
from config.demo.stage import Actor, Event, Stage, like
from config.demo.verdict import Verdict
from config.demo.world import OPERATOR, PARTNER, PRICES, Place

START = {"1.6": ("RemoteStartTransaction", "StartTransaction")}
START_2 = ("RequestStartTransaction", "TransactionEvent")
STOP = {"1.6": ("RemoteStopTransaction", "StopTransaction")}
STOP_2 = ("RequestStopTransaction", "TransactionEvent")
ENOUGH_WH = 2_000


@dataclass
class Session:
    """The session of one card at one station."""

    stage: Stage
    emsp: Actor
    station: Actor
    place: Place
    uid: str
    reference: str
    verdict: Verdict

    def play(self) -> tuple[dict[str, Any], check.Figures]:
        """From the plug to the CDR; returns the CDR and what it had to say."""
        since = self.stage.mark()
        self.station.say(do="plug", evse=1)
        self._said(since, "StatusNotification", "the station says that the cable is in")
        self._start()
        pushed = self._running(since)
        session = pushed["document"]
        self._live(since, session)
        ended = self._stop(session)
        return self._bill(since, session, ended)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        since = self.stage.mark()
        response = self.emsp.ask(
            do="start",
            uid=self.uid,
            to=str(OPERATOR),
            location_id=self.place.location_id,
            evse_uid=self.place.evse_uid,
            reference=self.reference,
        )
        self.verdict.check("START_SESSION is accepted at once", response["result"] == "ACCEPTED", str(response))
        asks, says = START.get(self.place.version, START_2)
        asked = self._asked(since, asks)
        named = self.uid in str(asked["payload"])
        self.verdict.check(f"it reaches the station as {asks}", named, f"another card: {asked['payload']}")
        self._result(since, response, "START_SESSION")
        self._said(since, says, f"the station begins the transaction with {says}")

    def _running(self, since: int) -> Event:
        pushed = self.stage.wait(
            lambda event: self._is_session(event) and event["document"]["status"] == "ACTIVE",
            "the eMSP is sent the ACTIVE session",
            since=since,
        )
        session, wrong = pushed["document"], list(pushed["wrong"])
        facts = {
            "country_code": OPERATOR.country,
            "party_id": OPERATOR.party,
            "location_id": self.place.location_id,
            "evse_uid": self.place.evse_uid,
            "connector_id": "1",
            "authorization_reference": self.reference,
            "auth_method": "COMMAND",
            "currency": "EUR",
        }
        wrong += [f"{name} is {session.get(name)}" for name, value in facts.items() if session.get(name) != value]
        if session["cdr_token"].get("uid") != self.uid:
            wrong.append(f"cdr_token is {session['cdr_token']}")
        self.verdict.none("the eMSP has the ACTIVE session, complete and of its own card", wrong)
        self._pushed_status(since, "CHARGING")
        return pushed

    def _live(self, since: int, session: Event) -> None:
        key = f"{session['country_code']}/{session['party_id']}/{session['id']}"

        def enough(event: Event) -> bool:
            known = event["event"] == "pushed" and event["module"] == "sessions" and event["key"] == key
            return bool(known and event["document"] and event["document"]["kwh"] * 1000 >= ENOUGH_WH)

        grown = self.stage.wait(enough, "the eMSP sees the session's energy grow", since=since, seconds=40)
        document = grown["document"]
        self.verdict.check(
            f"the eMSP sees it live: {document['kwh']} kWh, € {_excl(document)} so far",
            _excl(document) is not None,
            "no total_cost yet",
        )

    def _stop(self, session: Event) -> Event:
        since = self.stage.mark()
        response = self.emsp.ask(do="stop", session_id=session["id"], to=str(OPERATOR))
        self.verdict.check("STOP_SESSION is accepted at once", response["result"] == "ACCEPTED", str(response))
        asks, says = STOP.get(self.place.version, STOP_2)
        self._asked(since, asks)
        self.verdict.check(f"it reaches the station as {asks}", True)
        self._result(since, response, "STOP_SESSION")
        ended = self.stage.wait(
            like(who=self.station.name, event="ended"),
            "the station ends its transaction",
            since=since,
        )
        self._said(since, says, f"the station ends the transaction with {says}")
        return ended

    def _bill(self, since: int, session: Event, ended: Event) -> tuple[dict[str, Any], check.Figures]:
        done = self.stage.wait(
            lambda event: self._is_session(event, session["id"]) and event["document"]["status"] == "COMPLETED",
            "the eMSP is sent the COMPLETED session",
            since=since,
        )
        bill = self.stage.wait(
            lambda event: event["event"] == "cdr" and event["document"].get("session_id") == session["id"],
            "the eMSP is sent the CDR",
            since=since,
        )
        figures = check.expected(ended, PRICES)
        final = done["document"]
        agrees = check.same(final["kwh"], figures.kwh) and check.same(_excl(final), figures.total_cost[0])
        self.verdict.check("the COMPLETED session has the final figures", agrees, f"{final['kwh']} kWh, {_excl(final)}")
        self.verdict.none("the CDR is complete", bill["wrong"] + self._strange(bill["document"], ended))
        self.verdict.none("every figure of the CDR is right", check.differences(bill["document"], figures))
        return bill["document"], figures

    # --- what is waited for --------------------------------------------------------------------------------------

    def _strange(self, cdr: dict[str, Any], ended: Event) -> list[str]:
        """A CDR that is well formed but not of this session."""
        told = {"authorization_reference": self.reference, "auth_method": "COMMAND", "currency": "EUR"}
        wrong = [f"{name} is {cdr.get(name)}" for name, value in told.items() if cdr.get(name) != value]
        wrong += [] if cdr["cdr_token"]["uid"] == self.uid else [f"cdr_token is {cdr['cdr_token']}"]
        instants = {"start_date_time": ended["started_at"], "end_date_time": ended["ended_at"]}
        wrong += [
            f"{name} is {cdr[name]}, the station says {value}"
            for name, value in instants.items()
            if check.instant(cdr[name]) != check.instant(value)
        ]
        tariffs = cdr.get("tariffs") or []
        return wrong if tariffs else [*wrong, "it does not list its tariff (CDR-27)"]

    def _asked(self, since: int, action: str) -> Event:
        return self.stage.wait(
            like(who=self.station.name, event="called", action=action),
            f"the hub sends {action} to {self.place.identity}",
            since=since,
        )

    def _said(self, since: int, action: str, what: str) -> None:
        found = self.stage.wait(
            lambda event: self._of_station(event, "acknowledged", "rejected") and event["action"] == action,
            what,
            since=since,
        )
        self.verdict.check(f"{what}, and the hub acknowledges it", found["event"] == "acknowledged", str(found))

    def _result(self, since: int, response: dict[str, Any], kind: str) -> None:
        result = self.stage.wait(
            like(event="command_result", command_id=response["command_id"]),
            f"the result of {kind} comes to its response_url",
            since=since,
        )
        wrong = list(result["wrong"])
        wrong += [] if result["result"] == "ACCEPTED" else [f"it is {result['result']}"]
        if result["correlation_id"] != response["correlation_id"]:
            wrong.append(f"its correlation id is {result['correlation_id']}")
        self.verdict.none(f"the result of {kind} comes to its response_url, under the same correlation id", wrong)

    def _pushed_status(self, since: int, status: str) -> None:
        def told(event: Event) -> bool:
            if event["event"] != "pushed" or event["module"] not in {"locations", "evses"}:
                return False
            document = event.get("change") or event["document"] or {}
            evses = document.get("evses") or [document | {"uid": event["key"].split("/")[-1]}]
            return any(evse.get("uid") == self.place.evse_uid and evse.get("status") == status for evse in evses)

        self.stage.wait(told, f"the eMSP is told that {self.place.evse_uid} is {status}", since=since)
        self.verdict.check(f"the eMSP is told that EVSE {self.place.evse_uid} is {status}", True)

    def _of_station(self, event: Event, *kinds: str) -> bool:
        return event["who"] == self.station.name and event["event"] in kinds

    def _is_session(self, event: Event, session_id: str = "") -> bool:
        if event["event"] != "pushed" or event["module"] != "sessions" or not event["document"]:
            return False
        document = event["document"]
        mine = document["id"] == session_id if session_id else document.get("authorization_reference") == self.reference
        return bool(mine and document["cdr_token"]["party_id"] == PARTNER.party)


def _excl(document: dict[str, Any]) -> Any:
    return (document.get("total_cost") or {}).get("excl_vat")
