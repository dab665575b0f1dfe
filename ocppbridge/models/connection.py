"""One WebSocket of a station, from upgrade to close, and the processes that hold them.

A connection's id orders the station's frames across reconnects. When it has closed, what its end means (EVSEs unknown,
calls unanswered) is worked out once, which ``aftermath_at`` marks.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Node(models.Model):
    """One process that holds sockets. One that does not renew ``alive_at`` has died, and its connections with it."""

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField()
    alive_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    sockets = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["alive_at"], name="node_alive", condition=models.Q(stopped_at=None))]

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """Who holds the socket: ``node`` names the process, ``channel`` is where its consumer is woken."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="connections")
    subprotocol = models.CharField(max_length=10)
    node = models.CharField(max_length=100)
    channel = models.CharField(max_length=150)
    peer = models.CharField(max_length=64, blank=True)
    security_profile = models.PositiveSmallIntegerField(choices=Station.Profile, null=True, blank=True)
    opened_at = models.DateTimeField()
    alive_at = models.DateTimeField(help_text="when something was last heard on it, give or take")
    closed_at = models.DateTimeField(null=True, blank=True)
    close_code = models.PositiveSmallIntegerField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)
    aftermath_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["node"], name="connection_open_node", condition=models.Q(closed_at=None)),
            models.Index(fields=["station", "-id"], name="connection_station"),
            models.Index(
                fields=["closed_at"],
                name="connection_aftermath",
                condition=models.Q(aftermath_at=None, closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} #{self.pk}"
