"""The stations in the sidebar."""

from __future__ import annotations

from roaming.console import navigation
from roaming.console.navigation import Entry

navigation.add(
    Entry("Stations", "Stations", "ev_station", "ocppbridge.station", 10),
    Entry("Stations", "Unknown stations", "person_search", "ocppbridge.stranger", 15),
    Entry("Stations", "EVSEs and connectors", "electrical_services", "ocppbridge.evse", 20),
    Entry("Stations", "Transactions", "battery_charging_full", "ocppbridge.transaction", 30),
    Entry("Stations", "Calls", "call_made", "ocppbridge.call", 40),
    Entry("Stations", "Alerts", "notifications", "ocppbridge.alert", 50),
    Entry("Stations", "Reservations", "event_available", "ocppbridge.reservation", 60),
    Entry("Stations", "Local lists", "playlist_add_check", "ocppbridge.locallist", 65),
    Entry("Stations", "Settings", "tune", "ocppbridge.setting", 66),
    Entry("Stations", "Device reports", "lab_profile", "ocppbridge.devicereport", 67),
    Entry("Stations", "Configuration templates", "rule_settings", "ocppbridge.configurationtemplate", 68),
    Entry("Stations", "Conformity", "rule", "ocppbridge.conformity", 69),
    Entry("Stations", "Reports", "description", "ocppbridge.report", 70),
    Entry("Stations", "Connections", "cable", "ocppbridge.connection", 80),
    Entry("Energy", "Steered cars", "swap_vert", "ocppbridge.energyplan", 10),
    Entry("Energy", "Needs of cars", "electric_car", "ocppbridge.evneeds", 20),
    Entry("Energy", "Schedules of cars", "schedule", "ocppbridge.evschedule", 30),
    Entry("Energy", "Grid signals", "electric_bolt", "ocppbridge.gridsignal", 40),
    Entry("Energy", "Transfer rules", "rule", "ocppbridge.transferrule", 50),
    Entry("Energy", "Grid support", "bolt", "ocppbridge.dercontrol", 60),
    Entry("Energy", "Faults of the grid", "warning", "ocppbridge.deralarm", 70),
    Entry("Energy", "Reports of grid support", "summarize", "ocppbridge.derinquiry", 80),
    Entry("Journals", "OCPP frames", "data_object", "ocppbridge.frame", 20),
    Entry("Journals", "Quarantine", "report", "ocppbridge.quarantined", 30),
    Entry("Journals", "Inbox", "inbox", "ocppbridge.inboxitem", 40),
    Entry("Settings", "OCPP reference", "menu_book", "ocppbridge.station", 70, "ocpp-reference"),
    Entry("Station security", "Security events", "security", "ocppbridge.securityevent", 10),
    Entry("Station security", "Certificates", "verified_user", "ocppbridge.stationcertificate", 20),
    Entry("Station security", "Requests to sign", "draw", "ocppbridge.signingrequest", 30),
    Entry("Station security", "Password changes", "key", "ocppbridge.passwordchange", 40),
    Entry("Station security", "Profile upgrades", "shield_lock", "ocppbridge.profileupgrade", 50),
    Entry("Station security", "Local authority", "account_balance", "ocppbridge.localauthority", 60),
)
