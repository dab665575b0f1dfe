"""A station's settings as it reported them, and the reports they came in (B05 to B08; 1.6: configuration keys).

A row is one attribute of one variable: ``component`` is empty for a 1.6 key, ``attribute`` for Actual, the numbers are
0 for "the station". Secrets are masked before they get here. What came of the last write stands beside the value.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from ocppbridge.charging.intents import Variable
from ocppbridge.charging.tokens import STATION, Place
from ocppbridge.charging.variables import text
from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


class Named(models.Model):
    """The columns that name a setting."""

    component = models.CharField(max_length=50, blank=True, help_text="empty: an OCPP 1.6 configuration key")
    component_instance = models.CharField(max_length=50, blank=True)
    evse_number = models.PositiveIntegerField(default=0, help_text="0: the station")
    connector_number = models.PositiveIntegerField(default=0, help_text="0: none")
    name = models.CharField(max_length=100, help_text="variable, or configuration key")
    instance = models.CharField(max_length=50, blank=True)
    attribute = models.CharField(
        max_length=6, blank=True, choices=[(one, one) for one in ("Target", "MinSet", "MaxSet")],
        help_text="empty: Actual",
    )  # fmt: skip

    class Meta:
        abstract = True

    NAMES = ("component", "component_instance", "evse_number", "connector_number", "name", "instance", "attribute")

    @property
    def variable(self) -> Variable:
        """In the domain's words."""
        place = Place(self.evse_number, self.connector_number or None) if self.evse_number else STATION
        return Variable(
            self.name, self.component or None, self.instance or None, self.component_instance or None, place,
            self.attribute or None,
        )  # fmt: skip

    @staticmethod
    def columns(variable: Variable) -> dict[str, Any]:
        """The columns of a name."""
        return {
            "component": (variable.component or "")[:50],
            "component_instance": (variable.component_instance or "")[:50],
            "evse_number": variable.place.evse,
            "connector_number": variable.place.connector or 0,
            "name": variable.name[:100],
            "instance": (variable.instance or "")[:50],
            "attribute": variable.attribute or "",
        }

    def __str__(self) -> str:
        return text(self.variable)


class Setting(Named):
    """One setting of one station."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="settings")
    value = models.TextField(null=True, blank=True, help_text="as last reported or read")
    mutability = models.CharField(max_length=9, blank=True)
    persistent = models.BooleanField(default=False)
    constant = models.BooleanField(default=False)
    data_type = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    least = models.CharField(max_length=40, blank=True, help_text="minLimit")
    most = models.CharField(max_length=40, blank=True, help_text="maxLimit; of texts and lists the longest length")
    choices = models.TextField(blank=True, help_text="valuesList")
    monitored = models.BooleanField(default=False, help_text="supports monitoring")
    reported_at = models.DateTimeField(null=True, blank=True)
    written = models.TextField(blank=True, help_text="the value that was last asked for")
    write_status = models.CharField(max_length=30, blank=True, help_text="what the station made of it")
    write_reason = models.CharField(max_length=255, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["component", "evse_number", "name", "instance", "id"]
        constraints = [models.UniqueConstraint(fields=["station", *Named.NAMES], name="one_row_per_setting")]


class DeviceReport(models.Model):
    """One report asked of a station; its id is the requestId on the wire. Each part is kept as it comes."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "asked for"
        COMING = "coming", "parts are coming"
        WHOLE = "whole", "whole"
        EMPTY = "empty", "nothing to report"
        REFUSED = "refused", "refused by the station"
        BROKEN = "broken", "broken off"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="device_reports")
    inventory = models.CharField(max_length=30, help_text="ConfigurationInventory, FullInventory, … or Custom")
    first = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="rest",
        help_text="of several into which a long question was split",
    )  # fmt: skip
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    parts = models.JSONField(default=list, blank=True, help_text="numbers of the parts that have come")
    last_part = models.IntegerField(null=True, blank=True, help_text="the number of the last one, once it is known")
    entries = models.PositiveIntegerField(default=0, help_text="settings that came in them")
    reason = models.CharField(max_length=255, blank=True)
    tries = models.PositiveSmallIntegerField(default=1)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], name="device_report_open", condition=models.Q(state__in=["asked", "coming"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.inventory} of {self.station}"
