"""Lines of a table as OCPI Locations: one line a connector, columns named after OCPI's members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Convert = Callable[[str], Any]


@dataclass(frozen=True)
class Line:
    """A line with its number in the file."""

    number: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        """Empty where there is no such column."""
        return self.cells.get(name, "")


def whole(text: str) -> int:
    """A number without decimals."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is not a whole number") from None


def yes(text: str) -> bool:
    """true, yes, 1 and their opposites."""
    if text.lower() in ("true", "yes", "1", "y"):
        return True
    if text.lower() in ("false", "no", "0", "n"):
        return False
    raise ValueError(f"{text[:20]!r} is neither yes nor no")


def several(text: str) -> list[str]:
    """Values between vertical bars or blanks."""
    return text.replace("|", " ").split()


PLACE: dict[str, Convert] = {
    "country_code": str, "party_id": str, "publish": yes, "name": str, "address": str, "city": str, "postal_code": str,
    "state": str, "country": str, "time_zone": str, "parking_type": str, "facilities": several,
    "charging_when_closed": yes,
}  # fmt: skip
EVSE: dict[str, Convert] = {
    "evse_id": str, "evse_status": str, "physical_reference": str, "floor_level": str, "capabilities": several,
    "parking_restrictions": several,
}  # fmt: skip
CONNECTOR: dict[str, Convert] = {
    "standard": str, "format": str, "power_type": str, "max_voltage": whole, "max_amperage": whole,
    "max_electric_power": whole, "tariff_ids": several,
}  # fmt: skip
KEYS = ("id", "evse_uid", "connector_id", "latitude", "longitude")
KNOWN = {*PLACE, *EVSE, *CONNECTOR, *KEYS}


def documents(lines: Iterable[Line], columns: Sequence[str]) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """(where, location or what is wrong with its lines). Raises ValueError for columns that nobody knows."""
    unknown = [name for name in columns if name.strip().lower() not in KNOWN]
    if unknown:
        raise ValueError(f"unknown column {unknown[0]!r}; there are {', '.join(sorted(KNOWN))}")
    if "id" not in {name.strip().lower() for name in columns}:
        raise ValueError("the column id (of the location) is missing")
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.get("id").upper(), []).append(line)
    for group in groups.values():
        yield _one(group)


def _one(lines: list[Line]) -> tuple[str, dict[str, Any] | str]:
    first = lines[0]
    where = f"line {first.number}" + (f" ({first.get('id')})" if first.get("id") else "")
    document: dict[str, Any] = {}
    for line in lines:
        try:
            _add(document, line)
        except ValueError as problem:
            return f"line {line.number}" + (f" ({line.get('id')})" if line.get("id") else ""), str(problem)
    return where, document


def _add(document: dict[str, Any], line: Line) -> None:
    if not line.get("id"):
        raise ValueError("the location's id is missing")
    document["id"] = line.get("id")
    document.update(_cells(line, PLACE))
    document.setdefault("publish", True)
    if line.get("latitude") or line.get("longitude"):
        document["coordinates"] = {"latitude": line.get("latitude"), "longitude": line.get("longitude")}
    if not line.get("evse_uid"):
        return
    evses = document.setdefault("evses", [])
    evse = next((one for one in evses if one["uid"].upper() == line.get("evse_uid").upper()), None)
    if evse is None:
        evse = {"uid": line.get("evse_uid"), "connectors": []}
        evses.append(evse)
    said = _cells(line, EVSE)
    if "evse_status" in said:
        said["status"] = said.pop("evse_status")
    evse.update(said)
    evse["connectors"].append(
        {"id": line.get("connector_id") or str(len(evse["connectors"]) + 1), **_cells(line, CONNECTOR)}
    )


def _cells(line: Line, columns: dict[str, Convert]) -> dict[str, Any]:
    found = {}
    for name, convert in columns.items():
        if text := line.get(name):
            try:
                found[name] = convert(text)
            except ValueError as problem:
                raise ValueError(f"{name}: {problem}") from None
    return found
