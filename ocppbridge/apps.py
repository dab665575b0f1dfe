"""The Django app `ocppbridge`. When it is ready, hosted parties have an operator (roaming/ports.py)."""

from django.apps import AppConfig


class OcppBridgeConfig(AppConfig):
    name = "ocppbridge"
    verbose_name = "OCPP stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take the operator's and the biller's place. The imports need the models, so they cannot stand above."""
        import ocppbridge.bridge.wishes  # noqa: F401, PLC0415  # heeds what drivers wish, in whichever process they do
        from ocppbridge.bridge.disputes import StationBiller  # noqa: PLC0415
        from ocppbridge.bridge.operator import StationOperator  # noqa: PLC0415
        from roaming import ports  # noqa: PLC0415

        ports.operator = StationOperator()
        ports.biller = StationBiller()
