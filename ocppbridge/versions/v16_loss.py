"""What OCPP 1.6 and the domain cannot tell each other; a test measures that this is all of it, and that it is so."""

from __future__ import annotations

from typing import Final

from ocppbridge.versions.dialect import Losses

LOSSES: Final = Losses()
