"""Every functional block, loaded; whoever uses the tables imports them from here."""

from ocppbridge.handlers import (
    authorization,
    availability,
    bidirectional,
    customers,
    data,
    der,
    displays,
    firmware,
    local_lists,
    logs,
    metering,
    monitoring,
    provisioning,
    remote_control,
    reservations,
    security,
    smart_charging,
    transactions,
)
from ocppbridge.handlers.registry import ANSWERS, RECORDS, SETTLES, answer_of, record_of

BLOCKS = (
    authorization,
    availability,
    customers,
    bidirectional,
    data,
    der,
    displays,
    firmware,
    local_lists,
    logs,
    metering,
    monitoring,
    provisioning,
    remote_control,
    reservations,
    security,
    smart_charging,
    transactions,
)

__all__ = ["ANSWERS", "BLOCKS", "RECORDS", "SETTLES", "answer_of", "record_of"]
