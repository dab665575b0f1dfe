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
    iso15118,
    local_lists,
    logs,
    metering,
    monitoring,
    payment,
    provisioning,
    remote_control,
    reservations,
    security,
    smart_charging,
    tariffs,
    transactions,
)
from ocppbridge.handlers.registry import ANSWERS, RECORDS, SETTLES, TOGETHER, answer_of, record_of

BLOCKS = (
    authorization,
    availability,
    customers,
    bidirectional,
    data,
    der,
    displays,
    firmware,
    iso15118,
    local_lists,
    logs,
    metering,
    monitoring,
    payment,
    provisioning,
    remote_control,
    reservations,
    security,
    smart_charging,
    tariffs,
    transactions,
)

__all__ = ["ANSWERS", "BLOCKS", "RECORDS", "SETTLES", "TOGETHER", "answer_of", "record_of"]
