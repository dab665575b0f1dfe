"""The operator of hosted parties, as `roaming` sees it (roaming/ports.py)."""

from __future__ import annotations

from ocppbridge.bridge import commands
from roaming.models import Command
from roaming.ports import Acceptance


class StationOperator:
    """Carries out commands on the stations that hang on our own OCPP side."""

    def accept(self, command: Command) -> Acceptance:
        """Decide, and queue the call that the command becomes."""
        return commands.accept(command)
