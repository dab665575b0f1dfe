"""The Django app `roaming`."""

from django.apps import AppConfig


class RoamingConfig(AppConfig):
    name = "roaming"
    verbose_name = "OCPI roaming"
    default_auto_field = "django.db.models.BigAutoField"
