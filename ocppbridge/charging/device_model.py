"""A station's settings, out of 2.x reports and 1.6 configuration keys, in one shape (B06, B07, B08).

Rule: a report comes in parts numbered from 0; parts may come twice or out of order, and the report is whole when
every part up to the last has come. What is missing can be asked for again as a whole, never as a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ocppbridge.charging.intents import Variable
from ocppbridge.charging.messages import ReportPart
from ocppbridge.charging.readings import number
from ocppbridge.charging.tokens import STATION, Place


@dataclass(frozen=True, slots=True)
class Setting:
    """One attribute of one variable with what the station says of it."""

    variable: Variable
    value: str | None = None
    mutability: str | None = None
    persistent: bool = False
    constant: bool = False
    data_type: str | None = None
    unit: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()
    monitored: bool = False

    @property
    def writable(self) -> bool:
        """Whether it can be changed; a station that does not say is taken at its best (ReadWrite is the default)."""
        return not self.constant and self.mutability != "ReadOnly"


@dataclass(frozen=True, slots=True)
class Report:
    """The parts of one report so far."""

    request_id: int
    parts: Mapping[int, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    last: int | None = None

    def take(self, part: ReportPart) -> Report:
        """The report with one more part; a part of another report changes nothing."""
        if part.request_id != self.request_id:
            return self
        last = part.seq_no if part.last else self.last
        return replace(self, parts={**self.parts, part.seq_no: part.entries}, last=last)

    @property
    def whole(self) -> bool:
        """Whether every part up to the last one has come. Parts are counted, not numbers: a last one may be any."""
        return self.last is not None and sum(0 <= number <= self.last for number in self.parts) == self.last + 1

    def settings(self) -> list[Setting]:
        """Every setting of the parts that have come."""
        return [setting for seq_no in sorted(self.parts) for setting in reported(self.parts[seq_no])]


def reported(entries: Iterable[Mapping[str, Any]]) -> Iterator[Setting]:
    """The settings of ReportData, one for each attribute."""
    for entry in entries:
        known = entry.get("variableCharacteristics") or {}
        listed = known.get("valuesList")
        for attribute in entry["variableAttribute"]:
            yield Setting(
                variable=variable(entry, attribute.get("type")),
                value=attribute.get("value"),
                mutability=attribute.get("mutability"),
                persistent=attribute.get("persistent", False),
                constant=attribute.get("constant", False),
                data_type=known.get("dataType"),
                unit=known.get("unit"),
                least=number(known.get("minLimit")),
                most=number(known.get("maxLimit")),
                choices=tuple(listed.split(",")) if listed else (),
                monitored=known.get("supportsMonitoring", False),
            )


def read_back(results: Sequence[Mapping[str, Any]]) -> list[Setting]:
    """The settings that GetVariables read; those that it could not read are left out."""
    read = [entry for entry in results if entry["attributeStatus"] == "Accepted"]
    return [Setting(variable(entry, entry.get("attributeType")), entry.get("attributeValue")) for entry in read]


def unknown(results: Sequence[Mapping[str, Any]]) -> list[Variable]:
    """What GetVariables was told that the station does not have."""
    missing = ("UnknownComponent", "UnknownVariable")
    return [variable(entry, entry.get("attributeType")) for entry in results if entry["attributeStatus"] in missing]


def configured(values: Mapping[str, str | None], read_only: Iterable[str]) -> list[Setting]:
    """The settings of a 1.6 GetConfiguration."""
    locked = frozenset(read_only)
    return [
        Setting(Variable(key), value, "ReadOnly" if key in locked else "ReadWrite") for key, value in values.items()
    ]


def variable(entry: Mapping[str, Any], attribute: str | None) -> Variable:
    """The Variable that an entry with a component and a variable is about."""
    component, named = entry["component"], entry["variable"]
    evse = component.get("evse")
    return Variable(
        name=named["name"],
        component=component["name"],
        instance=named.get("instance"),
        component_instance=component.get("instance"),
        place=Place(evse["id"], evse.get("connectorId")) if evse else STATION,
        # Actual is what an attribute is that does not say (B06.FR.11); so that both spellings are one setting.
        attribute=attribute if attribute != "Actual" else None,
    )
