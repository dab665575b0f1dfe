"""A station that speaks OCPP 2.0.1 or 2.1. Each EVSE has one connector, number 1; transaction ids are its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocppbridge.simulator import grid_support, till, two_way
from ocppbridge.simulator.answers import answered, triggered
from ocppbridge.simulator.clock import stamp, whole
from ocppbridge.simulator.evse import Charge, Evse, Permit, Profile
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.wire import Payload

_TRIGGERS = {
    "Remote": "RemoteStop",
    "EVDisconnected": "EVCommunicationLost",
    "Local": "StopAuthorized",
    "DeAuthorized": "Deauthorized",
}
_REASONS = {*_TRIGGERS, "PowerLoss", "EmergencyStop", "ImmediateReset", "ReqEnergyTransferRejected"}
_READ_ONLY = {("OCPPCommCtrlr", "HeartbeatInterval")}


class Station2(Station):
    """Blocks B, C, E, F, G as far as a driver's day needs them; what versions share stands in answers.py."""

    subprotocol = "ocpp2.0.1"
    schema_version = "2.0.1"

    def __init__(self, profile: Profile, new_id: Callable[[], str]) -> None:
        super().__init__(profile, new_id)
        self.read_only = _READ_ONLY
        self.variables = {
            ("OCPPCommCtrlr", "HeartbeatInterval"): "300",
            ("OCPPCommCtrlr", "OfflineThreshold"): "60",
            ("AuthCtrlr", "AuthorizeRemoteStart"): "false",
            ("SampledDataCtrlr", "TxUpdatedInterval"): str(int(profile.sample_every.total_seconds())),
        }

    def boot(self, now: datetime) -> None:
        profile = self.profile
        station = {"vendorName": profile.vendor, "model": profile.model, "serialNumber": profile.identity[:25]}
        station["firmwareVersion"] = profile.firmware
        self.wire.ask(
            "BootNotification", {"reason": "PowerUp", "chargingStation": station}, settle=self.booted, first=True
        )

    def ask_permission(self, evse: Evse, permit: Permit) -> None:
        def settle(answer: Payload | None, now: datetime) -> None:
            self.told_tariff(permit, (answer or {}).get("tariff"))
            self.permission(evse, permit, (answer or {}).get("idTokenInfo", {}).get("status"), now)

        self.wire.ask("Authorize", {"idToken": _id_token(permit)}, settle=settle)

    def say_states(self, now: datetime) -> None:
        if not self.accepted:
            return
        for evse in self.evses.values():
            state = _state(evse)
            if evse.said != state:
                evse.said = state
                where = {"evseId": evse.number, "connectorId": 1}
                self.wire.ask("StatusNotification", {"timestamp": stamp(now), "connectorStatus": state} | where)

    def say_start(self, evse: Evse, charge: Charge) -> None:
        def settle(answer: Payload | None, now: datetime) -> None:
            refused = (answer or {}).get("idTokenInfo", {}).get("status") not in {None, "Accepted", "ConcurrentTx"}
            if refused and evse.charge is charge:  # StopTxOnInvalidId
                self.end(evse, "DeAuthorized", now)
                self.say_states(now)

        charge.transaction_id = self.new_id()
        permit = charge.permit
        self.memory.upkeep.customers.add(permit.id_token)
        info: Payload = {"chargingState": "Charging"}
        if permit.remote_start_id is not None:
            info["remoteStartId"] = permit.remote_start_id
        trigger = "RemoteStart" if permit.remote else "Authorized"
        event = self._event(charge, "Started", trigger, charge.started_at, info)
        event["idToken"] = _id_token(permit)
        event["evse"] = {"id": evse.number, "connectorId": 1}
        if charge.reservation is not None:
            event["reservationId"] = charge.reservation
        event["meterValue"] = [self._meter_value(evse, charge.started_at, "Transaction.Begin")]
        self.wire.ask("TransactionEvent", event, keep=True, settle=settle)

    def say_sample(self, evse: Evse, charge: Charge, at: datetime) -> None:
        state = "SuspendedEV" if charge.suspended else "Charging"
        event = self._event(charge, "Updated", "MeterValuePeriodic", at, {"chargingState": state})
        event["meterValue"] = [self._meter_value(evse, at, "Sample.Periodic")]
        self.wire.ask("TransactionEvent", event, keep=True)

    def _say_asked(self, evse: Evse, charge: Charge, at: datetime) -> None:
        event = self._event(charge, "Updated", "Trigger", at, {})
        event["meterValue"] = [self._meter_value(evse, at, "Trigger")]
        self.wire.ask("TransactionEvent", event, keep=True)

    def say_charging_state(self, evse: Evse, charge: Charge, at: datetime) -> None:
        state = "SuspendedEV" if charge.suspended else "Charging"
        event = self._event(charge, "Updated", "ChargingStateChanged", at, {"chargingState": state})
        event["meterValue"] = [self._meter_value(evse, at, "Other")]
        self.wire.ask("TransactionEvent", event, keep=True)

    def say_steered(self, evse: Evse, charge: Charge, mode: str | None, at: datetime) -> None:
        event = self._event(charge, "Updated", "OperationModeChanged", at, {"chargingState": "Charging"})
        if mode is not None:
            event["transactionInfo"]["operationMode"] = mode
        event["meterValue"] = [self._meter_value(evse, at, "Other")]
        self.wire.ask("TransactionEvent", event, keep=True)

    def say_end(self, evse: Evse, charge: Charge, reason: str, at: datetime) -> None:
        trigger = _TRIGGERS.get(reason, "AbnormalCondition")
        state = "EVConnected" if evse.plugged else "Idle"
        info = {"chargingState": state, "stoppedReason": reason if reason in _REASONS else "Other"}
        event = self._event(charge, "Ended", trigger, at, info)
        if reason == "Local":
            event["idToken"] = _id_token(charge.permit)
        event["meterValue"] = [self._meter_value(evse, at, "Transaction.End")]
        event |= self.account(evse, charge, at)
        self.wire.ask("TransactionEvent", event, keep=True)

    def _event(self, charge: Charge, kind: str, trigger: str, at: datetime, info: Payload) -> Payload:
        event: Payload = {"eventType": kind, "timestamp": stamp(at), "triggerReason": trigger, "seqNo": charge.seq_no}
        event["transactionInfo"] = {"transactionId": charge.transaction_id} | info
        if not self.wire.online:
            event["offline"] = True  # E04.FR.03
        charge.seq_no += 1
        return event

    def told_tariff(self, permit: Permit, tariff: Payload | None) -> None:
        """2.1 has drivers' tariffs."""

    def account(self, evse: Evse, charge: Charge, at: datetime) -> Payload:
        """2.1 has costs."""
        return {}

    def _meter_value(self, evse: Evse, at: datetime, context: str) -> Payload:
        energy = {"measurand": "Energy.Active.Import.Register", "value": float(evse.meter.figure(at))}
        power = {"measurand": "Power.Active.Import", "value": evse.meter.power_now}
        samples = [energy | {"unitOfMeasure": {"unit": evse.meter.unit}}, power | {"unitOfMeasure": {"unit": "W"}}]
        if self.profile.gives_back:
            samples.append({"measurand": "Energy.Active.Export.Register", "value": evse.meter.read_given(at)})
        return {"timestamp": stamp(at), "sampledValue": [sample | {"context": context} for sample in samples]}

    # --- calls of the hub ----------------------------------------------------------------------------------------

    def answer(self, action: str, payload: Payload, now: datetime) -> Payload | None:
        match action:
            case "RequestStartTransaction":
                return self._remote_start(payload, now)
            case "RequestStopTransaction":
                return self._remote_stop(payload, now)
            case "UnlockConnector":
                return self._unlock(payload, now)
            case "TriggerMessage":
                return self._trigger(payload, now)
            case "Reset":
                return self._reset(now)
            case "ChangeAvailability":
                return self._change_availability(payload, now)
            case "GetVariables":
                return {"getVariableResult": [self._variable(asked) for asked in payload["getVariableData"]]}
            case "SetVariables":
                return {"setVariableResult": [self._set_variable(asked) for asked in payload["setVariableData"]]}
        return answered(self, action, payload, now)

    def _remote_start(self, payload: Payload, now: datetime) -> Payload:
        token = payload["idToken"]
        evse = self.free_evse(payload.get("evseId"), token["idToken"])
        if evse is None:
            return {"status": "Rejected"}
        self.permit(evse, Permit(token["idToken"], token["type"], payload["remoteStartId"], remote=True), now)
        if evse.charge is not None:
            return {"status": "Accepted", "transactionId": evse.charge.transaction_id}
        return {"status": "Accepted"}

    def _remote_stop(self, payload: Payload, now: datetime) -> Payload:
        evse = self.find_charge(payload["transactionId"])
        if evse is None:
            return {"status": "Rejected"}
        self.end(evse, "Remote", now)
        self.say_states(now)
        return {"status": "Accepted"}

    def _unlock(self, payload: Payload, now: datetime) -> Payload:
        evse = self.evses.get(payload["evseId"])
        if evse is None or payload["connectorId"] != 1:
            return {"status": "UnknownConnector"}
        if evse.charge is not None:
            return {"status": "OngoingAuthorizedTransaction"}  # F05.FR.02
        self.unplug(evse.number, now)
        return {"status": "Unlocked"}

    def _trigger(self, payload: Payload, now: datetime) -> Payload:
        wanted = payload.get("evse", {}).get("id")
        chosen = [evse for number, evse in self.evses.items() if wanted in {None, number}]
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
                    self.wire.ask("MeterValues", {"evseId": evse.number, "meterValue": [value]})
            case "TransactionEvent":
                for evse in chosen:
                    if evse.charge is not None:
                        self._say_asked(evse, evse.charge, whole(now))
            case other:
                return triggered(self, other, now)
        return {"status": "Accepted"}

    def _reset(self, now: datetime) -> Payload:
        for evse in self.evses.values():
            self.end(evse, "ImmediateReset", now)
        self.accepted, self.reset_wanted = False, True
        return {"status": "Accepted"}

    def _change_availability(self, payload: Payload, now: datetime) -> Payload:
        wanted, scheduled = payload.get("evse", {}).get("id"), False
        for number, evse in self.evses.items():
            if wanted in {None, number}:
                evse.inoperative = payload["operationalStatus"] == "Inoperative"
                scheduled |= evse.charge is not None
        self.say_states(now)
        return {"status": "Scheduled" if scheduled else "Accepted"}

    def _variable(self, asked: Payload) -> Payload:
        known = self.variables.get((asked["component"]["name"], asked["variable"]["name"]))
        answer = {"component": asked["component"], "variable": asked["variable"]}
        if known is None:
            return answer | {"attributeStatus": "UnknownVariable"}
        return answer | {"attributeStatus": "Accepted", "attributeValue": known}

    def _set_variable(self, asked: Payload) -> Payload:
        key = (asked["component"]["name"], asked["variable"]["name"])
        answer = {"component": asked["component"], "variable": asked["variable"]}
        if key not in self.variables:
            return answer | {"attributeStatus": "UnknownVariable"}
        if key in _READ_ONLY:
            return answer | {"attributeStatus": "Rejected"}
        self.variables[key] = asked["attributeValue"]
        return answer | {"attributeStatus": "Accepted"}


