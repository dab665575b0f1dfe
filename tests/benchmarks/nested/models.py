"""Location, Evse, Connector as a tutorial would have them: a column for each field, a foreign key for each level."""

from __future__ import annotations

from django.db import models


class Location(models.Model):
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    id = models.CharField(max_length=36, primary_key=True)
    publish = models.BooleanField()
    name = models.CharField(max_length=255)
    address = models.CharField(max_length=255)
    city = models.CharField(max_length=45)
    postal_code = models.CharField(max_length=10)
    country = models.CharField(max_length=3)
    latitude = models.CharField(max_length=10)
    longitude = models.CharField(max_length=11)
    time_zone = models.CharField(max_length=255)
    last_updated = models.DateTimeField(db_index=True)
    number = models.BigIntegerField(unique=True)


class Evse(models.Model):
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="evses")
    uid = models.CharField(max_length=36)
    evse_id = models.CharField(max_length=48)
    status = models.CharField(max_length=12)
    capabilities = models.JSONField()
    last_updated = models.DateTimeField()


class Connector(models.Model):
    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, related_name="connectors")
    connector_id = models.CharField(max_length=36)
    standard = models.CharField(max_length=30)
    format = models.CharField(max_length=10)
    power_type = models.CharField(max_length=12)
    max_voltage = models.IntegerField()
    max_amperage = models.IntegerField()
    max_electric_power = models.IntegerField()
    tariff_ids = models.JSONField()
    last_updated = models.DateTimeField()
