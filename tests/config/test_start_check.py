"""A strict hub starts only after its operator has decided; an upgrade's invalid rows stop any hub."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from config.start_check import refuse_missing_classes, refuse_old_schema, refuse_open_decisions
from config.supervisor import CannotStart
from roaming.services import decisions

pytestmark = pytest.mark.django_db


def test_pragmatic_starts_with_the_defaults() -> None:
    refuse_open_decisions()
    refuse_old_schema()


def test_strict_asks_until_all_that_is_reached_is_decided(settings: Settings) -> None:
    settings.ESCALATION = "strict"
    with pytest.raises(CannotStart, match="TARIFF-ROUNDING") as refusal:
        refuse_open_decisions()
    assert "SOCKET-REPLACE" not in str(refusal.value), "no station, so nothing reaches it"
    for decision in decisions.open_questions():
        decisions.choose(decision.id, decision.default, by="ann")
    refuse_open_decisions()


def test_a_value_that_is_not_allowed_any_more_stops_a_pragmatic_start_too() -> None:
    row = decisions.choose("TARIFF-ROUNDING", "cents", by="ann")
    row.value = "eighths"
    row.save()
    with pytest.raises(CannotStart, match="not allowed"):
        refuse_open_decisions()


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"EV_CERTIFICATES": "nowhere.Provider"}, "EV_CERTIFICATES: there is no class nowhere.Provider"),
        ({"EV_CERTIFICATES": "Provider"}, "EV_CERTIFICATES: there is no class Provider"),
        ({"VAT_REGISTER": "ocppbridge.bridge.ev_certificates.Nobody"}, "VAT_REGISTER: .* has no look_up"),
        ({"EV_CERTIFICATES": "ocppbridge.bridge.ev_certificates.Remote"}, "EV_CERTIFICATES_URL: .* must be set"),
    ],
)
def test_a_class_that_is_not_there_stops_the_start(settings: Settings, changed: dict[str, str], complaint: str) -> None:
    refuse_missing_classes()
    for name, value in changed.items():
        setattr(settings, name, value)
    with pytest.raises(CannotStart, match=complaint):
        refuse_missing_classes()


def test_a_database_made_by_the_migrations_of_before_lacks_nothing() -> None:
    """44 migrations became a few that replace them: what the old ones made is what the new ones make."""
    replaced = [name for migration in MigrationLoader(None).replacements.values() for name in migration.replaces]
    assert len(set(replaced)) == len(replaced) == 44
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app__in=("roaming", "ocppbridge")).delete()
    for name in replaced:
        recorder.record_applied(*name)
    refuse_old_schema()
