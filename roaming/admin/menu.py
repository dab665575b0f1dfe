"""The OCPI side in the sidebar."""

from __future__ import annotations

from roaming.console import navigation
from roaming.console.navigation import Entry

navigation.add(
    Entry("Roaming", "Sessions", "bolt", "roaming.session", 10),
    Entry("Roaming", "CDRs", "receipt_long", "roaming.cdr", 20),
    Entry("Roaming", "CDR desk", "fact_check", "roaming.assessment", 22),
    Entry("Roaming", "Rounding habits", "calculate", "roaming.habit", 26),
    Entry("Roaming", "Locations", "location_on", "roaming.location", 30),
    Entry("Roaming", "EVSEs", "ev_station", "roaming.evse", 40),
    Entry("Roaming", "Tariffs", "sell", "roaming.tariff", 50),
    Entry("Roaming", "Tokens", "contactless", "roaming.token", 60),
    Entry("Partners", "Platforms", "dns", "roaming.platform", 10),
    Entry("Partners", "Parties", "groups", "roaming.party", 20),
    Entry("Partners", "Behind other hubs", "hub", "roaming.announcement", 25),
    Entry("Partners", "Agreements", "handshake", "roaming.agreement", 30),
    Entry("Partners", "Commands", "terminal", "roaming.command", 40),
    Entry("Partners", "Deliveries", "outbox", "roaming.delivery", 50),
    Entry("Partners", "Authorizations", "verified_user", "roaming.authorizationrequest", 60),
    Entry("Partners", "Pulls", "cloud_download", "roaming.pull", 55),
    Entry("Partners", "Notices", "notification_important", "roaming.notice", 5),
    Entry("Journals", "OCPI exchanges", "swap_horiz", "roaming.exchange", 10),
    Entry("Journals", "CDR desk's trail", "history_edu", "roaming.deskentry", 60),
    Entry("Journals", "Editions of tariffs", "sell", "roaming.tariffedition", 70),
    Entry("Journals", "Staff's changes", "history", "admin.logentry", 90),
    Entry("Settings", "Decisions", "rule", "roaming.decisionvalue", 10),
    Entry("Settings", "API tokens", "key", "roaming.operatortoken", 20),
)
