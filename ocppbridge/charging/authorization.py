"""May this token charge here? One pure table (TOK-09 to TOK-13, CMD-11).

The rows, first match decides:

1. a START_SESSION or RESERVE_NOW for this station and token        → accepted without asking
   (RFID: within 15 minutes; APP_USER and AD_HOC_USER: never asked for, they are in no table)
2. the same token or group stopping its own transaction             → accepted
3. the same token already charges elsewhere, and policy minds       → ConcurrentTx
4. a stored token, by its whitelist and validity                    → accepted, refused, or ask its owner
5. unknown, and some eMSP may be asked about unknown tokens         → ask those; the first that allows wins
6. unknown, and nobody may be asked                                 → refused

Whoever has asked comes back with the verdict in `Known.verdict` and the same table says what it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from ocppbridge.charging.replies import AuthorizationStatus as Status

COMMAND_WINDOW: Final = timedelta(minutes=15)  # CMD-11
_NEVER_ASKED: Final = frozenset({"APP_USER", "AD_HOC_USER"})


class Whitelist(StrEnum):
    """OCPI's WhitelistType."""

    ALWAYS = "ALWAYS"
    ALLOWED = "ALLOWED"
    ALLOWED_OFFLINE = "ALLOWED_OFFLINE"
    NEVER = "NEVER"


class Verdict(StrEnum):
    """What came of asking: OCPI's AllowedType, or why there is none."""

    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"
    NO_CREDIT = "NO_CREDIT"
    NOT_ALLOWED = "NOT_ALLOWED"
    UNKNOWN_TOKEN = "UNKNOWN_TOKEN"  # OCPI 2004
    UNREACHABLE = "UNREACHABLE"  # no answer within the budget, or no usable one


class Method(StrEnum):
    """OCPI's AuthMethod."""

    COMMAND = "COMMAND"
    WHITELIST = "WHITELIST"
    AUTH_REQUEST = "AUTH_REQUEST"


class Own(StrEnum):
    """Whether a running transaction here belongs to the token."""

    NONE = "none"
    TOKEN = "same token"
    GROUP = "same group"


class Whom(StrEnum):
    """Whom to ask in real time."""

    OWNER = "the token's owner"
    CANDIDATES = "every eMSP that may be asked about unknown tokens"


@dataclass(frozen=True, slots=True)
class Command:
    """The latest START_SESSION or RESERVE_NOW for this station and token."""

    age: timedelta
    token_type: str = "RFID"


@dataclass(frozen=True, slots=True)
class Stored:
    """What we hold of the token."""

    whitelist: Whitelist
    valid: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the table looks at."""

    command: Command | None = None
    own: Own = Own.NONE
    charging_elsewhere: bool = False
    stored: Stored | None = None
    candidates: bool = False
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the specifications leave to us; values come from the decision register."""

    ask_about_allowed: bool = False
    """TOK-10: ALLOWED leaves the choice between the stored token and asking."""
    refuse_concurrent: bool = False
    command_window: timedelta = COMMAND_WINDOW
    """For how long a command vouches for an RFID token."""
    trust_unreachable: bool = True
    """TOK-11: an owner out of reach leaves it to the stored token; else nobody charges without an answer."""


@dataclass(frozen=True, slots=True)
class Accept:
    """May charge; `method` is None where the running transaction's own stands."""

    method: Method | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """May not."""

    status: Status


@dataclass(frozen=True, slots=True)
class Ask:
    """Cannot be said without asking."""

    whom: Whom


Decision = Accept | Refuse | Ask

_REFUSALS: Final = {
    Verdict.BLOCKED: Status.BLOCKED,
    Verdict.EXPIRED: Status.EXPIRED,
    Verdict.NO_CREDIT: Status.NO_CREDIT,
    Verdict.NOT_ALLOWED: Status.NOT_AT_THIS_LOCATION,
    Verdict.UNKNOWN_TOKEN: Status.UNKNOWN,
}


def decide(known: Known, policy: Policy | None = None) -> Decision:
    """The table; see the module's docstring."""
    policy = policy or Policy()
    if known.command and (known.command.age < policy.command_window or known.command.token_type in _NEVER_ASKED):
        return Accept(Method.COMMAND)
    if known.own is not Own.NONE:
        return Accept(None)
    if known.charging_elsewhere and policy.refuse_concurrent:
        return Refuse(Status.CONCURRENT_TX)
    if known.stored is None:
        return _unknown(known)
    return _stored(known.stored, known.verdict, policy)


def _unknown(known: Known) -> Decision:
    if not known.candidates:
        return Refuse(Status.INVALID)
    if known.verdict is None:
        return Ask(Whom.CANDIDATES)
    if known.verdict is Verdict.ALLOWED:
        return Accept(Method.AUTH_REQUEST)
    # A partner that knows the token and blocks it has said more than none that knows it.
    said = known.verdict if known.verdict is not Verdict.UNKNOWN_TOKEN else None
    return Refuse(_REFUSALS.get(said, Status.INVALID) if said else Status.INVALID)


def _stored(stored: Stored, verdict: Verdict | None, policy: Policy) -> Decision:
    on_trust: Decision = Accept(Method.WHITELIST) if stored.valid else Refuse(Status.BLOCKED)
    if stored.whitelist is Whitelist.ALWAYS:  # TOK-09: nobody is asked, and valid=false still blocks
        return on_trust
    if stored.whitelist is Whitelist.ALLOWED and not policy.ask_about_allowed:  # TOK-10
        return on_trust
    if verdict is None:  # TOK-13: also about an invalid one, whose state may have changed
        return Ask(Whom.OWNER)
    if verdict is Verdict.ALLOWED:
        return Accept(Method.AUTH_REQUEST)
    if verdict is Verdict.UNREACHABLE:  # TOK-11, TOK-12
        trusted = policy.trust_unreachable and stored.whitelist is not Whitelist.NEVER
        return on_trust if trusted else Refuse(Status.INVALID)
    return Refuse(_REFUSALS[verdict])
