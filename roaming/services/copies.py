"""The copy of an object that one partner is shown: its own tariffs (TAR-30), null for what is absent (peers 5),
shorter texts (TYP-10), what OCPI 2.2 knows (VER-10).

The same in lists, in single objects and in pushes. Nearly every partner is shown what the owner sent, byte for byte
(HUB-31); then a copy is `plain` and nothing is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roaming.models import Party, Platform
from roaming.ocpi import json, v22
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import agreements, dialects
from roaming.services.agreements import Instead, Owner
from roaming.services.objects import Kind
from roaming.services.rendering import with_nulls, with_short_texts, with_tariffs


@dataclass(frozen=True)
class Copies:
    """How the objects of one module look to one partner."""

    struct: Any = None
    nulls: bool = False
    short: bool = False
    instead: Mapping[Owner, Instead] = field(default_factory=dict)
    old: bool = False  # a peer of OCPI 2.2 (VER-10)

    @property
    def plain(self) -> bool:
        return not (self.nulls or self.short or self.instead or self.old)

    def content(self, document: dict[str, Any]) -> dict[str, Any]:
        owner = (str(document.get("country_code", "")).upper(), str(document.get("party_id", "")).upper())
        if owner in self.instead:
            document = with_tariffs(document, self.instead[owner])
        if self.short:
            document = with_short_texts(document)
        if self.nulls:
            document = with_nulls(self.struct, document)
        return v22.down(document) if self.old else document

    def part(self, part: dict[str, Any], owner: PartyId) -> dict[str, Any]:
        """An EVSE or connector, which does not name its owner."""
        instead = self.instead.get((owner.country, owner.party))
        shown = part if instead is None else with_tariffs(part, instead)
        return v22.down(shown) if self.old else shown

    def text(self, document: str) -> str:
        return document if self.plain else json.dumps(self.content(json.loads(document)))


PLAIN = Copies()


def of(kind: Kind[Any], platform: Platform, readers: Iterable[Party], now: datetime) -> Copies:
    """For these parties of the platform."""
    rewritten = agreements.substitutes(readers, now) if kind.module is ModuleID.LOCATIONS else {}
    return Copies(kind.struct, platform.explicit_nulls, platform.short_texts, rewritten, dialects.is_old(platform))
