"""One WebSocket of a station, from upgrade to close. Its id orders the station's frames across reconnects."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Connection(models.Model):
    """Who holds the socket: ``node`` names the process, ``channel`` is where its consumer is woken."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="connections")
    subprotocol = models.CharField(max_length=10)
    node = models.CharField(max_length=100)
    channel = models.CharField(max_length=150)
    peer = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    alive_at = models.DateTimeField(help_text="renewed by the node; a stale one belongs to a node that died")
    closed_at = models.DateTimeField(null=True, blank=True)
    close_code = models.PositiveSmallIntegerField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["node"], name="connection_open_node", condition=models.Q(closed_at=None)),
            models.Index(fields=["station", "-id"], name="connection_station"),
        ]

    def __str__(self) -> str:
        return f"{self.station} #{self.pk}"
