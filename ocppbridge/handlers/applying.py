"""One journalled frame, read again and applied: a message by its @records, an answer to a call of ours by @settles."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ocppbridge.handlers import settling
from ocppbridge.handlers.blocks import record_of
from ocppbridge.handlers.settling import Answers
from ocppbridge.models import Call, Frame
from ocppbridge.rpc import frames
from ocppbridge.rpc.errors import FrameError
from ocppbridge.services.calls import End
from ocppbridge.services.turns import Turn
from ocppbridge.versions import DIALECTS, Dialect

# Actions whose messages park their station when they cannot be recorded, for frames that cannot even be read.
PARKING = frozenset({"StartTransaction", "StopTransaction", "TransactionEvent"})


class Unreadable(Exception):
    """The frame is not what it was when it was admitted."""


class Journalled(NamedTuple):
    """What the journal says of one frame."""

    connection_id: int
    at: datetime
    kind: int
    message_id: str
    action: str
    body: str
    error: str
    subprotocol: str


def apply(frame: Journalled, turn: Turn, answers: Answers) -> None:
    """Do what the frame means. `answers` are those of the batch that are settled together."""
    dialect = DIALECTS.get(frame.subprotocol)
    if dialect is None or frame.body is None:
        raise Unreadable("its frame or its connection is not in the journal any more")
    turn.hear(frame.connection_id, frame.at)
    try:
        parsed = frames.parse(frame.body, dialect.version)
    except FrameError as error:
        raise Unreadable(f"{error.description}") from error
    match parsed:
        case frames.Call() | frames.Send():
            message = dialect.up(parsed.action, parsed.payload)
            record = record_of(message)
            if record is not None:
                answers.settle_before_others_of(turn.station)
                record.function(message, turn)
        case frames.CallResult() | frames.CallError():
            _settle(parsed, frame.error, dialect, turn, answers)


def parks(frame: Journalled) -> bool:
    """Whether the station's later messages wait for this one."""
    if frame.kind not in (Frame.Kind.CALL, Frame.Kind.SEND):
        return False
    return frame.action in PARKING


def _settle(
    answer: frames.CallResult | frames.CallError, complaint: str, dialect: Dialect, turn: Turn, answers: Answers
) -> None:
    try:
        call_id = UUID(answer.message_id)
    except ValueError:
        return
    call = answers.asked(turn.station, call_id)
    if call is not None:
        answers.take(_end(call, answer, complaint, dialect, turn))
        return
    answers.settle_before_others_of(turn.station)
    call = Call.objects.filter(pk=call_id, station=turn.station).select_related("station").first()
    if call is not None:
        turn.write_back()
        settling.settle(_end(call, answer, complaint, dialect, turn))


def _end(call: Call, answer: frames.CallResult | frames.CallError, complaint: str, dialect: Dialect, turn: Turn) -> End:
    if isinstance(answer, frames.CallResult):
        return settling.answered(call, answer.payload, complaint, dialect, turn.received)
    return settling.refused(call, answer.code, answer.description, turn.received)
