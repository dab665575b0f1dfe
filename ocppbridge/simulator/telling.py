"""Notes as lines for people: what happened where, without the payloads of what only came and went."""

from __future__ import annotations

from ocppbridge.simulator.notes import Note

_QUIET = {"sent", "acknowledged", "answered", "transaction_id"}


def line(note: Note, verbose: bool = False) -> str | None:
    """One line, or None for what is only worth telling when asked for everything."""
    event = note["event"]
    if event in _QUIET and not verbose:
        return None
    facts = {name: value for name, value in note.items() if name not in ("at", "station", "event", "message_id")}
    told = "  ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, "", {}))
    return f"{note['at'][11:19]}  {note['station'] or '-':<16} {event:<16} {told}".rstrip()
