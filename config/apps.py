"""The Django app `config`: it holds the commands that start the hub. Nobody imports this package."""

from django.apps import AppConfig

from config.celery import app

celery = app  # whoever loads Django sends tasks through our broker: web, ocpp and commands alike


class HubConfig(AppConfig):
    name = "config"
    verbose_name = "Hub"
