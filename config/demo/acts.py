"""The acts of the demo around its sessions: registration, a look around, a card, unlocking, pulling everything."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings

from config.demo import words_of_bill, world
from config.demo.emsp.words import complaints, stamp
from config.demo.session import Session
from config.demo.stage import Actor, Missing, Stage, like
from config.demo.verdict import Verdict
from roaming.services import platforms

CARD = "04E1A5B2C3D480"


def register(stage: Stage, verdict: Verdict) -> Actor:
    """Staff invites the partner; the partner registers by the credentials handshake (CRE-02 to CRE-04)."""
    _title(verdict, f"{world.PARTNER_NAME} ({world.PARTNER}) registers")
    invitation = invite()
    emsp = stage.enter("eMSP", "config.demo.emsp", "--party", str(world.PARTNER), "--name", world.PARTNER_NAME)
    since = stage.mark()
    answer = emsp.ask(do="register", **invitation)
    asked = [event["path"] for event in stage.seen(lambda event: event["event"] == "served", since)]
    verdict.check(
        "before it answers, the hub fetches the eMSP's versions and endpoints with TOKEN_B",
        asked == ["/emsp/versions", "/emsp/2.2.1"],
        f"it asked for {asked}",
    )
    verdict.check("the credentials list the hub, and nobody else", answer["roles"] == [f"{settings.HUB_PARTY} HUB"])
    verdict.none("the credentials are complete", answer["wrong"])
    status = emsp.ask(do="try", token=invitation["token_a"])
    verdict.check("TOKEN_A is used up", status == 401, f"it gets HTTP {status}")
    return emsp


def invite() -> dict[str, Any]:
    """What `manage.py invite_platform` does: where to register, and with what."""
    world.forget_partner()
    invitation = platforms.invite([("EMSP", world.PARTNER)], name=world.PARTNER_NAME)
    return {"versions_url": invitation.versions_url, "token_a": invitation.token_a}


def look_around(stage: Stage, emsp: Actor, verdict: Verdict) -> None:
    """The partner pulls locations and tariffs, once the stations of the story are there."""
    _title(verdict, "The stations come online, the eMSP pulls locations and tariffs")
    wanted = {place.evse_uid for place in world.PLACES[:2]}
    for place in world.PLACES[:2]:
        said = like(who=place.identity, event="acknowledged", action="StatusNotification")
        stage.wait(said, f"{place.identity} boots and says its state")
    found = _pull_until_available(emsp, wanted)
    ours = of_the_demo(found)
    verdict.check(
        "the eMSP finds the demo's two locations", set(ours) == set(world.ADDRESSES), f"it finds {sorted(ours)}"
    )
    verdict.none("they are complete", [wrong for one in ours.values() for wrong in complaints("locations", one)])
    verdict.check(
        "the EVSEs of the connected stations are AVAILABLE", wanted <= available(ours), f"only {available(ours)}"
    )
    tariffs = emsp.ask(do="pull", module="tariffs")
    ids = [tariff["id"] for tariff in tariffs]
    verdict.check(f"the tariff {world.TARIFF_ID} is there", world.TARIFF_ID in ids, f"there is {ids}")


def of_the_demo(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of all that is published: the hub may have more, of the same operator too."""
    owner = (world.OPERATOR.country, world.OPERATOR.party)
    published = {one["id"]: one for one in found if (one["country_code"], one["party_id"]) == owner}
    return {name: published[name] for name in world.ADDRESSES if name in published}


def available(ours: dict[str, dict[str, Any]]) -> set[str]:
    """The EVSEs that can be used now."""
    evses = [evse for location in ours.values() for evse in location.get("evses") or []]
    return {evse["uid"] for evse in evses if evse["status"] == "AVAILABLE"}


def _pull_until_available(emsp: Actor, wanted: set[str]) -> list[dict[str, Any]]:
    """A status travels from the station through the journal to the list: a second or two."""
    deadline = time.monotonic() + 60
    while True:
        found: list[dict[str, Any]] = emsp.ask(do="pull", module="locations")
        if wanted <= available(of_the_demo(found)) or time.monotonic() > deadline:
            return found
        time.sleep(1)


def hand_out_card(stage: Stage, emsp: Actor, verdict: Verdict) -> None:
    _title(verdict, f"The eMSP pushes a card ({CARD})")
    card = emsp.ask(do="card", uid=CARD)
    verdict.check("the hub takes the token", card["uid"] == CARD)


def charge(stage: Stage, emsp: Actor, station: Actor, place: world.Place, verdict: Verdict) -> None:
    """A whole session at one station."""
    _title(verdict, f"A session at {place.identity} (OCPP {place.version})")
    reference = f"DEMO-{place.version}-{int(time.time())}"
    cdr, figures = Session(stage, emsp, station, place, CARD, reference, verdict).play()
    record = words_of_bill.find(cdr)
    if record is None:
        raise Missing(f"the hub has no CDR {cdr['id']}")
    verdict.none("every line of the bill behind it is right", words_of_bill.differences(record, figures))
    for line in words_of_bill.lines(cdr, record):
        verdict.tell(line)


def unlock(stage: Stage, emsp: Actor, place: world.Place, verdict: Verdict) -> None:
    _title(verdict, f"The eMSP's help desk unlocks {place.identity}")
    since = stage.mark()
    where: dict[str, Any] = {"location_id": place.location_id, "evse_uid": place.evse_uid, "connector_id": "1"}
    response = emsp.ask(do="unlock", to=str(world.OPERATOR), **where)
    verdict.check("UNLOCK_CONNECTOR is accepted at once", response["result"] == "ACCEPTED", str(response))
    asked = like(who=place.identity, event="called", action="UnlockConnector")
    stage.wait(asked, f"the hub sends UnlockConnector to {place.identity}", since=since)
    result = stage.wait(
        like(event="command_result", command_id=response["command_id"]),
        "the result of UNLOCK_CONNECTOR comes to its response_url",
        since=since,
    )
    verdict.check("the result of UNLOCK_CONNECTOR is ACCEPTED", result["result"] == "ACCEPTED", result["result"])


def pull_everything(stage: Stage, emsp: Actor, verdict: Verdict) -> None:
    """What was pushed is also what a pull gives (TRA-04)."""
    _title(verdict, "The eMSP pulls what it was pushed")
    pushed = {event["document"]["id"]: event["document"] for event in stage.seen(lambda event: event["event"] == "cdr")}
    began = stamp()[:10] + "T00:00:00Z"
    listed = {cdr["id"]: cdr for cdr in emsp.ask(do="pull", module="cdrs", date_from=began)}
    lost = [key for key, cdr in pushed.items() if listed.get(key) != cdr]
    verdict.none(f"the list of CDRs has the {len(pushed)} CDRs as they were pushed", lost)
    sessions = {session["id"]: session for session in emsp.ask(do="pull", module="sessions", date_from=began)}
    ended = {key for key, session in sessions.items() if session["status"] == "COMPLETED"}
    missing = [cdr["session_id"] for cdr in pushed.values() if cdr["session_id"] not in ended]
    verdict.none("their sessions are in the list, COMPLETED", missing)
    unechoed = stage.seen(lambda event: event["event"] == "called" and event.get("echoed") is False)
    verdict.none("every answer carried the ids of its request", [event["url"] for event in unechoed])
    if not pushed:
        raise Missing("no CDR was pushed")


def _title(verdict: Verdict, title: str) -> None:
    verdict.tell("")
    verdict.tell(f"── {title} " + "─" * max(3, 100 - len(title)))
