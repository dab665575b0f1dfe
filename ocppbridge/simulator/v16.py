"""A station that speaks OCPP 1.6J. The connectorId is the EVSE's number; 0 is the station itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ocppbridge.simulator.answers import answered, triggered
from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.evse import Charge, Evse, Permit
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.wire import Payload

_REASONS = {"Local", "Remote", "EVDisconnected", "DeAuthorized", "PowerLoss", "EmergencyStop"}
_READ_ONLY = {
    "NumberOfConnectors", "SupportedFeatureProfiles", "LocalAuthListMaxLength", "SendLocalListMaxLength",
}  # fmt: skip


class Station16(Station):
    """Core profile, remote trigger, unlock; what versions share stands in answers.py."""

    subprotocol = "ocpp1.6"
    schema_version = "1.6"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.configuration = {
            "HeartbeatInterval": "300",
            "MeterValueSampleInterval": str(int(self.profile.sample_every.total_seconds())),
            "AuthorizeRemoteTxRequests": "false",
            "NumberOfConnectors": str(self.profile.evses),
            "SupportedFeatureProfiles": "Core,RemoteTrigger,LocalAuthListManagement,Reservation,FirmwareManagement,"
            "SmartCharging",
            "LocalAuthListMaxLength": "1000",
            "SendLocalListMaxLength": "100",
        }

    def boot(self, now: datetime) -> None:
        profile = self.profile
        names = {"chargePointVendor": profile.vendor, "chargePointModel": profile.model}
        names |= {"firmwareVersion": profile.firmware, "chargePointSerialNumber": profile.identity[:25]}
        self.wire.ask("BootNotification", names, settle=self.booted, first=True)

    def ask_permission(self, evse: Evse, permit: Permit) -> None:
        def settle(answer: Payload | None, now: datetime) -> None:
            self.permission(evse, permit, (answer or {}).get("idTagInfo", {}).get("status"), now)

        self.wire.ask("Authorize", {"idTag": permit.id_token}, settle=settle)

    def say_states(self, now: datetime) -> None:
        if not self.accepted:
            return
        for evse in self.evses.values():
            self._say_state(evse, _state(evse), now)

    def _say_state(self, evse: Evse, state: str, at: datetime) -> None:
        if evse.said == state:
            return
        evse.said = state
        error = evse.fault or "NoError"
        payload = {"connectorId": evse.number, "errorCode": error, "status": state, "timestamp": stamp(at)}
        self.wire.ask("StatusNotification", payload)

    def say_start(self, evse: Evse, charge: Charge) -> None:
        def settle(answer: Payload | None, now: datetime) -> None:
            charge.transaction_id = (answer or {}).get("transactionId", -1)
            self.note("transaction_id", now, evse=evse.number, transaction_id=charge.transaction_id)
            refused = (answer or {}).get("idTagInfo", {}).get("status") not in {None, "Accepted", "ConcurrentTx"}
            if refused and evse.charge is charge:  # StopTransactionOnInvalidId
                self.end(evse, "DeAuthorized", now)
                self.say_states(now)

        payload: Payload = {
            "connectorId": evse.number,
            "idTag": charge.permit.id_token,
            "meterStart": charge.meter_start,
            "timestamp": stamp(charge.started_at),
        }
        if charge.reservation is not None:
            payload["reservationId"] = charge.reservation
        self.wire.ask("StartTransaction", payload, keep=True, settle=settle)
        self._say_state(evse, "Charging", charge.started_at)

    def say_sample(self, evse: Evse, charge: Charge, at: datetime) -> None:
        value = self._meter_value(evse, at, "Sample.Periodic")
        self.wire.ask(
            "MeterValues",
            lambda: {"connectorId": evse.number, "transactionId": charge.transaction_id, "meterValue": [value]},
            keep=True,
        )

    def say_charging_state(self, evse: Evse, charge: Charge, at: datetime) -> None:
        self._say_state(evse, _state(evse), at)

    def say_steered(self, evse: Evse, charge: Charge, mode: str | None, at: datetime) -> None:
        """1.6 has no words for it: the next sample shows."""

    def say_end(self, evse: Evse, charge: Charge, reason: str, at: datetime) -> None:
        payload = {
            "idTag": charge.permit.id_token,
            "meterStop": evse.meter.said(at),
            "timestamp": stamp(at),
            "reason": reason if reason in _REASONS else "Other",
        }
        self._say_state(evse, "Finishing", at)
        self.wire.ask("StopTransaction", lambda: payload | {"transactionId": charge.transaction_id}, keep=True)

    def _meter_value(self, evse: Evse, at: datetime, context: str) -> Payload:
        energy = {"measurand": "Energy.Active.Import.Register", "unit": evse.meter.unit}
        energy["value"] = f"{evse.meter.figure(at):f}"
        power = {"measurand": "Power.Active.Import", "unit": "W", "value": str(evse.meter.power_now)}
        samples = [sample | {"context": context, "location": "Outlet"} for sample in (energy, power)]
        return {"timestamp": stamp(at), "sampledValue": samples}

    # --- calls of the hub ----------------------------------------------------------------------------------------

    def answer(self, action: str, payload: Payload, now: datetime) -> Payload | None:
        match action:
            case "RemoteStartTransaction":
                return self._remote_start(payload, now)
            case "RemoteStopTransaction":
                return self._remote_stop(payload, now)
            case "UnlockConnector":
                return self._unlock(payload, now)
            case "TriggerMessage":
                return self._trigger(payload, now)
            case "Reset":
                return self._reset(now)
            case "ChangeAvailability":
                return self._change_availability(payload, now)
            case "GetConfiguration":
                return self._configuration(payload)
            case "ChangeConfiguration":
                return self._configure(payload)
        return answered(self, action, payload, now)

    def _remote_start(self, payload: Payload, now: datetime) -> Payload:
        evse = self.free_evse(payload.get("connectorId"), payload["idTag"])
        if evse is None:
            return {"status": "Rejected"}
        self.permit(evse, Permit(payload["idTag"], "Central", remote=True), now)
        return {"status": "Accepted"}

    def _remote_stop(self, payload: Payload, now: datetime) -> Payload:
        evse = self.find_charge(payload["transactionId"])
        if evse is None:
            return {"status": "Rejected"}
        self.end(evse, "Remote", now)
        self.say_states(now)
        return {"status": "Accepted"}

    def _unlock(self, payload: Payload, now: datetime) -> Payload:
        evse = self.evses.get(payload["connectorId"])
        if evse is None:
            return {"status": "NotSupported"}
        self.unplug(evse.number, now)
        return {"status": "Unlocked"}

    def _trigger(self, payload: Payload, now: datetime) -> Payload:
        chosen = [evse for number, evse in self.evses.items() if payload.get("connectorId") in {None, 0, number}]
        match payload["requestedMessage"]:
            case "StatusNotification":
                for evse in chosen:
                    evse.said = ""
                self.say_states(now)
            case "Heartbeat":
                self.wire.ask("Heartbeat", {})
            case "BootNotification":
                self.boot(now)
            case "MeterValues":
                for evse in chosen:
                    value = self._meter_value(evse, now, "Trigger")
                    self.wire.ask("MeterValues", {"connectorId": evse.number, "meterValue": [value]})
            case other:
                return triggered(self, other, now)
        return {"status": "Accepted"}

    def _reset(self, now: datetime) -> Payload:
        for evse in self.evses.values():
            self.end(evse, "Remote", now)
        self.accepted, self.reset_wanted = False, True
        return {"status": "Accepted"}

    def _change_availability(self, payload: Payload, now: datetime) -> Payload:
        scheduled = False
        for number, evse in self.evses.items():
            if payload["connectorId"] in {0, number}:
                evse.inoperative = payload["type"] == "Inoperative"
                scheduled |= evse.charge is not None
        self.say_states(now)
        return {"status": "Scheduled" if scheduled else "Accepted"}

    def _configuration(self, payload: Payload) -> Payload:
        wanted = payload.get("key") or list(self.configuration)
        known = [key for key in wanted if key in self.configuration]
        keys = [{"key": key, "readonly": key in _READ_ONLY, "value": self.configuration[key]} for key in known]
        return {"configurationKey": keys, "unknownKey": [key for key in wanted if key not in self.configuration]}

    def _configure(self, payload: Payload) -> Payload:
        if payload["key"] not in self.configuration:
            return {"status": "NotSupported"}
        if payload["key"] in _READ_ONLY:
            return {"status": "Rejected"}
        self.configuration[payload["key"]] = payload["value"]
        return {"status": "Accepted"}


def _state(evse: Evse) -> str:
    if evse.charge is not None:
        return "SuspendedEV" if evse.charge.suspended else "Charging"
    if evse.fault:
        return "Faulted"
    if evse.inoperative:
        return "Unavailable"
    if evse.plugged and evse.said in {"Charging", "SuspendedEV", "Finishing"}:
        return "Finishing"
    if evse.held is not None and evse.held.shown and not evse.plugged:
        return "Reserved"
    return "Preparing" if evse.plugged or evse.permit is not None else "Available"
