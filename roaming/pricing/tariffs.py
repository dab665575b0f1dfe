"""Which tariff prices which period.

A period's tariff_id names it (case does not matter). Where no period names one, the session has one tariff: the first
in list order that is valid at the start (TAR-26) and of the wanted type, else without a type, else any (TAR-28).
Where only some periods name one, the others are free ("no Tariff is relevant") or priced as above, by decision. A
substitute of an agreement takes a tariff's place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from roaming.pricing.documents import Document, Tariff
from roaming.pricing.errors import BadInput
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.options import PricingOptions, WithoutTariff
from roaming.pricing.rates import Plan, plan, plans
from roaming.pricing.timeline import Slice, Timeline

AD_HOC, REGULAR = "AD_HOC_PAYMENT", "REGULAR"


class Book:
    """The tariffs of one document."""

    def __init__(
        self,
        given: Sequence[Tariff],
        document: Document,
        timeline: Timeline,
        options: PricingOptions,
        replaced: Mapping[str, Tariff],
    ) -> None:
        self.findings: list[Finding] = []
        self.start = timeline.start
        self.plans = plans(given)
        self.substitutes = {name.casefold(): _substitute(name, tariff) for name, tariff in replaced.items()}
        self.zoned = any(known.zoned for known in (*self.plans, *self.substitutes.values()))
        self.by_key: dict[str, Plan] = {}
        for known in self.plans:
            self.by_key.setdefault(known.key, known)
            for pointer in known.unknown:
                message = f"a component of tariff {known.id} is of no type of OCPI 2.2.1: it prices nothing"
                self.findings.append(warning("unknown_component_type", pointer, message))
        named = [piece.tariff_id for piece in timeline.slices if piece.tariff_id is not None]
        self.named = bool(named)
        self.default = self._default(named, document, timeline, options)
        self._told: set[str] = set()

    def _default(
        self, named: list[str], document: Document, timeline: Timeline, options: PricingOptions
    ) -> Plan | None:
        """The tariff of the periods that name none."""
        if len(named) == len(timeline.slices) and named:
            return None
        if named:
            pointer = next(f"/charging_periods/{piece.index}" for piece in timeline.slices if piece.tariff_id is None)
            message = f"some periods name a tariff and this one does not: {options.without_tariff}"
            self.findings.append(warning("period_without_tariff_id", pointer, message))
            if options.without_tariff == WithoutTariff.STRICT:  # decision: TARIFF-PERIOD-WITHOUT-TARIFF
                return None
        found = select(self.plans, timeline.start, wanted_type(document, options))
        if found is None:
            message = f"no tariff is valid at {timeline.start:%FT%TZ}: nothing is priced"
            self.findings.append(error("tariff_not_valid_at_session_start", "/tariffs", message))
        return found

    def of(self, piece: Slice) -> Plan | None:
        name = piece.tariff_id
        if name is None:
            return None if self.default is None else self._in_force(self.default)
        found = self.by_key.get(name.casefold())
        if found is None:
            self._tell(
                name,
                error("unknown_tariff", f"/charging_periods/{piece.index}/tariff_id", f"no tariff {name!r} is known"),
            )
            return None
        if not found.valid_at(self.start):
            pointer = f"/charging_periods/{piece.index}/tariff_id"
            message = f"tariff {found.id} is not valid at {self.start:%FT%TZ}; priced with it as the period names it"
            self._tell(name, warning("tariff_not_valid_at_session_start", pointer, message))
        return self._in_force(found)

    def _in_force(self, found: Plan) -> Plan:
        if found.key not in self.substitutes:
            return found
        substitute = self.substitutes[found.key]
        message = f"tariff {substitute.id} stands in for {found.id} by agreement"
        self._tell(f"substitute {found.key}", note("substitute_tariff", "/tariffs", message))
        return substitute

    def _tell(self, topic: str, finding: Finding) -> None:
        """Once for each tariff, not for each period."""
        if topic not in self._told:
            self._told.add(topic)
            self.findings.append(finding)


def select(known: Sequence[Plan], at: datetime, wanted: str | None) -> Plan | None:
    valid = [one for one in known if one.valid_at(at)]
    if wanted is not None:
        for kind in (wanted, None):
            for one in valid:
                if one.type == kind:
                    return one
    return valid[0] if valid else None


def wanted_type(document: Document, options: PricingOptions) -> str | None:
    if options.tariff_type is not None:
        return options.tariff_type
    if document.cdr_token is None or document.cdr_token.type is None:
        return None
    return AD_HOC if document.cdr_token.type == "AD_HOC_USER" else REGULAR


def _substitute(name: str, tariff: Tariff) -> Plan:
    try:
        return plan(tariff)
    except BadInput as found:
        raise BadInput(found.pointer, found.reason, f"substitute of {name}") from None
