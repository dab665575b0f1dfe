"""Reading and writing settings in as many messages as the station wants: so many items and bytes each (B05, B06).

The limits are the station's own (DeviceDataCtrlr in 2.x, GetConfigurationMaxKeys in 1.6); a station that has not told
them is sent few at a time. Each message is a call of its own; calls go out one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import orjson
from django.db import transaction

from ocppbridge.charging.batches import batches
from ocppbridge.charging.intents import Intent, NotOffered, ReadVariables, Variable, WriteVariables
from ocppbridge.charging.outcomes import Outcome, of_status
from ocppbridge.charging.variables import for_version, text
from ocppbridge.models import Call, Setting, Station
from ocppbridge.services import calls, sealing

# Changed elsewhere: the hub has to know both the old and the new one until the station uses it (A01).
PASSWORDS: Final = frozenset({"BasicAuthPassword", "AuthorizationKey"})
UNTOLD: Final = 10  # items a message for a station whose limit is not known


class Limits(NamedTuple):
    """What one message may carry; None: nothing is said."""

    items: int | None
    size: int | None


def limits(station: Station, action: str) -> Limits:
    """For GetVariables, SetVariables or GetReport of a 2.x station; of a 1.6 station for its counterparts."""
    if calls.dialect_of(station).version == "1.6":
        if action != "GetVariables":
            return Limits(1, None)
        most = Setting.objects.filter(station=station, component="", name="GetConfigurationMaxKeys")
        return Limits(_number(most.values_list("value", flat=True).first()), None)
    told = Setting.objects.filter(station=station, component="DeviceDataCtrlr", instance=action, attribute="")
    values = dict(told.filter(name__in=["ItemsPerMessage", "BytesPerMessage"]).values_list("name", "value"))
    return Limits(_number(values.get("ItemsPerMessage")) or UNTOLD, _number(values.get("BytesPerMessage")))


@transaction.atomic
def read(station: Station, variables: Sequence[Variable], **more: Any) -> list[Call]:
    """Ask for the present values; `more` is what `calls.queue` takes."""
    return _queue(station, "GetVariables", [(one, "") for one in _spoken(station, variables)], more)


@transaction.atomic
def write(station: Station, values: Sequence[tuple[Variable, str]], **more: Any) -> list[Call]:
    """Ask for new values; `more` is what `calls.queue` takes."""
    if taboo := [variable.name for variable, _ in values if variable.name in PASSWORDS]:
        raise NotOffered(f"{taboo[0]} is changed as the station's password, so that the hub knows it too")
    names = _spoken(station, [variable for variable, _ in values])
    pairs = [(name, value) for name, (_, value) in zip(names, values, strict=True)]
    return _queue(station, "SetVariables", pairs, more)


def outcomes(intent: WriteVariables, outcome: Outcome | None) -> dict[Variable, Outcome]:
    """What became of each value of one write."""
    if outcome is None:
        return {}
    names = [variable for variable, _ in intent.values]
    told = outcome.data.get("results")
    if not told:  # 1.6, or a refusal of the whole
        return dict.fromkeys(names, outcome)
    # The answers stand in the order of the questions; a station that leaves one out is matched by what it names.
    each = [(entry, of_status(entry["attributeStatus"], _reason(entry.get("attributeStatusInfo")))) for entry in told]
    if len(each) == len(names):
        return {name: one for name, (_, one) in zip(names, each, strict=True)}
    by_name = {(entry["component"]["name"], entry["variable"]["name"]): one for entry, one in each}
    return {name: by_name[key] for name in names if (key := (name.component, name.name)) in by_name}


def _queue(station: Station, action: str, pairs: Sequence[tuple[Variable, str]], more: dict[str, Any]) -> list[Call]:
    if not pairs:
        return []
    dialect, most = calls.dialect_of(station), limits(station, action)

    def size(pair: tuple[Variable, str]) -> int:
        return len(orjson.dumps(sealing.plain(calls.translated(dialect, _verb(action, (pair,)))[1])))

    pieces = batches(pairs, most.items, most.size, size)
    return [calls.queue(station, _verb(action, piece), **more) for piece in pieces]


def _verb(action: str, pairs: tuple[tuple[Variable, str], ...]) -> Intent:
    return WriteVariables(pairs) if action == "SetVariables" else ReadVariables(tuple(name for name, _ in pairs))


def _spoken(station: Station, variables: Iterable[Variable]) -> list[Variable]:
    version = calls.dialect_of(station).version
    spoken = []
    for one in variables:
        own = for_version(one, version)
        if own is None:
            raise NotOffered(f"an OCPP {version} station has no setting {text(one)}")
        spoken.append(own)
    return spoken


def _reason(info: dict[str, Any] | None) -> str:
    return ": ".join(filter(None, ((info or {}).get("reasonCode"), (info or {}).get("additionalInfo"))))


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and int(value) else None
