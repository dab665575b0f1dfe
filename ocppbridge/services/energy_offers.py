"""What a station's report says of bidirectional charging and grid support at an EVSE (charging.energy_transfer)."""

from __future__ import annotations

from typing import Final

from ocppbridge.charging.device_model import Setting
from ocppbridge.charging.energy_transfer import CONTROLLER, DER_CONTROLLERS, Offer, offer
from ocppbridge.models import Setting as Row
from ocppbridge.models import Station

COMPONENTS: Final = (CONTROLLER, *DER_CONTROLLERS, "SmartChargingCtrlr")
SPOKEN: Final = "ocpp2.1"
OLDEST: Final = "ocpp1.6"
"""Has no word for what a car needs."""


def of_evse(station: Station, evse: int) -> Offer:
    """As of its last report; a version without the words for it offers nothing, whatever it reports."""
    if station.subprotocol != SPOKEN:
        version = station.subprotocol.removeprefix("ocpp") or "version unknown"
        return Offer(f"it speaks OCPP {version}, which has no bidirectional charging", dynamic=False)
    rows = Row.objects.filter(station=station, component__in=COMPONENTS).exclude(value=None)
    return offer((Setting(one.variable, one.value) for one in rows), evse)


def of_any(station_id: int) -> Offer:
    """The best that any of its EVSEs offers: before a driver has chosen one."""
    rows = list(Row.objects.filter(station_id=station_id, component__in=COMPONENTS).exclude(value=None))
    settings = [Setting(one.variable, one.value) for one in rows]
    numbers = sorted({0, *(one.evse_number for one in rows)})
    offers = [offer(settings, number) for number in numbers]
    return next((one for one in offers if one.bidirectional), offers[0])
