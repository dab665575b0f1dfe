"""Decisions on the upkeep of stations: firmware, logs, monitoring, customer information."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="FIRMWARE-WHILE-CHARGING",
        kind=Kind.POLICY_DEPENDENT,
        title="A campaign comes to a station at which somebody charges",
        section="OCPP UpdateFirmware (L01.FR.06, L01.FR.13)",
        question="Does a firmware campaign update a station while a transaction runs on it?",
        options={
            "wait": "no: it is updated when nobody charges, and its wave waits",
            "skip": "no: the campaign goes on without it",
            "update": "yes: the station itself installs when its EVSEs are free",
        },
        default="wait",
        applied_in="ocppbridge.services.campaigns",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="FIRMWARE-PATIENCE",
        kind=Kind.SPEC_SILENT,
        title="A firmware update of which nothing more is heard",
        section="OCPP FirmwareStatusNotification (L01)",
        question="After how many hours without news has an update come to nothing? Its download URL ends then, too.",
        options={},
        free=between("1", "720", "hours"),
        default="24",
        applied_in="ocppbridge.services.firmware",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOG-PATIENCE",
        kind=Kind.SPEC_SILENT,
        title="How long a station may take to bring a log",
        section="OCPP GetLog, GetDiagnostics (N01)",
        question="For how many hours is the one-time URL open that a log is uploaded to?",
        options={},
        free=between("1", "168", "hours"),
        default="6",
        applied_in="ocppbridge.services.logs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOG-UPLOAD-LIMIT",
        kind=Kind.POLICY_DEPENDENT,
        title="How large a log may be",
        section="OCPP GetLog, GetDiagnostics (N01)",
        question="How many MiB may a station upload as one log?",
        options={},
        free=between("1", "1024", "MiB"),
        default="50",
        applied_in="ocppbridge.services.logs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LOG-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long logs of stations are kept",
        section="data protection: logs name cards and customers",
        question="After how many days is the file of a log deleted?",
        options={},
        free=between("1", "3650", "days"),
        default="90",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="EVENT-ALERT-SEVERITY",
        kind=Kind.POLICY_DEPENDENT,
        title="Which events of monitors are alerts",
        section="OCPP 2.x NotifyEvent (N07), severity 0 (danger) to 9 (debug)",
        question="Up to which severity does an event raise an alert for staff?",
        options={"none": "no event does"},
        free=between("0", "9"),
        default="4",
        applied_in="ocppbridge.handlers.availability",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="EVENT-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long events and streamed values are kept",
        section="OCPP 2.x NotifyEvent, NotifyPeriodicEventStream",
        question="After how many days are events of components and values of event streams deleted?",
        options={},
        free=between("1", "3650", "days"),
        default="90",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="EVENT-STREAMS",
        kind=Kind.POLICY_DEPENDENT,
        title="A station wants to open a periodic event stream",
        section="OCPP 2.1 OpenPeriodicEventStream (N11)",
        question="May a station tell a monitor's values by a stream that nobody acknowledges?",
        options={"accept": "yes: its values are stored", "refuse": "no: they come by NotifyEvent"},
        default="accept",
        applied_in="ocppbridge.handlers.monitoring",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CUSTOMER-INFORMATION-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long is kept what a station told of a customer",
        section="OCPP 2.x NotifyCustomerInformation (N09); data protection",
        question="After how many days is it erased?",
        options={},
        free=between("1", "365", "days"),
        default="30",
        applied_in="ocppbridge.sweeps",
        reached=Feature.STATIONS,
    )
)
