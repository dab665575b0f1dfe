"""Identity of CDRs and credit CDRs: replays, conflicts, corrections, the balance of a session (CDR-04, -05, -08 to
-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from roaming.pricing.amounts import ZERO, exact, plain
from roaming.pricing.clock import moment
from roaming.pricing.figures import number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.sameness import differences

Cdr = Mapping[str, Any]
LONGEST_ID, LONGEST_CREDIT_ID = 36, 39
# What a credit CDR may change of its original.
OWN = frozenset({"id", "credit", "credit_reference_id", "last_updated", "total_cost", "remark"})
SIDES = ("excl_vat", "incl_vat")
PARTS = tuple(f"total_{name}_cost" for name in ("fixed", "energy", "time", "parking", "reservation"))


def key(cdr: Cdr) -> tuple[str, str, str]:
    return folded(cdr, "country_code"), folded(cdr, "party_id"), folded(cdr, "id")


def folded(cdr: Cdr, field: str) -> str:
    """A CiString for comparison; absent and null are empty."""
    value = cdr.get(field)
    return "" if value is None else str(value).casefold()


def is_credit(cdr: Cdr) -> bool:
    return cdr.get("credit") is True


def identity(cdr: Cdr, known: Iterable[Cdr]) -> Iterator[Finding]:
    name, longest = str(cdr.get("id", "")), LONGEST_CREDIT_ID if is_credit(cdr) else LONGEST_ID
    if not name:
        yield error("missing_field", "/id", "is required in a CDR")
    elif len(name) > longest:
        yield error("id_too_long", "/id", f"has {len(name)} characters, at most {longest} are allowed (CDR-08)")
    for other in known:
        if key(other) == key(cdr):
            changed = differences(cdr, other)
            if not changed:
                yield note("replayed_cdr", "/id", "the same CDR was sent before: nothing changes (CDR-05)")
            else:
                message = f"another CDR with this id is known; different: {', '.join(changed)} (CDR-04)"
                yield error("cdr_id_conflict", "/id", message)


def corrections(cdr: Cdr, known: Iterable[Cdr]) -> Iterator[Finding]:
    others = [other for other in known if key(other)[:2] == key(cdr)[:2] and key(other) != key(cdr)]
    if is_credit(cdr) != bool(cdr.get("credit_reference_id")):
        message = "credit is true exactly where credit_reference_id is set (CDR-12)"
        yield error("credit_without_reference", "/credit_reference_id", message)
    if is_credit(cdr) and cdr.get("credit_reference_id"):
        yield from _credited(cdr, others)
    elif not is_credit(cdr):
        yield from _billed_twice(cdr, others)


def _credited(cdr: Cdr, others: list[Cdr]) -> Iterator[Finding]:
    reference = folded(cdr, "credit_reference_id")
    original = next((other for other in others if folded(other, "id") == reference), None)
    pointer = "/credit_reference_id"
    if original is None:
        yield error(
            "credit_of_unknown_cdr", pointer, f"no CDR {cdr.get('credit_reference_id')!r} of this party is known"
        )
        return
    if is_credit(original):
        yield error("credit_of_credit", pointer, "a credit CDR cannot be credited")
    if any(is_credit(other) and folded(other, "credit_reference_id") == reference for other in others):
        yield error("credited_twice", pointer, "the CDR has been credited already")
    yield from _total(cdr, original)
    for field in differences(cdr, original):
        if field in OWN:
            continue
        if field in PARTS and _negated(cdr, original, field):
            yield warning("credit_negates_parts", f"/{field}", "only total_cost changes its sign (CDR-10)")
        else:
            yield error("credit_differs", f"/{field}", "differs from the original (CDR-09)")


def _total(cdr: Cdr, original: Cdr) -> Iterator[Finding]:
    sides = {side: (price(cdr, "total_cost", side), price(original, "total_cost", side)) for side in SIDES}
    both = {side: (one, other) for side, (one, other) in sides.items() if one is not None and other is not None}
    wrong = [_not_whole(f"/total_cost/{side}", *pair) for side, pair in both.items() if sum(pair)]
    yield from wrong
    told, given = sides["incl_vat"]
    if not wrong and (told is None) != (given is None):
        words = "the original tells it, the credit does not" if told is None else "the original does not tell it"
        yield error("credit_differs", "/total_cost/incl_vat", f"{words} (CDR-09)")


def _not_whole(pointer: str, claimed: Decimal, given: Decimal) -> Finding:
    amounts = {"credit": claimed, "original": given}
    if abs(claimed) > abs(given) and claimed * given < 0:
        return error("over_credited", pointer, "gives back more than the original claimed (CDR-09)", amounts=amounts)
    if claimed * given < 0:
        return error(
            "partial_credit", pointer, "gives back a part only: a CDR is credited whole (CDR-09)", amounts=amounts
        )
    return error("credit_not_negated", pointer, "is not the original with the other sign (CDR-09)", amounts=amounts)


def _negated(cdr: Cdr, original: Cdr, field: str) -> bool:
    for side in SIDES:
        one, other = price(cdr, field, side), price(original, field, side)
        if (one is None) != (other is None) or (one is not None and other is not None and one + other != 0):
            return False
    return True


def _billed_twice(cdr: Cdr, others: list[Cdr]) -> Iterator[Finding]:
    """A replacement comes after the credit of what it replaces (CDR-11)."""
    session = folded(cdr, "session_id")
    credited = {folded(other, "credit_reference_id") for other in others if is_credit(other)}
    if folded(cdr, "id") in credited:
        return  # it is the one that was taken back
    for other in others:
        if is_credit(other) or folded(other, "id") in credited:
            continue
        if session and folded(other, "session_id") == session:
            message = f"CDR {other.get('id')!r} bills the same session and has not been credited"
            yield error("session_billed_twice", "/session_id", message)
        elif _alike(cdr, other):
            message = f"CDR {other.get('id')!r} bills the same token, place, start and end"
            yield error("looks_like_another", "/id", message)


def _alike(cdr: Cdr, other: Cdr) -> bool:
    """What one car cannot do twice, whatever the ids say."""
    one, two = _occasion(cdr), _occasion(other)
    return one == two and all(one)


def _occasion(cdr: Cdr) -> tuple[str, ...]:
    token, place = cdr.get("cdr_token"), cdr.get("cdr_location")
    names = [str(moment(cdr.get(name)) or "") for name in ("start_date_time", "end_date_time")]
    names.append(folded(token, "uid") if isinstance(token, Mapping) else "")
    names += [folded(place, name) for name in ("id", "evse_uid")] if isinstance(place, Mapping) else [""]
    return tuple(names)


def price(cdr: Cdr, field: str, side: str) -> Decimal | None:
    found = cdr.get(field)
    return number(found.get(side)) if isinstance(found, Mapping) else None


def balance(cdrs: Iterable[Cdr]) -> dict[str, Decimal]:
    """What stands of a session: the sum of total_cost over its CDRs, credits included."""
    sums = {"excl_vat": ZERO, "incl_vat": ZERO}
    with exact():
        for cdr in cdrs:
            excl = price(cdr, "total_cost", "excl_vat") or ZERO
            incl = price(cdr, "total_cost", "incl_vat")
            sums["excl_vat"] += excl
            sums["incl_vat"] += excl if incl is None else incl
    return {side: plain(value) for side, value in sums.items()}


def credit(cdr: Cdr, *, id: str, last_updated: str) -> dict[str, Any]:
    """The credit CDR of a CDR: everything as it was, total_cost with the other sign."""
    total = {side: plain(-value) for side in SIDES if (value := price(cdr, "total_cost", side)) is not None}
    own = {"id": id, "credit": True, "credit_reference_id": cdr["id"], "last_updated": last_updated}
    return {**cdr, **own, "total_cost": total}
