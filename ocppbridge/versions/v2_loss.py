"""What OCPP 2.0.1 and 2.1 and the domain cannot tell each other; a test measures that this is all of it."""

from __future__ import annotations

from typing import Final

from ocppbridge.versions.dialect import Losses

LOSSES_21: Final = Losses()
LOSSES_201: Final = Losses()
