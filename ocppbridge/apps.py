"""The Django app `ocppbridge`."""

from django.apps import AppConfig


class OcppBridgeConfig(AppConfig):
    name = "ocppbridge"
    verbose_name = "OCPP stations"
    default_auto_field = "django.db.models.BigAutoField"
