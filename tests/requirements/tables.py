"""The tables in this folder: an item, what must hold, which tests show it, and the status."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tests.requirements import claims, sets
from tests.requirements.sets import HERE, Item, RequirementSet

AGAIN = ".venv/bin/python -m tests.requirements"
SHOWN, REASON, OPEN = "shown", "not tested", "open"


@dataclass
class Findings:
    """What the tests say about one set. `unknown` are ids that look right and are no item: (test, id)."""

    of: RequirementSet
    tests: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def status(self, item: Item) -> str:
        return SHOWN if item.id in self.tests else REASON if item.untested else OPEN

    def gaps(self) -> list[str]:
        """Items that need a test and have neither one nor a reason."""
        return [one.id for one in self.of.items.values() if self.of.needs_a_test(one) and self.status(one) == OPEN]

    def contradictions(self) -> list[str]:
        """Items that are shown although they say why they cannot be."""
        return [one.id for one in self.of.items.values() if one.untested and one.id in self.tests]


def gather(every: list[RequirementSet], said: list[tuple[str, str]]) -> list[Findings]:
    found = [Findings(one) for one in every]
    for findings in found:
        for test, text in said:
            for name in dict.fromkeys(findings.of.ids(text)):
                if name in findings.of.items:
                    findings.tests.setdefault(name, []).append(test)
                else:
                    findings.unknown.append((test, name))
    return found


def rendered() -> dict[str, str]:
    """File name → text of every generated file."""
    found = gather(sets.every(), list(claims.claims()))
    return {"README.md": _readme(found), **{f"{one.of.name}.md": _table(one) for one in found}}


def write() -> None:
    """Write the tables; a reason why there is no test falls away once there is one."""
    for findings in gather(sets.every(), list(claims.claims())):
        path = HERE / f"{findings.of.name}.toml"
        text = before = path.read_text()
        for name in findings.contradictions():
            text = re.sub(rf'^({re.escape(name)} = .*), untested = "(?:[^"\\]|\\.)*"', r"\1", text, flags=re.MULTILINE)
        if text != before:
            path.write_text(text)
    for name, text in rendered().items():
        (HERE / name).write_text(text)


def _readme(found: list[Findings]) -> str:
    lines = [
        "# What must hold, and which test shows it",
        "",
        f"Written by `{AGAIN}` from the `.toml` files here and the ids that tests",
        "name. `make test` fails when a table is out of date, when a required item has neither a test nor a reason,",
        "and when a test names an unknown id.",
        "How a test names what it shows stands in `__init__.py`.",
        "",
        "| set | items | shown by tests | not tested, with a reason | open |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        count = Counter(one.status(item) for item in one.of.items.values())
        name = f"[{one.of.title}]({one.of.name}.md)"
        lines.append(f"| {name} | {len(one.of.items)} | {count[SHOWN]} | {count[REASON]} | {count[OPEN]} |")
    return "\n".join(lines) + "\n"


def _table(found: Findings) -> str:
    lines = [f"# {found.of.title}", "", found.of.legend.strip(), ""]
    lines += ["| id | level | who | what must hold | section | tests | status |", "|---|---|---|---|---|---|---|"]
    lines += [_row(found, item) for item in found.of.items.values()]
    return "\n".join(lines) + "\n"


def _row(found: Findings, item: Item) -> str:
    tests = "<br>".join(f"`{test}`" for test in found.tests.get(item.id, []))
    status = found.status(item) + (f": {item.untested}" if item.untested else "")
    cells = (item.id, item.level, item.who, item.must, item.section, tests, status)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
