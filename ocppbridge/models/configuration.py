"""Desired configuration: what is wanted of stations, by template or of one alone, and how each stands to it.

The templates that fit a station are laid over each other, the more particular ones on top; what is wanted of the
station itself lies above all of them.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.setting import Named
from ocppbridge.models.station import Station


class ConfigurationTemplate(models.Model):
    """What is wanted of every station that fits; an empty field fits all."""

    name = models.CharField(max_length=100, unique=True)
    enabled = models.BooleanField(default=True)
    party = models.CharField(max_length=6, blank=True, help_text="the operator, such as NL/VLT")
    vendor = models.CharField(max_length=100, blank=True, help_text="as the station says it at its boot")
    model = models.CharField(max_length=100, blank=True)
    firmware = models.CharField(max_length=100, blank=True, help_text="what the firmware version begins with")
    subprotocol = models.CharField(
        max_length=10, blank=True, choices=[(one, one) for one in ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")]
    )
    notes = models.TextField(blank=True)

    FILTERS = ("party", "vendor", "model", "firmware", "subprotocol")

    def __str__(self) -> str:
        return self.name

    @property
    def particular(self) -> int:
        """How many fields narrow it."""
        return sum(bool(getattr(self, name)) for name in self.FILTERS)

    def fits(self, station: Station) -> bool:
        """Whether it is wanted of this station."""
        exact = {
            "party": f"{station.country_code}/{station.party_id}",
            "vendor": station.vendor,
            "model": station.model,
            "subprotocol": station.subprotocol,
        }
        narrowed = ((getattr(self, name), value) for name, value in exact.items())
        return self.enabled and station.firmware_version.startswith(self.firmware) and all(
            not want or want.casefold() == value.casefold() for want, value in narrowed
        )  # fmt: skip


class WantedSetting(Named):
    """One setting with the value it shall have, of a template or of one station."""

    template = models.ForeignKey(
        ConfigurationTemplate, on_delete=models.CASCADE, null=True, blank=True, related_name="wanted"
    )
    station = models.ForeignKey(Station, on_delete=models.CASCADE, null=True, blank=True, related_name="wanted")
    value = models.CharField(max_length=2500)

    class Meta:
        ordering = ["component", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "station", *Named.NAMES], name="wanted_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(template=None) ^ models.Q(station=None), name="wanted_of_a_template_or_a_station"
            ),
        ]


class Conformity(models.Model):
    """How a station stands to what is wanted of it, as of the last look."""

    class State(models.TextChoices):
        """The last is final until staff act, or want something else."""

        CHECKING = "checking", "being read"
        SAME = "same", "as wanted"
        DIFFERS = "differs", "differs"
        WRITING = "writing", "being written"
        REBOOT = "reboot", "as wanted after a reboot"
        REFUSED = "refused", "refused: staff must look"

    station = models.OneToOneField(Station, on_delete=models.CASCADE, related_name="conformity")
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    wanted = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="of what was wanted")
    looked_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="writes since it was last seen as wanted")
    next_at = models.DateTimeField(null=True, blank=True, help_text="not tried again before")

    class Meta:
        verbose_name_plural = "conformity"
        indexes = [models.Index(fields=["next_at"], name="conformity_due", condition=models.Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.station}: {self.get_state_display()}"
