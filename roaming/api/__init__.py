"""The Operator API, roaming part: sessions, CDRs, locations, tariffs; and what both parts share: tokens and pages."""
