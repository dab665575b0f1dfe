"""The frames that the fleet sends: a MeterValues of 1.6 (780 bytes) and a TransactionEvent of 2.0.1 (about 1 kB)."""

from __future__ import annotations

import json

_PHASES = ("L1", "L2", "L3")


def _sample_16(measurand: str, value: str, unit: str, phase: str | None = None) -> dict[str, str]:
    sample = {"value": value, "context": "Sample.Periodic", "measurand": measurand, "location": "Outlet", "unit": unit}
    return sample if phase is None else {**sample, "phase": phase}


def _sample_2x(measurand: str, value: float, unit: str, phase: str | None = None) -> dict[str, object]:
    sample: dict[str, object] = {
        "value": value, "context": "Sample.Periodic", "measurand": measurand, "unitOfMeasure": {"unit": unit}
    }  # fmt: skip
    return sample if phase is None else {**sample, "phase": phase}


METER_VALUES = [
    2,
    "@ID@",
    "MeterValues",
    {
        "connectorId": 1,
        "meterValue": [
            {
                "timestamp": "2026-03-01T12:00:00.000Z",
                "sampledValue": [
                    _sample_16("Energy.Active.Import.Register", "1542310", "Wh"),
                    _sample_16("Power.Active.Import", "11040.5", "W"),
                    *(_sample_16("Current.Import", "16.02", "A", phase) for phase in _PHASES),
                    _sample_16("Voltage", "230.1", "V", "L1-N"),
                ],
            }
        ],
    },
]

TRANSACTION_EVENT = [
    2,
    "@ID@",
    "TransactionEvent",
    {
        "eventType": "Updated",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "triggerReason": "MeterValuePeriodic",
        "seqNo": 4,
        "transactionInfo": {"transactionId": "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [
            {
                "timestamp": "2026-03-01T12:00:00.000Z",
                "sampledValue": [
                    _sample_2x("Energy.Active.Import.Register", 1542310.0, "Wh"),
                    _sample_2x("Power.Active.Import", 11040.5, "W"),
                    *(_sample_2x("Current.Import", 16.02, "A", phase) for phase in _PHASES),
                    _sample_2x("Voltage", 230.1, "V", "L1-N"),
                ],
            }
        ],
    },
]

MESSAGES = {
    "MeterValues": json.dumps(METER_VALUES, separators=(",", ":")),
    "TransactionEvent": json.dumps(TRANSACTION_EVENT, separators=(",", ":")),
    "Heartbeat": '[2,"@ID@","Heartbeat",{}]',
}
SUBPROTOCOLS = {"MeterValues": "ocpp1.6", "TransactionEvent": "ocpp2.0.1", "Heartbeat": "ocpp1.6"}
