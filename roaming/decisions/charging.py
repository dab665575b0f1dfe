"""Decisions on what stations are let do, and on what becomes of their transactions: lists, lost ends, corrections."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, InvalidValue, Kind, Scope, between
from roaming.decisions.registry import register


def _group(value: str) -> None:
    if not value or len(value) > 36 or not value.isascii() or not value.isprintable():
        raise InvalidValue("a group id has 1 to 36 printable characters; none: no such group")


STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="TRANSACTION-SILENCE",
        kind=Kind.POLICY_DEPENDENT,
        title="A running transaction of which nothing is heard",
        section="OCPP transactions; GetTransactionStatus (E14)",
        question="After how many hours without any news is a running transaction flagged for staff?",
        options={},
        free=between("1", "168", "hours"),
        default="12",
        applied_in="ocppbridge.services.silence",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="TRANSACTION-END-UNTOLD",
        kind=Kind.SPEC_SILENT,
        title="A station that says a transaction is over without ever having ended it",
        section="OCPP 2.x GetTransactionStatus (E14): not ongoing, nothing queued",
        question="What happens to a transaction whose end the station has lost?",
        options={
            "flag": "staff are told, and close it",
            "close": "it is closed as of its last news, and billed; a late end still corrects it",
        },
        default="flag",
        applied_in="ocppbridge.bridge.closing",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CDR-CORRECTION",
        kind=Kind.SPEC_SILENT,
        title="News of a transaction whose CDR is out",
        section="OCPI 2.2.1 CDRs, Credit CDRs (CDR-09 to CDR-11)",
        question="A late stop or late readings change what a CDR says: is it corrected without staff?",
        options={
            "credit": "yes: a Credit CDR and a new CDR at once",
            "flag": "no: staff are told",
        },
        default="credit",
        applied_in="ocppbridge.bridge.corrections",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="REMOTE-START-OTHER-TOKEN",
        kind=Kind.VENDOR_DEPENDENT,
        title="A 1.6 transaction that begins with another idTag than its remote start had",
        section="OCPP 1.6 RemoteStartTransaction, StartTransaction (no correlation id)",
        question="An idTag that nobody knows starts where a remote start was accepted: whose session is it?",
        options={
            "own": "nobody's: the idTag is judged by itself and refused",
            "command": "the commanding eMSP's, if no transaction has answered its command yet",
        },
        default="own",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOCAL-LIST",
        kind=Kind.POLICY_DEPENDENT,
        title="Local authorization lists",
        section="OCPP SendLocalList (D01)",
        question="Are stations given a list of tokens that they can authorize by themselves?",
        options={
            "off": "only where staff send one",
            "keep": "yes; it follows the tokens that eMSPs push",
        },
        default="off",
        applied_in="ocppbridge.bridge.local_lists",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOCAL-LIST-TOKENS",
        kind=Kind.SPEC_SILENT,
        title="Which tokens stand in a local authorization list",
        section="OCPI 2.2.1 tokens, WhitelistType (TOK-09 to TOK-12); OCPP LocalPreAuthorize",
        question="May a token whose eMSP wants to be asked while the station is online stand in its list?",
        options={
            "offline": "ALWAYS, ALLOWED and ALLOWED_OFFLINE: what starts by the list is still asked about when online",
            "whitelist": "only ALWAYS and ALLOWED",
        },
        default="offline",
        applied_in="ocppbridge.bridge.local_lists",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOCAL-LIST-DEBOUNCE",
        kind=Kind.POLICY_DEPENDENT,
        title="How soon a changed token reaches the stations' lists",
        section="OCPP SendLocalList, Differential (D01)",
        question="How many seconds are changes of tokens collected before stations are sent the difference?",
        options={},
        free=between("1", "3600", "seconds"),
        default="30",
        applied_in="ocppbridge.bridge.local_lists",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="COST-UPDATED",
        kind=Kind.POLICY_DEPENDENT,
        title="The running price on a station's display",
        section="OCPP 2.x CostUpdated (I01 to I03); stations that announce it only",
        question="At most every how many seconds is a station told what a transaction costs at the operator's tariff?"
        " (0: never; what an eMSP charges its driver may differ)",
        options={},
        free=between("0", "3600", "seconds"),
        default="60",
        applied_in="ocppbridge.bridge.costs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="AUTH-CONCURRENT",
        kind=Kind.POLICY_DEPENDENT,
        title="One token, two transactions",
        section="OCPP AuthorizationStatus ConcurrentTx; OCPI has no rule",
        question="May a token that charges already begin a second transaction?",
        options={
            "allow": "yes: its eMSP is asked, or its whitelist decides, as for the first",
            "refuse": "no: ConcurrentTx",
        },
        default="allow",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="MASTER-PASS-GROUP",
        kind=Kind.POLICY_DEPENDENT,
        title="Cards that stop anybody's transaction",
        section="OCPP 2.x master pass (C16); MasterPassGroupId of the stations' AuthCtrlr",
        question="Which group id do the operator's master passes have? They begin nothing themselves.",
        options={},
        free=_group,
        default="none",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CONTRACT-CERTIFICATE",
        kind=Kind.SPEC_SILENT,
        title="Vehicles that identify themselves by a contract certificate",
        section="OCPP 2.x Authorize with certificate or hash data (C07), Plug & Charge",
        question="What is a station told about a contract certificate? Whether one was revoked is not looked up.",
        options={
            "contract": "accepted where its contract is and the certificate, if sent, is whole, in time, and names it",
            "refuse": "no vehicle charges by certificate",
        },
        default="contract",
        applied_in="ocppbridge.handlers.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="PROFILES-PER-MINUTE",
        kind=Kind.POLICY_DEPENDENT,
        title="How often a charging profile may change",
        section="OCPI 2.2.1 ChargingProfiles, TOO_OFTEN (CHP-08)",
        question="How many charging profiles for one session are passed on to a station within a minute?",
        options={},
        free=between("1", "600", "profiles"),
        default="6",
        applied_in="ocppbridge.bridge.profiles",
        scopes=frozenset({Scope.HUB, Scope.STATION}),
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="PROFILE-LATE-START",
        kind=Kind.SPEC_SILENT,
        title="A charging profile whose first period begins late",
        section="OCPI 2.2.1 ChargingProfilePeriod (CHP-15); OCPP: the first startPeriod is 0",
        question="What becomes of an OCPI charging profile whose first period does not begin with the profile?",
        options={
            "reject": "REJECTED: nothing is said about the time before",
            "advance": "its first limit holds from the beginning",
        },
        default="reject",
        applied_in="ocppbridge.bridge.profiles",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
