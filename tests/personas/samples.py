"""Valid OCPI 2.2.1 objects, numbers as Decimal; keyword arguments replace fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

LAST_UPDATED = "2026-11-21T10:00:00Z"


def location(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": "LOC1",
        "publish": True,
        "name": "Station square",
        "address": "Stationsplein 1",
        "city": "Utrecht",
        "postal_code": "3511ED",
        "country": "NLD",
        "coordinates": {"latitude": "52.089444", "longitude": "5.110278"},
        "evses": [evse()],
        "time_zone": "Europe/Amsterdam",
        "last_updated": LAST_UPDATED,
        **changes,
    }


def evse(**changes: Any) -> dict[str, Any]:
    return {
        "uid": "EVSE1",
        "evse_id": "NL*CPO*E1",
        "status": "AVAILABLE",
        "capabilities": ["REMOTE_START_STOP_CAPABLE", "UNLOCK_CAPABLE", "RFID_READER"],
        "connectors": [connector()],
        "last_updated": LAST_UPDATED,
        **changes,
    }


def connector(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
        "tariff_ids": ["T1"],
        "last_updated": LAST_UPDATED,
        **changes,
    }


def tariff(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": [{"price_components": [price("ENERGY", "0.25")]}],
        "last_updated": LAST_UPDATED,
        **changes,
    }


def price(dimension: str, amount: str, step_size: int = 1) -> dict[str, Any]:
    return {"type": dimension, "price": Decimal(amount), "vat": Decimal("21.0"), "step_size": step_size}


def token(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "EMX",
        "uid": "04A1B2C3D4E5F6",
        "type": "RFID",
        "contract_id": "DE-EMX-C00000001-1",
        "issuer": "EMX",
        "valid": True,
        "whitelist": "ALLOWED",
        "last_updated": LAST_UPDATED,
        **changes,
    }


def cdr_token(**changes: Any) -> dict[str, Any]:
    names = ("country_code", "party_id", "uid", "type", "contract_id")
    return {**{name: token()[name] for name in names}, **changes}


def session(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": "2026-11-21T10:00:00Z",
        "kwh": Decimal("1.5"),
        "cdr_token": cdr_token(),
        "auth_method": "COMMAND",
        "location_id": "LOC1",
        "evse_uid": "EVSE1",
        "connector_id": "1",
        "currency": "EUR",
        "charging_periods": [period("2026-11-21T10:00:00Z")],
        "status": "ACTIVE",
        "last_updated": LAST_UPDATED,
        **changes,
    }


def period(start: str, energy: Decimal | int = 1) -> dict[str, Any]:
    return {"start_date_time": start, "dimensions": [{"type": "ENERGY", "volume": energy}]}


def cdr(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": "CDR1",
        "start_date_time": "2026-11-21T10:00:00Z",
        "end_date_time": "2026-11-21T11:00:00Z",
        "session_id": "S1",
        "cdr_token": cdr_token(),
        "auth_method": "COMMAND",
        "cdr_location": {
            "id": "LOC1",
            "address": "Stationsplein 1",
            "city": "Utrecht",
            "country": "NLD",
            "coordinates": {"latitude": "52.089444", "longitude": "5.110278"},
            "evse_uid": "EVSE1",
            "evse_id": "NL*CPO*E1",
            "connector_id": "1",
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "currency": "EUR",
        "charging_periods": [period("2026-11-21T10:00:00Z", 10)],
        "total_cost": {"excl_vat": Decimal("2.5"), "incl_vat": Decimal("3.025")},
        "total_energy": 10,
        "total_time": 1,
        "last_updated": "2026-11-21T11:00:05Z",
        **changes,
    }
