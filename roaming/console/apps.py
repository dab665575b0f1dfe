"""The Django app `console`: templates, styles and the admin of users and groups."""

from django.apps import AppConfig, apps

from roaming.console.spelling import spell


class ConsoleConfig(AppConfig):
    name = "roaming.console"
    verbose_name = "Console"

    def ready(self) -> None:
        """Every app's models are there by now."""
        spell(apps.get_models())
