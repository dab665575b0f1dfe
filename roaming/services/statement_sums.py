"""The sums of a statement: by currency, charges and credits apart, each by VAT rate; energy by direction.

What a CDR does not say with VAT is summed without, and its VAT stays open. Energy of a credit counts back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from roaming.models import StatementRow

ZERO = Decimal(0)
KINDS = ("charges", "credits", "total")


class _Sum:
    """Of one kind in one currency."""

    def __init__(self) -> None:
        self.count = 0
        self.excl = self.incl = self.imported = self.exported = ZERO
        self.without_vat = 0
        self.rates: dict[str, list[Decimal | None]] = {}

    def add(self, row: StatementRow) -> None:
        sign = -1 if row.credit else 1
        self.count += 1
        self.excl += row.excl_vat
        self.imported += sign * row.imported
        self.exported += sign * row.exported
        if row.incl_vat is None:
            self.without_vat += 1
        else:
            self.incl += row.incl_vat
        for share in row.shares:
            known = self.rates.setdefault(share["vat"], [ZERO, ZERO])
            known[0] = (known[0] or ZERO) + Decimal(share["excl_vat"])
            told = share["incl_vat"]
            known[1] = None if told is None or known[1] is None else known[1] + Decimal(told)

    def told(self) -> dict[str, Any]:
        """As JSON. `incl_vat` is null where a CDR does not say it."""
        incl = None if self.without_vat else _text(self.incl)
        return {
            "cdrs": self.count,
            "excl_vat": _text(self.excl),
            "vat": None if incl is None else _text(self.incl - self.excl),
            "incl_vat": incl,
            "without_vat": self.without_vat,
            "energy_import": _text(self.imported),
            "energy_export": _text(self.exported),
            "by_rate": [
                {"rate": rate, "excl_vat": _text(excl or ZERO), "vat": _vat(excl, incl), "incl_vat": _told(incl)}
                for rate, (excl, incl) in sorted(self.rates.items(), key=_by_rate)
            ],
        }


def summed(rows: Iterable[StatementRow]) -> list[dict[str, Any]]:
    """[{"currency", "charges", "credits", "total"}] by currency."""
    found: dict[str, dict[str, _Sum]] = {}
    for row in rows:
        sums = found.setdefault(row.currency, {kind: _Sum() for kind in KINDS})
        sums["credits" if row.credit else "charges"].add(row)
        sums["total"].add(row)
    return [
        {"currency": currency, **{kind: one.told() for kind, one in sums.items()}}
        for currency, sums in sorted(found.items())
    ]


def _by_rate(item: tuple[str, Sequence[Decimal | None]]) -> tuple[bool, Decimal, str]:
    """Percentages by size, then what is none."""
    name = item[0]
    known = name.replace(".", "", 1).isdigit()
    return not known, Decimal(name) if known else ZERO, name


def _vat(excl: Decimal | None, incl: Decimal | None) -> str | None:
    return None if incl is None else _text(incl - (excl or ZERO))


def _told(value: Decimal | None) -> str | None:
    return None if value is None else _text(value)


def _text(value: Decimal) -> str:
    """Four decimals, always: what is added up by hand lines up."""
    return f"{value:.4f}"
