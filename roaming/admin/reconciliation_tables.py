"""The tables of the reconciliation page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from roaming.console import links
from roaming.console.home import Panel, Tile
from roaming.console.text import BAD, WARN, badges, linked, number, short, whole
from roaming.models import Balance, StoredObject
from roaming.services import reconciliation_rows as words
from roaming.services.balance_sql import KINDS
from roaming.services.reconciliation import WORDS, Selection, Side, Sums, Wrong, narrowed

SIDES = {Side.PAYER: "Token owners (who pays)", Side.OWNER: "Operators (who is owed)"}
SHORT = {
    "no_cdr": "No CDR",
    "no_session": "No session",
    "differs": "Differ",
    "undelivered": "Undelivered",
    "held": "Held",
}
SERIOUS = {"no_cdr", "on_hold", "rejected", "no_session"}


def query(selection: Selection, **more: Any) -> str:
    """The address of a selection."""
    said: dict[str, Any] = {"month": f"{selection.month:%Y-%m}"}
    if selection.party is not None:
        said |= {"party": str(selection.party), "side": str(selection.side)}
    if selection.kind:
        said["kind"] = selection.kind
    return urlencode(said | more)


def tiles(selection: Selection, wrong: Sequence[Wrong]) -> list[Tile]:
    """How much is wrong of each kind; a click shows it."""
    found = []
    for kind, title in WORDS.items():
        count = sum(one.rows for one in wrong if one.kind == kind)
        url = f"?{query(narrowed(selection, kind=None if selection.kind == kind else kind))}"
        note = "shown below, click for all" if selection.kind == kind else ""
        found.append(Tile(title, f"{count:,}", note, url, "warn" if count else "good"))
    return found


def panels(
    selection: Selection, sums: Sequence[Sums], wrong: Sequence[Wrong], rows: Sequence[Balance]
) -> Iterable[Panel]:
    """By partner where none is chosen, else the partner's sums; then the rows."""
    if selection.party is None:
        yield from (_partners(selection, side, sums, wrong) for side in Side)
    else:
        yield _sums(selection, sums)
        yield _wrong(wrong)
    if selection.party is not None or selection.kind:
        yield _rows(selection, rows)


def _partners(selection: Selection, side: Side, sums: Sequence[Sums], wrong: Sequence[Wrong]) -> Panel:
    rows = [_partner(selection, side, name, sums, wrong) for name in sorted({_of(one, side) for one in sums})]
    headers = ("Partner", "Sessions", "CDRs", "kWh taken / given back", "Stands, excl. VAT", *SHORT.values())
    return Panel(SIDES[side], headers, rows, empty="Nothing ended in this month.")


def _partner(
    selection: Selection, side: Side, name: str, sums: Sequence[Sums], wrong: Sequence[Wrong]
) -> tuple[Any, ...]:
    mine = [one for one in sums if _of(one, side) == name]
    trouble = [one for one in wrong if _of(one, side) == name]
    counts = [sum(one.rows for one in trouble if one.kind == kind) for kind in KINDS]
    taken, given = sum(one.energy_import for one in mine), sum(one.energy_export for one in mine)
    sessions, cdrs = sum(one.sessions for one in mine), sum(one.cdrs for one in mine)
    url = f"?{query(selection, party=name, side=str(side))}"
    energy = whole(f"{_kwh(taken)} / {_kwh(given)}")
    return linked(url, name), f"{sessions:,}", f"{cdrs:,}", energy, _money(mine), *map(_counted, counts)


def _sums(selection: Selection, sums: Sequence[Sums]) -> Panel:
    other = Side.OWNER if selection.side == Side.PAYER else Side.PAYER
    rows = [
        (_of(one, other), one.currency, f"{one.sessions:,}", f"{one.cdrs:,}", _kwh(one.energy_import),
         _kwh(one.energy_export), whole(f"{number(one.cost, 2)} {one.currency}"))
        for one in sums
    ]  # fmt: skip
    headers = ("With", "Currency", "Sessions", "CDRs", "kWh taken", "kWh given back", "Stands, excl. VAT")
    return Panel(f"{selection.party} in the month", headers, rows, empty="Nothing ended in this month.")


