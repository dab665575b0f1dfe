"""The Django app `config`: it holds the commands that start the hub. Nobody imports this package."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "config"
    verbose_name = "Hub"
