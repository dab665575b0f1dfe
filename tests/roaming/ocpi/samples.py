"""One full, valid object of every class, as plain JSON values; tests change what they are about."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

NOW = "2026-11-21T12:00:00Z"

DISPLAY_TEXT = {"language": "en", "text": "Behind the station"}
PRICE = {"excl_vat": 1, "incl_vat": 2}
GEO = {"latitude": "51.047599", "longitude": "3.729944"}
IMAGE = {
    "url": "https://x.example/a.png",
    "thumbnail": "https://x.example/b.png",
    "category": "CHARGER",
    "type": "png",
    "width": 512,
    "height": 512,
}
BUSINESS = {"name": "BeCharged", "website": "https://x.example", "logo": IMAGE}
ENERGY_MIX = {
    "is_green_energy": False,
    "energy_sources": [{"source": "GENERAL_GREEN", "percentage": 35}, {"source": "GAS", "percentage": 65}],
    "environ_impact": [{"category": "NUCLEAR_WASTE", "amount": 1}],
    "supplier_name": "E.ON",
    "energy_product_name": "Mix",
}
CONNECTOR = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "CABLE",
    "power_type": "AC_3_PHASE",
    "max_voltage": 230,
    "max_amperage": 16,
    "max_electric_power": 11000,
    "tariff_ids": ["T1"],
    "terms_and_conditions": "https://x.example",
    "last_updated": NOW,
}
EVSE = {
    "uid": "3256",
    "evse_id": "BE*BEC*E041503001",
    "status": "AVAILABLE",
    "status_schedule": [{"period_begin": NOW, "period_end": NOW, "status": "INOPERATIVE"}],
    "capabilities": ["RESERVABLE", "REMOTE_START_STOP_CAPABLE"],
    "connectors": [CONNECTOR],
    "floor_level": "-1",
    "coordinates": GEO,
    "physical_reference": "1",
    "directions": [DISPLAY_TEXT],
    "parking_restrictions": ["EV_ONLY"],
    "images": [IMAGE],
    "last_updated": NOW,
}
HOURS = {
    "twentyfourseven": False,
    "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}],
    "exceptional_openings": [{"period_begin": NOW, "period_end": NOW}],
    "exceptional_closings": [{"period_begin": NOW, "period_end": NOW}],
}
LOCATION = {
    "country_code": "BE",
    "party_id": "BEC",
    "id": "LOC1",
    "publish": False,
    "publish_allowed_to": [{"uid": "1", "type": "RFID", "visual_number": "1", "issuer": "x", "group_id": "g"}],
    "name": "Gent Zuid",
    "address": "F.Rooseveltlaan 3A",
    "city": "Gent",
    "postal_code": "9000",
    "state": "OV",
    "country": "BEL",
    "coordinates": GEO,
    "related_locations": [{**GEO, "name": DISPLAY_TEXT}],
    "parking_type": "ON_STREET",
    "evses": [EVSE],
    "directions": [DISPLAY_TEXT],
    "operator": BUSINESS,
    "suboperator": BUSINESS,
    "owner": BUSINESS,
    "facilities": ["WIFI"],
    "time_zone": "Europe/Brussels",
    "opening_times": HOURS,
    "charging_when_closed": True,
    "images": [IMAGE],
    "energy_mix": ENERGY_MIX,
    "last_updated": NOW,
}
TOKEN = {
    "country_code": "DE",
    "party_id": "TNM",
    "uid": "012345678",
    "type": "RFID",
    "contract_id": "DE8ACC12E46L89",
    "visual_number": "DF000-2001-8999-1",
    "issuer": "TheNewMotion",
    "group_id": "G",
    "valid": True,
    "whitelist": "ALWAYS",
    "language": "nl",
    "default_profile_type": "GREEN",
    "energy_contract": {"supplier_name": "Greenchoice", "contract_id": "0123456789"},
    "last_updated": NOW,
}
TARIFF = {
    "country_code": "BE",
    "party_id": "BEC",
    "id": "T1",
    "currency": "EUR",
    "type": "REGULAR",
    "tariff_alt_text": [DISPLAY_TEXT],
    "tariff_alt_url": "https://x.example",
    "min_price": PRICE,
    "max_price": {"excl_vat": 10, "incl_vat": 12},
    "elements": [
        {
            "price_components": [{"type": "TIME", "price": 2, "vat": 10, "step_size": 300}],
            "restrictions": {
                "start_time": "08:00",
                "end_time": "20:00",
                "start_date": "2026-01-01",
                "end_date": "2027-01-01",
                "min_kwh": 0,
                "max_kwh": 50,
                "min_current": 0,
                "max_current": 32,
                "min_power": 0,
                "max_power": 22,
                "min_duration": 0,
                "max_duration": 3600,
                "day_of_week": ["MONDAY"],
                "reservation": "RESERVATION",
            },
        }
    ],
    "start_date_time": NOW,
    "end_date_time": NOW,
    "energy_mix": ENERGY_MIX,
    "last_updated": NOW,
}
CDR_TOKEN = {
    "country_code": "DE",
    "party_id": "TNM",
    "uid": "012345678",
    "type": "RFID",
    "contract_id": "DE8ACC12E46L89",
}
PERIOD = {"start_date_time": NOW, "dimensions": [{"type": "ENERGY", "volume": 120}], "tariff_id": "T1"}
SESSION = {
    "country_code": "BE",
    "party_id": "BEC",
    "id": "101",
    "start_date_time": NOW,
    "end_date_time": NOW,
    "kwh": 0,
    "cdr_token": CDR_TOKEN,
    "auth_method": "WHITELIST",
    "authorization_reference": "R",
    "location_id": "LOC1",
    "evse_uid": "3256",
    "connector_id": "1",
    "meter_id": "M1",
    "currency": "EUR",
    "charging_periods": [PERIOD],
    "total_cost": PRICE,
    "status": "PENDING",
    "last_updated": NOW,
}
CDR_LOCATION = {
    "id": "LOC1",
    "name": "Gent Zuid",
    "address": "F.Rooseveltlaan 3A",
    "city": "Gent",
    "postal_code": "9000",
    "state": "OV",
    "country": "BEL",
    "coordinates": GEO,
    "evse_uid": "3256",
    "evse_id": "BE*BEC*E041503003",
    "connector_id": "1",
    "connector_standard": "IEC_62196_T2",
    "connector_format": "SOCKET",
    "connector_power_type": "AC_1_PHASE",
}
SIGNED = {
    "encoding_method": "OCMF",
    "encoding_method_version": 1,
    "public_key": "04AB",
    "url": "https://x.example",
    "signed_values": [{"nature": "Start", "plain_data": "x", "signed_data": "eA=="}],
}
CDR = {
    "country_code": "BE",
    "party_id": "BEC",
    "id": "12345",
    "start_date_time": NOW,
    "end_date_time": NOW,
    "session_id": "101",
    "cdr_token": CDR_TOKEN,
    "auth_method": "WHITELIST",
    "authorization_reference": "R",
    "cdr_location": CDR_LOCATION,
    "meter_id": "M1",
    "currency": "EUR",
    "tariffs": [TARIFF],
    "charging_periods": [PERIOD],
    "signed_data": SIGNED,
    "total_cost": PRICE,
    "total_fixed_cost": PRICE,
    "total_energy": 15,
    "total_energy_cost": PRICE,
    "total_time": 2,
    "total_time_cost": PRICE,
    "total_parking_time": 0,
    "total_parking_cost": PRICE,
    "total_reservation_cost": PRICE,
    "remark": "x",
    "invoice_reference_id": "I",
    "credit": True,
    "credit_reference_id": "12344",
    "home_charging_compensation": False,
    "last_updated": NOW,
}
URL = "https://emsp.example/results/1"
LOCATION_REFERENCES = {"location_id": "LOC1", "evse_uids": ["3256"]}
CREDENTIALS_ROLE = {"role": "CPO", "business_details": BUSINESS, "party_id": "BEC", "country_code": "BE"}
CHARGING_PROFILE = {
    "start_date_time": NOW,
    "duration": 900,
    "charging_rate_unit": "A",
    "min_charging_rate": 6,
    "charging_profile_period": [{"start_period": 0, "limit": 16}, {"start_period": 300, "limit": 8}],
}
ACTIVE_PROFILE = {"start_date_time": NOW, "charging_profile": CHARGING_PROFILE}

SAMPLES: dict[str, dict[str, Any]] = {
    "DisplayText": DISPLAY_TEXT,
    "Price": PRICE,
    "Version": {"version": "2.2.1", "url": "https://x.example/2.2.1"},
    "Endpoint": {"identifier": "locations", "role": "SENDER", "url": "https://x.example/locations"},
    "Credentials": {"token": "ebf3b399", "url": "https://x.example/versions", "roles": [CREDENTIALS_ROLE]},
    "CredentialsRole": CREDENTIALS_ROLE,
    "Location": LOCATION,
    "EVSE": EVSE,
    "Connector": CONNECTOR,
    "AdditionalGeoLocation": {**GEO, "name": DISPLAY_TEXT},
    "BusinessDetails": BUSINESS,
    "EnergyMix": ENERGY_MIX,
    "EnergySource": {"source": "WIND", "percentage": 100},
    "EnvironmentalImpact": {"category": "CARBON_DIOXIDE", "amount": 1},
    "ExceptionalPeriod": {"period_begin": NOW, "period_end": NOW},
    "GeoLocation": GEO,
    "Hours": HOURS,
    "Image": IMAGE,
    "PublishTokenType": {"uid": "1", "type": "RFID", "visual_number": "1", "issuer": "x", "group_id": "g"},
    "RegularHours": {"weekday": 7, "period_begin": "08:00", "period_end": "20:00"},
    "StatusSchedule": {"period_begin": NOW, "period_end": NOW, "status": "INOPERATIVE"},
    "Session": SESSION,
    "ChargingPreferences": {
        "profile_type": "FAST",
        "departure_time": NOW,
        "energy_need": 20,
        "discharge_allowed": True,
    },
    "CDR": CDR,
    "CdrDimension": {"type": "TIME", "volume": 2},
    "CdrLocation": CDR_LOCATION,
    "CdrToken": CDR_TOKEN,
    "ChargingPeriod": PERIOD,
    "SignedData": SIGNED,
    "SignedValue": {"nature": "Start", "plain_data": "x", "signed_data": "eA=="},
    "Tariff": TARIFF,
    "PriceComponent": {"type": "TIME", "price": 2, "vat": 10, "step_size": 300},
    "TariffElement": deepcopy(TARIFF["elements"])[0],  # type: ignore[call-overload]
    "TariffRestrictions": deepcopy(TARIFF["elements"])[0]["restrictions"],  # type: ignore[call-overload]
    "AuthorizationInfo": {
        "allowed": "ALLOWED",
        "token": TOKEN,
        "location": LOCATION_REFERENCES,
        "authorization_reference": "R",
        "info": DISPLAY_TEXT,
    },
    "Token": TOKEN,
    "EnergyContract": {"supplier_name": "Greenchoice", "contract_id": "0123456789"},
    "LocationReferences": LOCATION_REFERENCES,
    "CancelReservation": {"response_url": URL, "reservation_id": "R1"},
    "CommandResponse": {"result": "ACCEPTED", "timeout": 30, "message": [DISPLAY_TEXT]},
    "CommandResult": {"result": "ACCEPTED", "message": [DISPLAY_TEXT]},
    "ReserveNow": {
        "response_url": URL,
        "token": TOKEN,
        "expiry_date": NOW,
        "reservation_id": "R1",
        "location_id": "LOC1",
        "evse_uid": "3256",
        "authorization_reference": "R",
    },
    "StartSession": {
        "response_url": URL,
        "token": TOKEN,
        "location_id": "LOC1",
        "evse_uid": "3256",
        "connector_id": "1",
        "authorization_reference": "R",
    },
    "StopSession": {"response_url": URL, "session_id": "101"},
    "UnlockConnector": {"response_url": URL, "location_id": "LOC1", "evse_uid": "3256", "connector_id": "1"},
    "ChargingProfileResponse": {"result": "ACCEPTED", "timeout": 30},
    "ActiveChargingProfileResult": {"result": "ACCEPTED", "profile": ACTIVE_PROFILE},
    "ChargingProfileResult": {"result": "ACCEPTED"},
    "ClearProfileResult": {"result": "ACCEPTED"},
    "SetChargingProfile": {"charging_profile": CHARGING_PROFILE, "response_url": URL},
    "ActiveChargingProfile": ACTIVE_PROFILE,
    "ChargingProfile": CHARGING_PROFILE,
    "ChargingProfilePeriod": {"start_period": 0, "limit": 16},
    "ClientInfo": {"party_id": "BEC", "country_code": "BE", "role": "CPO", "status": "CONNECTED", "last_updated": NOW},
}


def sample(name: str, /, **changes: Any) -> dict[str, Any]:
    """A deep copy with `changes`; None drops the field."""
    made = deepcopy(SAMPLES[name]) | changes
    return {field: value for field, value in made.items() if value is not None}
