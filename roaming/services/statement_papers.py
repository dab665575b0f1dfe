"""A statement on paper (PDF) and as tables (CSV): its sums, and the CDRs that are on it.

The PDF of an issued statement is the same bytes whenever it is asked for, but for what a newer fpdf2 writes otherwise.
Longer ones than LISTED name their CDRs in the CSV only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import font_source_sans_pro
from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from roaming.models import Cdr, Statement, StatementRow
from roaming.services import cdr_exports

LISTED = 500
_FONTS = Path(font_source_sans_pro.__file__).parent / "files"
_FACE = "Source Sans Pro"
_KINDS = {"charges": "Charges", "credits": "Credits", "total": "Total"}
_RATES = {"none": "no VAT", "unknown": "VAT rate not told"}
ALL_RATES = "all"  # of the row that is their sum
_HEAD = FontFace(emphasis="BOLD", fill_color=(238, 240, 243))
SUMS = ("statement", "cpo", "emsp", "month", "state", "currency", "kind", "vat_rate", "cdrs", "excl_vat", "vat",
        "incl_vat", "energy_import", "energy_export")  # fmt: skip


def cdrs_csv(row: Statement) -> Iterator[bytes]:
    """Its CDRs, in the format of every export."""
    return cdr_exports.stream(Cdr.objects.filter(statement_row__statement=row), "csv")


def sums_csv(row: Statement) -> bytes:
    """A line for each currency, kind and VAT rate, and one (rate empty) for each kind."""
    own = [row.number, f"{row.country_code}/{row.party_id}", f"{row.token_country_code}/{row.token_party_id}",
           f"{row.month:%Y-%m}", row.state]  # fmt: skip
    table = [list(SUMS)]
    for sums in row.sums:
        for kind in _KINDS:
            told = sums[kind]
            amounts = [told[name] or "" for name in ("excl_vat", "vat", "incl_vat", "energy_import", "energy_export")]
            table.append([*own, sums["currency"], kind, "", str(told["cdrs"]), *amounts])
            for rate in told["by_rate"]:
                amounts = [rate[name] or "" for name in ("excl_vat", "vat", "incl_vat")]
                table.append([*own, sums["currency"], kind, rate["rate"], "", *amounts, "", ""])
    return cdr_exports.table(table)


def pdf(row: Statement) -> bytes:
    """On A4."""
    paper = _Paper(row)
    paper.parties()
    for sums in row.sums:
        paper.sums(sums)
    paper.unbilled()
    paper.cdrs()
    return bytes(paper.output())


class _Paper(FPDF):
    def __init__(self, row: Statement) -> None:
        super().__init__(format="A4")
        self.row = row
        for style, file in (("", "Regular"), ("B", "Semibold")):
            self.add_font(_FACE, style, _FONTS / f"SourceSansPro-{file}.ttf")
        self.set_creation_date(row.issued_at or row.created_at)
        self.set_title(f"Statement {row.number}")
        self.set_margin(16)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_page()

    def header(self) -> None:
        """On each page."""
        self.set_font(_FACE, "B", 15)
        draft = "" if self.row.state == Statement.State.ISSUED else " — DRAFT"
        self.cell(0, 9, f"Statement {self.row.number}{draft}", new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def footer(self) -> None:
        """On each page."""
        self.set_y(-13)
        self.set_font(_FACE, "", 8)
        self.cell(0, 5, f"{self.row.number}, page {self.page_no()} of {{nb}}", align="R")

    def parties(self) -> None:
        """Who, and when."""
        row = self.row
        self._text(f"CPO: {_named(row.seller_name, row.country_code, row.party_id)}")
        self._text(f"eMSP: {_named(row.payer_name, row.token_country_code, row.token_party_id)}")
        self._text(f"Month: {row.month:%B %Y} (by the end of charging, UTC); {row.collected} CDRs")
        if row.issued_at is not None:
            self._text(f"Issued: {_moment(row.issued_at)}")

    def sums(self, sums: dict[str, Any]) -> None:
        """Of one currency."""
        currency = sums["currency"]
        rows = []
        for kind, title in _KINDS.items():
            told = sums[kind]
            if told["cdrs"] or kind == "total":
                rows += [(title, rate(one["rate"]), "", *_amounts(one)) for one in told["by_rate"]]
                rows.append((title, ALL_RATES, str(told["cdrs"]), *_amounts(told)))
        self._title(f"Amounts in {currency}")
        head = ("", "VAT rate", "CDRs", "excl. VAT", "VAT", "incl. VAT")
        self._table(head, rows, (22, 32, 16, 32, 32, 32), right=2)
        energy = [(title, *(sums[kind][name] for name in ("energy_import", "energy_export")))
                  for kind, title in _KINDS.items()]  # fmt: skip
        self._title("Energy in kWh")
        self._table(("", "taken (import)", "given back (export)"), energy, (40, 40, 40), right=1)

    def unbilled(self) -> None:
        """What is not on it."""
        waiting = {name: count for name, count in self.row.unbilled.items() if count}
        if waiting:
            words = ", ".join(f"{count} {name.lower().replace('_', ' ')}" for name, count in waiting.items())
            self._title("Not billed")
            self._text(f"CDRs that are not on this statement: {words}.")

    def cdrs(self) -> None:
        """One by one, where they are few."""
        self._title("CDRs")
        if self.row.collected > LISTED:
            self._text(f"{self.row.collected} CDRs: listed in the CSV file of this statement.")
            return
        found = self.row.rows.select_related("cdr").order_by("cdr__end_date_time", "cdr_id")
        head = ("CDR", "Ended (UTC)", "import kWh", "export kWh", "excl. VAT", "incl. VAT")
        self._table(head, [_line(one) for one in found], (56, 32, 21, 21, 24, 24), right=2)

    def _title(self, text: str) -> None:
        self.ln(4)
        self.set_font(_FACE, "B", 11)
        self.cell(0, 7, text, new_x="LMARGIN", new_y="NEXT")

    def _text(self, text: str) -> None:
        self.set_font(_FACE, "", 10)
        self.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], right: int) -> None:
        """Columns from `right` on are figures."""
        self.set_font(_FACE, "", 8.5)
        aligned = tuple("LEFT" if at < right else "RIGHT" for at in range(len(head)))
        with self.table(
            col_widths=tuple(widths), text_align=aligned, width=sum(widths), align="LEFT", headings_style=_HEAD,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, line_height=4.6,
        ) as table:  # fmt: skip
            for cells in (head, *rows):
                table.row([cell or "" for cell in cells])


def _line(one: StatementRow) -> tuple[str, ...]:
    """Energy of a credit counts back, as in the sums: a column adds up to its total."""
    sign = -1 if one.credit else 1
    kind = f"{one.cdr.object_id} (credit)" if one.credit else one.cdr.object_id
    incl = "not told" if one.incl_vat is None else f"{one.incl_vat:.4f}"
    return (
        kind, _moment(one.cdr.end_date_time), _kwh(sign * one.imported), _kwh(sign * one.exported),
        f"{one.excl_vat:.4f} {one.currency}", incl,
    )  # fmt: skip


def _kwh(value: Decimal) -> str:
    return f"{value + 0:.4f}"  # + 0: no minus before zero


def _amounts(told: dict[str, Any]) -> tuple[str, str, str]:
    return told["excl_vat"], told["vat"] or "not told", told["incl_vat"] or "not told"


def rate(name: str) -> str:
    """As people read it."""
    return _RATES.get(name) or f"{name} %"


def _named(name: str, country: str, party: str) -> str:
    return f"{name} ({country}/{party})" if name else f"{country}/{party}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