class Station21(Station2):
    """The same station on OCPP 2.1."""

    subprotocol = "ocpp2.1"
    schema_version = "2.1"

    def __init__(self, profile: Profile, new_id: Callable[[], str]) -> None:
        super().__init__(profile, new_id)
        self.variables |= till.REPORTED
        if profile.gives_back:
            self.variables |= two_way.REPORTED

    def told_tariff(self, permit: Permit, tariff: Payload | None) -> None:
        if tariff is not None:
            self.memory.till.driver[permit.id_token.casefold()] = tariff

    def account(self, evse: Evse, charge: Charge, at: datetime) -> Payload:
        self.memory.till.follow(evse, charge, at)
        return self.memory.till.account(charge, at)

    def _meter_value(self, evse: Evse, at: datetime, context: str) -> Payload:
        if evse.charge is not None:
            self.memory.till.follow(evse, evse.charge, at)
        return super()._meter_value(evse, at, context)

    def answer(self, action: str, payload: Payload, now: datetime) -> Payload | None:
        if action in till.ANSWERS:
            return till.ANSWERS[action](self, payload, now)
        if self.profile.gives_back and action in two_way.ANSWERS:
            return two_way.ANSWERS[action](self, payload, now)
        if self.profile.gives_back and action in grid_support.ANSWERS:
            return grid_support.ANSWERS[action](self, payload, now)
        return super().answer(action, payload, now)


def _id_token(permit: Permit) -> dict[str, Any]:
    return {"idToken": permit.id_token, "type": permit.token_type}


def _state(evse: Evse) -> str:
    if evse.fault:
        return "Faulted"
    if evse.inoperative and evse.charge is None:
        return "Unavailable"
    if evse.held is not None and evse.held.shown and not evse.plugged:
        return "Reserved"
    return "Occupied" if evse.plugged or evse.permit is not None or evse.charge is not None else "Available"
