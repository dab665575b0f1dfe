"""A row of a reconciliation in words: what is wrong, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from roaming.models import Balance
from roaming.services.reconciliation import Selection, every

P = Balance.Problem
COLUMNS = (
    "payer", "owner", "session", "cdr", "ended_at", "problems", "session_kwh", "stands_kwh_import",
    "stands_kwh_export", "currency", "session_cost_excl_vat", "stands_cost_excl_vat", "cdrs", "what_to_do",
)  # fmt: skip


class Step(NamedTuple):
    """`page`: which page helps (transaction, cdr, desk, deliveries, pulls)."""

    page: str
    words: str


_DECIDE = Step("desk", "Release, dispute or reject it at the desk")
_STEPS: dict[tuple[str, bool], tuple[Step, ...]] = {
    (P.NO_CDR, True): (Step("transaction", "See what its transaction waits for, and release it"),),
    (P.NO_CDR, False): (Step("pulls", "Pull the owner's CDRs, or ask the owner for it"),),
    (P.NO_SESSION, True): (Step("desk", "See where its session is, or credit it"),),
    (P.NO_SESSION, False): (Step("pulls", "Pull the owner's sessions"), Step("desk", "Dispute the CDR")),
    (P.ENERGY, True): (Step("desk", "Compare both; credit and replace the CDR"),),
    (P.ENERGY, False): (Step("desk", "Compare both; dispute the CDR"),),
    (P.UNDELIVERED, True): (Step("deliveries", "See the receiver's answer; send again"),),
    (P.NO_RECEIVER, True): (Step("cdr", "No partner here owns this token: bill it elsewhere, or invite its owner"),),
    (P.ON_HOLD, True): (_DECIDE,),
    (P.REJECTED, True): (Step("desk", "See why, and ask its owner for a right one"),),
}


def steps(row: Balance) -> list[Step]:
    """What helps with each kind of trouble, named once; of the desk what it can do with one that is on hold."""
    own = row.session.source_id is None if row.session else row.cdr is not None and row.cdr.source_id is None
    found: dict[Step, None] = {}
    for problem in row.problems:
        code = P.ENERGY if problem in (P.COST, P.TIME) else problem
        found |= dict.fromkeys(_STEPS.get((code, own)) or _STEPS[code, True])
    return [step for step in found if step == _DECIDE or _DECIDE not in found or step.page != "desk"]


def words(row: Balance) -> str:
    return ", ".join(P(problem).label for problem in row.problems)


def difference(told: Decimal | None, stands: Decimal) -> Decimal | None:
    """What stands less what the session says."""
    return None if told is None else stands - told


def cells(row: Balance) -> list[str]:
    """As text, numbers exact; nothing begins like a formula of a spreadsheet but a number."""
    session = row.session.object_id if row.session else "" if row.sessionless else row.key
    cdr = row.cdr.object_id if row.cdr else ""
    figures = (row.session_energy, row.energy_import, row.energy_export)
    money = (row.session_cost, row.cost)
    return [
        f"{row.token_country_code}/{row.token_party_id}", f"{row.country_code}/{row.party_id}", _safe(session),
        _safe(cdr), f"{row.ended_at:%Y-%m-%dT%H:%M:%SZ}", words(row), *map(_figure, figures), row.currency,
        *map(_figure, money), str(row.cdrs), "; ".join(step.words for step in steps(row)),
    ]  # fmt: skip


def table(selection: Selection) -> Iterator[Iterable[str]]:
    """Header and rows, for CSV."""
    yield COLUMNS
    for row in every(selection):
        yield cells(row)


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
