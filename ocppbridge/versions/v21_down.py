"""OCPP 2.1: the intents that 2.0.1 cannot say, and what their answers mean (tariffs on the station, web payment)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import intents
from ocppbridge.charging.outcomes import Accepted, Outcome, of_status
from ocppbridge.versions import profiles, v21_der, v21_v2x
from ocppbridge.versions.payloads import Called, present
from ocppbridge.versions.v2_down import DOWNS
from ocppbridge.versions.v2_results import RESULTS, reason, status


def _cleared(payload: Mapping[str, Any]) -> Outcome:
    """One outcome for all tariffs: Accepted if all were cleared, else the first that was not."""
    entries = [dict(entry) for entry in payload["clearTariffsResult"]]
    worst = next((entry for entry in entries if entry["status"] != "Accepted"), entries[0])
    return of_status(worst["status"], reason(worst), {"results": entries})


DOWNS_21: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {
        **DOWNS,
        **profiles.DOWNS_21,
        **v21_v2x.DOWNS,
        **v21_der.DOWNS,
        intents.AskTariffs: lambda intent: ("GetTariffs", {"evseId": intent.evse}),
        intents.AwaitPayment: lambda intent: (
            "NotifyWebPaymentStarted",
            {"evseId": intent.evse, "timeout": intent.seconds},
        ),
        intents.ChangeTariff: lambda intent: (
            "ChangeTransactionTariff",
            {"transactionId": intent.transaction, "tariff": dict(intent.tariff)},
        ),
        intents.ClearTariffs: lambda intent: (
            "ClearTariffs",
            present(tariffIds=list(intent.tariffs) or None, evseId=intent.evse),
        ),
        intents.SetTariff: lambda intent: (
            "SetDefaultTariff",
            {"evseId": intent.evse, "tariff": dict(intent.tariff)},
        ),
    }
)
RESULTS_21: Final[Mapping[str, Callable[[Mapping[str, Any]], Outcome]]] = MappingProxyType(
    {
        **RESULTS,
        **v21_v2x.RESULTS,
        **v21_der.RESULTS,
        "ChangeTransactionTariff": status(),
        "ClearTariffs": _cleared,
        "GetTariffs": status("tariffAssignments"),
        "NotifyWebPaymentStarted": lambda payload: Accepted("Accepted"),
        "SetDefaultTariff": status(),
        "UsePriorityCharging": status(),
    }
)
