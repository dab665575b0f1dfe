"""The Django app `console`: templates, styles and the admin of users and groups."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "roaming.console"
    verbose_name = "Console"
