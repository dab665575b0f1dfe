"""The app of the peer's tables; installed by tests.benchmarks.settings only."""

from django.apps import AppConfig


class NestedConfig(AppConfig):
    name = "tests.benchmarks.nested"
    label = "nested"
    default_auto_field = "django.db.models.BigAutoField"