def _wrong(wrong: Sequence[Wrong]) -> Panel:
    sums: dict[tuple[str, str], list[Wrong]] = {}
    for one in wrong:
        sums.setdefault((one.kind, one.currency), []).append(one)
    rows = [_summed(kind, currency, found) for (kind, currency), found in sorted(sums.items())]
    headers = ("What", "Currency", "Rows", "Sessions: kWh", "CDRs: kWh", "Difference", "Sessions: money", "CDRs: money",
               "Difference")  # fmt: skip
    return Panel("What is wrong, in sums", headers, rows, empty="Everything fits.", note="money without VAT")


def _summed(kind: str, currency: str, found: Sequence[Wrong]) -> tuple[Any, ...]:
    told, stands = sum(one.session_energy for one in found), sum(one.energy for one in found)
    claimed, cost = sum(one.session_cost for one in found), sum(one.cost for one in found)
    energy = _kwh(told), _kwh(stands), _signed(stands - told, 3)
    money = number(claimed, 2), number(cost, 2), _signed(cost - claimed, 2)
    return WORDS[kind], currency, f"{sum(one.rows for one in found):,}", *energy, *money


def _rows(selection: Selection, rows: Sequence[Balance]) -> Panel:
    title = WORDS[selection.kind] if selection.kind else "What is wrong, one by one"
    headers = ("Session", "CDR", "With", "Ended", "Problem, and what can be done", "Session says", "CDRs stand")
    return Panel(title, headers, [_row(one, selection) for one in rows], empty="Nothing.")


def _row(row: Balance, selection: Selection) -> tuple[Any, ...]:
    session, cdr = _linked("roaming.session", row.session), _linked("roaming.cdr", row.cdr)
    if row.session is None and not row.sessionless:
        session = short(row.key)  # as its CDR names it
    labels = [(Balance.Problem(one).label, BAD if one in SERIOUS else WARN) for one in row.problems]
    said = _figures(row.session_energy, row.session_cost, row.currency) if row.session_energy is not None else "–"
    stands = _figures(row.energy_import - row.energy_export, row.cost, row.currency) if row.standing else "nothing"
    ended = whole(f"{row.ended_at:%m-%d %H:%M}")
    trouble = format_html("{}<br>{}", badges(labels), _steps(row))
    return session, cdr, _with(row, selection), ended, trouble, said, stands


def _with(row: Balance, selection: Selection) -> SafeString:
    payer, owner = f"{row.token_country_code}/{row.token_party_id}", f"{row.country_code}/{row.party_id}"
    if selection.party is None:
        return whole(f"{owner} → {payer}")
    return whole(owner if selection.side == Side.PAYER else payer)


def _linked(model: str, row: StoredObject | None) -> SafeString | str:
    return "–" if row is None else linked(links.change(model, row.pk), short(row.object_id))


def _steps(row: Balance) -> SafeString:
    return format_html_join(" · ", "{}", ((linked(_page(row, step.page), step.words),) for step in words.steps(row)))


def _page(row: Balance, page: str) -> str | None:
    match page:
        case "transaction":
            return links.jump("ocppbridge.transaction", session_id=row.session.object_id if row.session else row.key)
        case "desk" if row.cdr_id is not None:
            return links.jump("roaming.assessment", cdr_id=row.cdr_id)
        case "deliveries":
            return links.changelist("roaming.delivery", q=row.cdr.object_key if row.cdr else row.key)
        case "pulls":
            return links.changelist("roaming.pull", q=row.party_id)
    return links.change("roaming.cdr", row.cdr_id)


def _of(one: Sums | Wrong, side: Side) -> str:
    return one.payer if side == Side.PAYER else one.owner


def _money(sums: Iterable[Sums]) -> SafeString:
    by_currency: dict[str, Decimal] = {}
    for one in sums:
        by_currency[one.currency] = by_currency.get(one.currency, Decimal()) + one.cost
    return whole(", ".join(f"{number(cost, 2)} {currency}" for currency, cost in sorted(by_currency.items())))


def _figures(energy: Decimal | None, cost: Decimal | None, currency: str) -> SafeString:
    money = "no price" if cost is None else f"{number(cost, 2)} {currency}"
    return whole(f"{_kwh(energy or Decimal())} kWh, {money}")


def _kwh(value: Decimal | int) -> str:
    return number(value, 3)


def _signed(value: Decimal | int, digits: int) -> str:
    return f"+{number(value, digits)}" if value > 0 else number(value, digits)


def _counted(count: int) -> SafeString | str:
    return badges([(f"{count:,}", WARN)]) if count else "0"
