"""The five kinds of pages: message, block, type, sequence, example; and the index of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ocppbridge.reference import conversations, handling, tracing
from ocppbridge.reference.examples import EXAMPLES, rows
from ocppbridge.reference.page import Page, Section, Source
from ocppbridge.reference.touching import touching
from ocppbridge.versions import Dialect
from ocppbridge.versions.blocks import BLOCK_OF, BLOCKS
from ocppbridge.versions.describe import Field, Message, describe, direction
from ocppbridge.versions.describe import handling as treatment
from ocppbridge.versions.sequences import SEQUENCES, Sequence, Step
from ocppbridge.versions.types import Type

_FIELDS = ("Field", "Type", "Required", "Limits", "Values", "Meaning")


def message_page(dialect: Dialect, action: str) -> Page:
    """One message; the action must be one of the version's."""
    message = describe(dialect, action)
    if message is None:
        raise LookupError(action)
    return Page(
        "message", action, dialect.version, f"{action}, OCPP {dialect.version}", tuple(_of_message(dialect, message))
    )


def _of_message(dialect: Dialect, message: Message) -> Iterable[Section]:
    action = message.action
    yield Section("In short", Source.SPECIFICATION, ("Fact", "Value", "Source"), list(_facts(dialect, message)))
    yield Section("Request", Source.SCHEMA, _FIELDS, [_row(one) for one in message.request])
    if message.response is None:
        yield Section("Answer", Source.SPECIFICATION, ("Fact",), [("A SEND (message type 6): it is never answered.",)])
    else:
        yield Section("Answer", Source.SCHEMA, _FIELDS, [_row(one) for one in message.response])
    steps = [(what, tracing.address(one), tracing.saying(one)) for what, one in handling.steps(dialect, action)]
    yield Section("Who handles it here", Source.CODE, ("Does", "Function", "Says"), steps)
    decisions = [(one.id, one.title, one.default, why) for one, why in touching(dialect, action)]
    yield Section("Decisions that touch it", Source.OURS, ("Decision", "Title", "Default", "Why here"), decisions)
    if message.losses:
        yield Section("What gets lost", Source.OURS, ("Field", "Why"), sorted(message.losses.items()))
    found = [(name, one.title) for name, one in SEQUENCES.items() if action in _actions(one, dialect.version)]
    yield Section("Sequences", Source.SPECIFICATION, ("Sequence", "Title"), found)


def _facts(dialect: Dialect, message: Message) -> Iterable[tuple[str, str, str]]:
    yield "direction", message.direction, Source.SPECIFICATION
    mapped = message.version == "1.6"
    block = f"{message.block} {BLOCKS[message.block]}"
    yield "block", block, Source.OURS if mapped else Source.SPECIFICATION
    yield "here", message.handling, Source.OURS
    kinds = handling.meanings(dialect, message.action)
    if kinds:
        yield "means", ", ".join(kind.__name__ for kind in kinds), Source.CODE
    verbs = handling.verbs(dialect, message.action)
    if message.action in dialect.to_station:
        yield "verbs", ", ".join([*(verb.__name__ for verb in verbs), "generic call"]), Source.CODE


def _row(field: Field) -> tuple[str, ...]:
    required = "yes" if field.required else "no"
    return field.path, field.type, required, field.limits, " | ".join(field.values), field.description


def block_page(dialect: Dialect, letter: str) -> Page:
    """Every message of a functional block that the version has."""
    actions = sorted(action for action in dialect.schemas.requests if BLOCK_OF[action] == letter)
    rows = [(action, direction(dialect, action), treatment(dialect, action)) for action in actions]
    note = "" if rows else f"OCPP {dialect.version} has no message in this block."
    section = Section("Messages", Source.SPECIFICATION, ("Message", "Direction", "Here"), rows, note)
    return Page(
        "block", letter, dialect.version, f"Block {letter}: {BLOCKS[letter]}, OCPP {dialect.version}", (section,)
    )


def type_page(one: Type) -> Page:
    """One type."""
    sections = []
    if one.values:
        sections.append(Section("Values", Source.SCHEMA, ("Value",), [(value,) for value in one.values]))
    if one.fields:
        sections.append(Section("Fields", Source.SCHEMA, _FIELDS, [_row(field) for field in one.fields]))
    sections.append(Section("Used in", Source.SCHEMA, ("Where",), [(path,) for path in one.used_in]))
    title = f"{one.name}, OCPP {one.version}"
    return Page("type", one.name, one.version, title, tuple(sections), one.description)


def sequence_page(dialect: Dialect, name: str) -> Page:
    """One sequence in the version's words."""
    one = SEQUENCES[name]
    rows = [
        (str(number), step.way, step.action, step.note, treatment(dialect, step.action))
        for number, step in enumerate(_steps(one, dialect.version), 1)
    ]
    headers = ("Step", "Way", "Message", "Note", "Here")
    section = Section("Steps", Source.SPECIFICATION, headers, rows, one.source)
    return Page("sequence", name, dialect.version, f"{one.title}, OCPP {dialect.version}", (section,))


def example_page(dialect: Dialect, name: str) -> Page:
    """One worked example: profile by profile with what the composite schedule becomes, or message by message."""
    worked = EXAMPLES.get(name)
    if worked is not None:
        headers: tuple[str, ...] = ("Why", "For", "Payload", "Then")
        note = "payloads and schedules are computed now; `then` is what holds on EVSE 1"
        section = Section("Profile by profile", Source.CODE, headers, list(rows(worked, dialect)), note)
        return Page("example", name, dialect.version, f"{worked.title}, OCPP {dialect.version}", (section,))
    told = conversations.of(dialect)[name]
    said = [
        (step.way, f"{step.action} (answer)" if step.answer else step.action, json.dumps(step.payload), step.why)
        for step in told.steps()
    ]
    section = Section("Messages", Source.CODE, ("Way", "Message", "Payload", "Why"), said, told.source)
    return Page("example", name, dialect.version, f"{told.title}, OCPP {dialect.version}", (section,))


def examples_of(dialect: Dialect) -> dict[str, str]:
    """Name → title of every example that the version can play."""
    worked = {name: one.title for name, one in EXAMPLES.items() if dialect.version >= one.since}
    return worked | {name: one.title for name, one in conversations.of(dialect).items()}


def index_page(dialect: Dialect, type_names: Iterable[str]) -> Page:
    """Every name that there is a page of."""
    blocks = [(letter, title) for letter, title in BLOCKS.items()]
    actions = sorted(dialect.schemas.requests)
    messages = [(one, f"{BLOCK_OF[one]} {BLOCKS[BLOCK_OF[one]]}", direction(dialect, one)) for one in actions]
    sections = (
        Section("Sequences", Source.SPECIFICATION, ("Sequence", "Title"), [(n, s.title) for n, s in SEQUENCES.items()]),
        Section("Examples", Source.CODE, ("Example", "Title"), list(examples_of(dialect).items())),
        Section("Blocks", Source.SPECIFICATION, ("Block", "Title"), blocks),
        Section("Messages", Source.SCHEMA, ("Message", "Block", "Direction"), messages),
        Section("Types", Source.SCHEMA, ("Type",), [(name,) for name in type_names]),
    )
    return Page("index", "", dialect.version, f"OCPP {dialect.version}", sections)


def _steps(one: Sequence, version: str) -> tuple[Step, ...]:
    return one.v16 if version == "1.6" else one.v2


def _actions(one: Sequence, version: str) -> set[str]:
    return {step.action for step in _steps(one, version)}
