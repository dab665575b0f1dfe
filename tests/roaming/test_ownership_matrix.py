"""The whole matrix of ownership, walked from what is mounted: module × interface × method × whose (S20, S21, S24).

Whose: the URL's owner and the header's party, each one's own, a sibling's on the same platform, a stranger's on
another, a party's hosted here, or nobody's. Nothing is picked silently where they disagree, and what is not yours
looks exactly like what is not there.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Cdr, Location, Session, StoredObject, Tariff, Token
from roaming.modules import MODULES
from roaming.modules.interface import Interface, Operation
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import cdrs, locations, sessions, tariffs, tokens
from tests.personas import samples
from tests.personas.partner import Answer, Partner
from tests.roaming.modules.test_neighbours import info, tell

OWN, SIBLING, FOREIGN, HOSTED, NOBODY = "NL/CPO", "NL/CP2", "NL/OTH", "NL/VLT", "XX/NOP"
BEHIND, HUB = "SE/CPS", "SE/XHB"
STORES: dict[ModuleID, Any] = {
    ModuleID.LOCATIONS: (locations.store, samples.location, Location),
    ModuleID.TARIFFS: (tariffs.store, samples.tariff, Tariff),
    ModuleID.SESSIONS: (sessions.store, samples.session, Session),
    ModuleID.CDRS: (cdrs.store, samples.cdr, Cdr),
    ModuleID.TOKENS: (tokens.store, samples.token, Token),
}
LATER = "2026-11-21T12:00:00Z"
Case = tuple[Interface, Operation]

OWNED: list[Case] = [
    (interface, operation)
    for interface in MODULES if interface.routed
    for operation in interface.operations if "country_code" in operation.path
]  # fmt: skip


def named(case: Case) -> str:
    return f"{case[1].method} {case[0].module} {len(case[1].path)}"


def object_of(module: ModuleID, owner: str, **changes: Any) -> dict[str, Any]:
    """Nobody else's object has the same id."""
    document: dict[str, Any] = STORES[module][1](country_code=owner[:2], party_id=owner[3:], **changes)
    return document


def body_of(case: Case, owner: str) -> Any:
    interface, operation = case
    if operation.method in ("GET", "DELETE"):
        return None
    if operation.method == "PATCH":
        whole = len(operation.path) == 3
        return {"last_updated": LATER} | ({"country_code": owner[:2], "party_id": owner[3:]} if whole else {})
    below = len(operation.path) - 3
    if below:
        return (samples.evse, samples.connector)[below - 1](last_updated=LATER)
    return object_of(interface.module, owner, last_updated=LATER)


def url_of(partner: Partner, case: Case, owner: str) -> str:
    interface, operation = case
    own_id = samples.token()["uid"] if interface.module is ModuleID.TOKENS else STORES[interface.module][1]()["id"]
    segments = [*owner.split("/"), own_id, "EVSE1", "1"][: len(operation.path)]
    return partner.at(interface.module.value, interface.role.value, *segments)


def ask(partner: Partner, case: Case, owner: str, header: str, body: str = "") -> Answer:
    """To the hub, but what is never for everyone to the eMSP that it concerns."""
    to = "DE/PAY" if case[0].module in (ModuleID.SESSIONS, ModuleID.CDRS) and case[1].method != "GET" else ""
    return partner.call(
        case[1].method, url_of(partner, case, owner), body_of(case, body or owner), sender=header, to=to
    )


@pytest.fixture
def caller(hub: Any, request: pytest.FixtureRequest) -> Partner:
    """In the role that owns the module's objects, one stored for each party."""
    module: ModuleID = request.param
    role = "EMSP" if module is ModuleID.TOKENS else "CPO"
    partner = hub.connect(OWN, role, more=(f"{role} {SIBLING}",))
    hub.connect(FOREIGN, role)
    hub.connect("DE/PAY", "CPO" if role == "EMSP" else "EMSP")
    hub.host(HOSTED)
    payer = {"cdr_token": samples.cdr_token(party_id="PAY")} if module in (ModuleID.SESSIONS, ModuleID.CDRS) else {}
    for owner in (OWN, SIBLING, FOREIGN, HOSTED):
        document = object_of(module, owner, **payer)
        STORES[module][0](PartyId.parse(owner), document, source=None, now=timezone.now())
    return partner


def versions(model: type[StoredObject]) -> dict[str, tuple[int, Any]]:
    rows = model._default_manager.all()
    gone = {row.pk: getattr(row, "deleted_at", None) for row in rows}
    return {f"{row.country_code}/{row.party_id}": (row.version, gone[row.pk]) for row in rows}


def of_module(module: ModuleID, *methods: str) -> list[Case]:
    """DELETE last: afterwards there is nothing to be seen."""
    found = [case for case in OWNED if case[0].module is module and (not methods or case[1].method in methods)]
    return sorted(found, key=lambda case: case[1].method == "DELETE")


