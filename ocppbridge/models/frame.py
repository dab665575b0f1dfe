"""The journal: every frame of every station, both directions, as text with secrets masked.

The table is partitioned by day (``at``) and made by SQL in a migration; this model is unmanaged, with the
bigint ``id`` as its key. It is written by the transport's group-commit writer only.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Frame(models.Model):
    """One frame. ``n`` counts within the connection, in the order received or sent."""

    class Direction(models.IntegerChoices):
        """Seen from the hub."""

        IN = 0, "from the station"
        OUT = 1, "to the station"

    class Kind(models.IntegerChoices):
        """OCPP-J message type; 0 is what could not be read as any."""

        INVALID = 0, "invalid"
        CALL = 2, "CALL"
        RESULT = 3, "CALLRESULT"
        ERROR = 4, "CALLERROR"
        RESULT_ERROR = 5, "CALLRESULTERROR"
        SEND = 6, "SEND"

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    station = models.ForeignKey(Station, on_delete=models.DO_NOTHING, db_constraint=False, related_name="frames")
    connection_id = models.BigIntegerField()
    n = models.IntegerField()
    direction = models.SmallIntegerField(choices=Direction)
    kind = models.SmallIntegerField(choices=Kind)
    message_id = models.TextField()
    action = models.TextField(help_text="of an answer: the action it answers")
    body = models.TextField(help_text="the frame as text; invalid ones cut to 4 kB")
    error = models.TextField(help_text="why it was refused or is suspect; empty when fine")

    class Meta:
        managed = False
        db_table = "ocppbridge_frame"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.action} {self.message_id}"
