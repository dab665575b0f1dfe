"""Local authorization lists: what to send so that a station holds what it should (D01, D02; TC_043, TC_D).

Rule: the station's own version number decides. If it is the one that we left it at, the difference is sent;
otherwise, or after any answer that leaves doubt, the whole list. Versions only rise; 0 means "no list" to 1.6 and is
never given to one. Long lists go in pieces: a full one with the first entries, then differential ones, each with the
next version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ocppbridge.charging.batches import batches
from ocppbridge.charging.intents import ListEntry, SendList
from ocppbridge.charging.outcomes import Accepted, Outcome, Unsupported
from ocppbridge.charging.replies import Authorization, AuthorizationStatus
from ocppbridge.charging.tokens import CARD, IdToken

Tokens = Mapping[IdToken, Authorization]


class Next(StrEnum):
    """What follows an answer to SendLocalList."""

    GO_ON = "send the next piece, or be done"
    RESYNC = "ask for the version and send the whole list"
    NEVER = "the station has no local list"


@dataclass(frozen=True, slots=True)
class Held:
    """What we believe a station holds."""

    version: int
    tokens: Tokens = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that might stand in a list, in the order of preference among those with the same uid."""

    uid: str
    valid: bool
    group: str = ""


def wanted(
    candidates: Iterable[Candidate], longest_uid: int, most: int | None = None
) -> tuple[dict[IdToken, Authorization], int]:
    """What a station should hold, and how many it cannot: too long a uid for it, or no room.

    Invalid tokens stand in it as Blocked, so that a station that lets unknown cards charge offline refuses these; they
    come last, for a valid one that is missing costs a driver the charge.
    """
    first: dict[str, Candidate] = {}
    for one in candidates:
        first.setdefault(one.uid.casefold(), one)
    able = [one for one in first.values() if len(one.uid) <= longest_uid]
    able.sort(key=lambda one: (not one.valid, one.uid))
    chosen = able if most is None else able[:most]
    return {_token(one): _authorization(one, longest_uid) for one in chosen}, len(first) - len(chosen)


def applied(held: Tokens, sent: SendList) -> dict[IdToken, Authorization]:
    """What a station holds after it has accepted a piece."""
    tokens = {} if sent.full else dict(held)
    for entry in sent.entries:
        for same in [token for token in tokens if token.folded() == entry.token.folded()]:
            del tokens[same]
        if entry.authorization is not None:
            tokens[entry.token] = entry.authorization
    return tokens


def drift(wanted: Tokens, held: Tokens) -> int:
    """How many entries differ."""
    return len(_changed(wanted, held)) + len(list(_removed(wanted, held)))


def dump(tokens: Tokens) -> list[list[str]]:
    """As JSON: value, type, status, group."""
    return [
        [token.value, token.type or "", answer.status.value, answer.group.value if answer.group else ""]
        for token, answer in tokens.items()
    ]


def load(data: Iterable[Iterable[str]]) -> dict[IdToken, Authorization]:
    """What `dump` wrote."""
    found = {}
    for value, kind, status, group in data:
        answer = Authorization(AuthorizationStatus(status), group=IdToken(group, "Central") if group else None)
        found[IdToken(value, kind or None)] = answer
    return found


def _token(one: Candidate) -> IdToken:
    return IdToken(one.uid, CARD)


def _authorization(one: Candidate, longest_uid: int) -> Authorization:
    status = AuthorizationStatus.ACCEPTED if one.valid else AuthorizationStatus.BLOCKED
    fits = one.group and len(one.group) <= longest_uid
    return Authorization(status, group=IdToken(one.group, "Central") if fits else None)


def plan(wanted: Tokens, held: Held, reported: int | None, most: int | None = None) -> list[SendList]:
    """The calls that bring a station to the wanted list; none if it has it.

    `reported` is the version that the station itself names (None: not asked), `most` the entries that a message may
    hold.
    """
    if not wanted and held.version <= 0 and (reported or 0) <= 0:
        return []
    known = reported is None or reported == held.version
    if not known or held.version <= 0:
        return _pieces(_entries(wanted), max(held.version, reported or 0, 0), most, full=True)
    changes = [*_entries(_changed(wanted, held.tokens)), *_removed(wanted, held.tokens)]
    return _pieces(changes, held.version, most, full=False) if changes else []


def after(outcome: Outcome) -> Next:
    """What an answer asks for; VersionMismatch and Failed both leave the list in doubt."""
    if isinstance(outcome, Accepted):
        return Next.GO_ON
    return Next.NEVER if isinstance(outcome, Unsupported) else Next.RESYNC


def _pieces(entries: list[ListEntry], version: int, most: int | None, full: bool) -> list[SendList]:
    pieces = list(batches(entries, most, None, lambda entry: 0)) or [()]
    return [
        SendList(version + number, piece, full=full and number == 1) for number, piece in enumerate(pieces, start=1)
    ]


def _entries(tokens: Tokens) -> list[ListEntry]:
    return [ListEntry(token, authorization) for token, authorization in tokens.items()]


def _changed(wanted: Tokens, held: Tokens) -> Tokens:
    return {token: answer for token, answer in wanted.items() if held.get(token) != answer}


def _removed(wanted: Tokens, held: Tokens) -> Iterable[ListEntry]:
    # A token that is only spelled anew is the same to a station: taking the old spelling off would take it off.
    spelled = {token.folded() for token in wanted}
    return [ListEntry(token) for token in held if token not in wanted and token.folded() not in spelled]
