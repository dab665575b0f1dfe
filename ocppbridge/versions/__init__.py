"""Dialects: the frames of OCPP 1.6, 2.0.1 and 2.1, and the domain's own words for them; by sub-protocol."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ocppbridge.versions.dialect import Dialect
from ocppbridge.versions.v16 import V16
from ocppbridge.versions.v21 import V21
from ocppbridge.versions.v201 import V201

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {dialect.subprotocol: dialect for dialect in (V16, V201, V21)}
)

__all__ = ["DIALECTS", "Dialect"]