both = pytest.mark.parametrize(
    ("caller", "module"), [(one, one) for one in STORES], ids=list(STORES), indirect=["caller"]
)


@both
def test_only_the_owner_reaches_an_object(hub: Any, caller: Partner, module: ModuleID) -> None:
    """S20, S24, COO-07, COO-09, HUB-27: 1000 where URL and header name the same party of the platform, 2001 where they
    disagree, and 404 for everybody else's, the same to the byte whether it is there or not."""
    model = STORES[module][2]
    before = versions(model)
    for case in of_module(module):
        for header in (OWN, SIBLING, FOREIGN, HOSTED):
            walk(caller, case, header)
    after = versions(model)
    assert {owner: after[owner] for owner in (FOREIGN, HOSTED)} == {owner: before[owner] for owner in (FOREIGN, HOSTED)}


def walk(caller: Partner, case: Case, header: str) -> None:
    nothing = []
    for owner in (SIBLING, FOREIGN, HOSTED, NOBODY, OWN):
        answer = ask(caller, case, owner, header)
        said = (named(case), owner, header, answer.envelope)
        if header in (FOREIGN, HOSTED):
            assert answer.both == (200, 2001), said  # HUB-27
        elif owner in (FOREIGN, HOSTED, NOBODY):
            assert answer.both == (404, 2000), said
            nothing.append({**answer.envelope, "timestamp": ""})
        elif owner != header:
            assert answer.both == (200, 2001), said
        else:
            assert answer.status == 1000, said
    assert all(one == nothing[0] for one in nothing), nothing


@both
def test_a_body_that_names_another_owner_is_refused(hub: Any, caller: Partner, module: ModuleID) -> None:
    """S20, S28, COO-09: a sibling's and a stranger's alike; nothing is written anywhere."""
    before = versions(STORES[module][2])
    for case in of_module(module, "PUT", "PATCH"):
        for body in (SIBLING, FOREIGN, HOSTED) if len(case[1].path) == 3 else ():
            assert ask(caller, case, OWN, OWN, body).both == (200, 2001), (named(case), body)
    assert versions(STORES[module][2]) == before


ROUTED: list[Case] = [
    (interface, operation)
    for interface in MODULES if interface.routed
    for operation in interface.operations if not operation.callback
]  # fmt: skip


def test_no_interface_is_open_to_the_other_side(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S21: every operation of every interface, called by the role that it is not for."""
    to_cpos = {(ModuleID.COMMANDS, InterfaceRole.RECEIVER), (ModuleID.CHARGINGPROFILES, InterfaceRole.RECEIVER)}
    for interface, operation in ROUTED:
        ours = (interface.module, interface.role) in to_cpos or (interface.module is ModuleID.TOKENS) == (
            interface.role is InterfaceRole.RECEIVER
        )
        if interface.role is InterfaceRole.SENDER and interface.module is not ModuleID.TOKENS:
            ours = interface.module is not ModuleID.CHARGINGPROFILES
        wrong = cpo if ours else emsp
        names = {"country_code": wrong.party[:2], "party_id": wrong.party[3:]}
        segments = [part[1:] if part.startswith("=") else names.get(part, "X1") for part in operation.path]
        body = None if operation.method in ("GET", "DELETE") else {}
        answer = wrong.call(operation.method, wrong.at(interface.module.value, interface.role.value, *segments), body)
        assert answer.both == (404, 2000), (named((interface, operation)), interface.role, wrong.party, answer.envelope)


@pytest.mark.parametrize("module", [one for one in STORES if one is not ModuleID.TOKENS])
def test_a_hub_reaches_what_is_behind_it_and_nothing_else(hub: Any, module: ModuleID) -> None:
    """S20, S35, COO-07, HUB-28: in its own name or the owner's; a client of ours is none of its business."""
    neighbour = hub.connect(HUB, "HUB")
    tell(neighbour, info(BEHIND, "CPO"))
    hub.connect(OWN, "CPO")
    hub.connect("DE/PAY", "EMSP")
    payer = {"cdr_token": samples.cdr_token(party_id="PAY")} if module in (ModuleID.SESSIONS, ModuleID.CDRS) else {}
    for owner in (OWN, BEHIND):
        STORES[module][0](PartyId.parse(owner), object_of(module, owner, **payer), source=None, now=timezone.now())
    for case in of_module(module):
        for header, owner in itertools.product((HUB, OWN, BEHIND), (OWN, NOBODY, BEHIND)):
            answer = ask(neighbour, case, owner, header)
            said = (named(case), owner, header, answer.envelope)
            if header == OWN:
                assert answer.both == (200, 2001), said
            elif owner == BEHIND:
                assert answer.status == 1000 or (case[1].method, answer.both) == ("DELETE", (404, 2000)), said
            else:
                assert answer.both == (404, 2000), said
    assert versions(STORES[module][2])[OWN] == (1, None)
