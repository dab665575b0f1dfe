"""Decisions on the station side: sockets, authorization, the journal and its drain."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="AUTH-UNKNOWN-TOKEN",
        kind=Kind.SPEC_SILENT,
        title="A card that nobody has told us about",
        section="OCPI 2.2.1 tokens, real-time authorization (TOK-27)",
        question="Are the eMSPs whose agreement says open_auth asked about a token that is in no table?",
        options={"ask": "yes, in parallel; the first ALLOWED wins", "refuse": "no: Invalid at once"},
        default="ask",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="AUTH-REALTIME-BUDGET",
        kind=Kind.SPEC_SILENT,
        title="How long a driver waits for the eMSP's answer",
        section="OCPI 2.2.1 tokens, real-time authorization; OCPP Authorize",
        question="How many seconds may a real-time authorization take before the fallback decides?",
        options={},
        free=between("0.5", "20", "seconds"),
        default="4",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="AUTH-REALTIME-FALLBACK",
        kind=Kind.SPEC_SILENT,
        title="No answer within the budget",
        section="OCPI 2.2.1 tokens, WhitelistType",
        question="The eMSP was asked and did not answer in time: what is the station told?",
        options={
            "whitelist": "ALLOWED_OFFLINE and ALLOWED tokens that are valid may charge; all others may not",
            "refuse": "nobody may charge without an answer",
        },
        default="whitelist",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="AUTH-COMMAND-WINDOW",
        kind=Kind.SPEC_SILENT,
        title="How long a START_SESSION vouches for its token",
        section="OCPI 2.2.1 commands, StartSession; OCPP Authorize",
        question="For how many seconds is a token from START_SESSION or RESERVE_NOW accepted without asking?",
        options={},
        free=between("30", "3600", "seconds"),
        default="900",
        applied_in="ocppbridge.bridge.authorization",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SOCKET-REPLACE",
        kind=Kind.SPEC_SILENT,
        title="A second authenticated socket of the same station",
        section="OCPP-J connections (S37)",
        question="A station reconnects while its old socket still looks alive: which one stays?",
        options={
            "newcomer": "the new one; the old one is closed and an alert is raised",
            "refuse": "the old one while it answers a ping; the new one is refused and an alert is raised",
        },
        default="newcomer",
        applied_in="ocppbridge.transport.upgrade",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SHORT-STATION-PASSWORD",
        kind=Kind.VENDOR_DEPENDENT,
        title="Station passwords below 16 bytes",
        section="OCPP security whitepaper, BasicAuthPassword",
        question="May a station have a password that is shorter than the 16 bytes of a machine secret?",
        options={"refuse": "no", "scrypt": "yes, stored with scrypt: slow when many stations reconnect at once"},
        default="refuse",
        applied_in="ocppbridge.bridge.decisions",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="DRAIN-ATTEMPTS",
        kind=Kind.POLICY_DEPENDENT,
        title="A journalled frame that cannot be applied",
        section="the drain: quarantine",
        question="How many times is a frame tried before it is put aside for staff?",
        options={},
        free=between("1", "20", "attempts"),
        default="3",
        applied_in="ocppbridge.drain",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="COMMAND-STATION-OFFLINE",
        kind=Kind.SPEC_SILENT,
        title="A command for a station that is not connected",
        section="OCPI 2.2.1 commands, CommandResponse (CMD-02)",
        question="Is a command for a station without a socket refused at once, or kept until its timeout?",
        options={
            "reject": "CommandResponse REJECTED at once: the driver is told while he stands there",
            "wait": "ACCEPTED; sent if the station connects in time, else the result is TIMEOUT",
        },
        default="reject",
        applied_in="ocppbridge.bridge.commands",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="OFFLINE-GRACE",
        kind=Kind.POLICY_DEPENDENT,
        title="How long a station may be without a socket before partners hear of it",
        section="OCPI 2.2.1 locations, Status UNKNOWN (LOC-33)",
        question="After how many seconds without a connection are a station's EVSEs UNKNOWN to partners?",
        options={},
        free=between("0", "600", "seconds"),
        default="3",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="STATION-CERTIFICATES",
        kind=Kind.POLICY_DEPENDENT,
        title="A station asks for a certificate of its own",
        section="OCPP SignCertificate (A02, A03)",
        question="Are certificates that stations ask for signed?",
        options={
            "sign": "yes, by the authority of STATION_AUTHORITY, in the station's own name only",
            "refuse": "no: SignCertificate is answered Rejected",
        },
        default="sign",
        applied_in="ocppbridge.handlers.security",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CERTIFICATE-WARNING",
        kind=Kind.POLICY_DEPENDENT,
        title="How long before it expires a certificate is told about",
        section="OCPP certificates of stations (A02, M05)",
        question="How many days before a certificate on a station expires are staff alerted?",
        options={},
        free=between("1", "365", "days"),
        default="30",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="FRAME-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long stations' frames are kept",
        section="the journal of frames (S49)",
        question="After how many days are the frames of stations, with the tokens in them, deleted?",
        options={},
        free=between("1", "3650", "days"),
        default="30",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="NEW-STATION-PROFILE",
        kind=Kind.POLICY_DEPENDENT,
        title="The least security profile of a new station",
        section="OCPP security profiles (A00; 1.6 security whitepaper)",
        question="With which security profile must a station that staff add connect at least?",
        options={
            "1": "a password; who listens on the way can read it",
            "2": "a password over TLS",
            "3": "a certificate of its own over TLS",
        },
        default="1",
        applied_in="ocppbridge.bridge.sites",
        reached=Feature.STATIONS,
    )
)
