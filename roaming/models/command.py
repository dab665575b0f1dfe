"""Commands an eMSP sent us, for a hosted party (translated to OCPP) or for another platform (forwarded).

The CommandResult goes to ``response_url`` exactly once, and not before the CommandResponse has left
(``responded_at``). Its retry time is a column; a silent station becomes TIMEOUT at ``expires_at``.
"""

from __future__ import annotations

import uuid

from django.db import models

from roaming.models.party import Party
from roaming.models.platform import Platform


class Command(models.Model):
    """One command with its synchronous response and its asynchronous result."""

    class ResultState(models.TextChoices):
        """What has become of the CommandResult."""

        NONE = "NONE", "none due (not accepted)"
        WAITING = "WAITING", "waiting for the station or the partner"
        DUE = "DUE", "to be sent"
        SENT = "SENT", "sent"
        FAILED = "FAILED", "the partner did not take it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    sender = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="commands_sent")
    receiver = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="commands_received")
    sender_platform = models.ForeignKey(Platform, on_delete=models.CASCADE, null=True, related_name="+")
    request = models.TextField(help_text="the body as sent, response_url masked")
    response_url = models.TextField()
    callback_digest = models.CharField(max_length=64, blank=True, db_index=True, help_text="forwarded commands only")
    token_uid = models.CharField(max_length=36, blank=True)
    token_type = models.CharField(max_length=11, blank=True)
    location_id = models.CharField(max_length=36, blank=True)
    evse_uid = models.CharField(max_length=36, blank=True)
    connector_id = models.CharField(max_length=36, blank=True)
    session_key = models.CharField(max_length=36, blank=True)
    authorization_reference = models.CharField(max_length=36, blank=True)
    reservation_id = models.CharField(max_length=36, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    response = models.CharField(max_length=15, blank=True, help_text="CommandResponseType")
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    responded_at = models.DateTimeField(null=True, blank=True, help_text="when the CommandResponse had left")
    expires_at = models.DateTimeField()
    result = models.CharField(max_length=22, blank=True, help_text="CommandResultType")
    result_message = models.TextField(blank=True)
    result_body = models.TextField(blank=True, help_text="the CommandResult of a partner, passed on as it came")
    result_at = models.DateTimeField(null=True, blank=True)
    result_state = models.CharField(max_length=7, choices=ResultState, default=ResultState.NONE)
    result_error = models.TextField(blank=True)
    call_reference = models.CharField(max_length=36, blank=True, help_text="id of the station call it became")

    class Meta:
        indexes = [
            models.Index(fields=["result_state", "expires_at"], name="command_result_state"),
            models.Index(fields=["token_uid", "created_at"], name="command_token"),
            models.Index(fields=["correlation_id"], name="command_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
