"""Which components can ever be active, and where a priced dimension costs nothing for want of a fallback (TAR-07,
TAR-08).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.linting.boxes import Axis, Box, box, domain, empty, uncovered
from roaming.pricing.rates import FLAT, TIME, Plan, PricedElement

# phase -> what it is called; an expired reservation tries its own elements first
PHASES = {"charging": "charging", "reserved": "a reservation", "expired": "an expired reservation"}


class Space:
    """The elements of a tariff as boxes."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.axes: Mapping[str, Axis] = domain(check for element in plan.elements for check in element.checks)
        self.boxes: dict[int, Box] = {element.index: box(element.checks, self.axes) for element in plan.elements}
        self.phases = {name: elements for name in PHASES if (elements := getattr(plan, name))}

    def possible(self, element: PricedElement) -> bool:
        return not empty(self.boxes[element.index])


def reach(plan: Plan) -> Iterator[Finding]:
    space = Space(plan)
    dead: dict[int, set[str]] = {}
    for element in plan.elements:
        if not space.possible(element):
            continue  # impossible_restriction says so
        for dimension, component in element.rates.items():
            covering = _covering(space, element, dimension)
            if covering is not None:
                dead.setdefault(element.index, set()).add(dimension)
                yield _unreachable(space, element, dimension, component, covering)
    for element in plan.elements:
        if element.rates and dead.get(element.index) == set(element.rates):
            yield warning(
                "redundant_element",
                f"/elements/{element.index}",
                "none of its components can ever be active: the tariff means the same without it",
                fix=f"remove element {element.index + 1}",
            )
    yield from repeated(plan)
    yield from fallbacks(space)


def _covering(space: Space, element: PricedElement, dimension: str) -> list[PricedElement] | None:
    """The elements that leave nothing to this component, None if it can be active in some phase."""
    before: list[PricedElement] = []
    for elements in space.phases.values():
        if element not in elements:
            continue
        earlier = [one for one in elements[: elements.index(element)] if dimension in one.rates and space.possible(one)]
        boxes = [space.boxes[one.index] for one in earlier]
        if uncovered(space.boxes[element.index], boxes, space.axes) is not None:
            return None
        before += [one for one in earlier if one not in before]
    return before


def _unreachable(
    space: Space, element: PricedElement, dimension: str, component: int, covering: list[PricedElement]
) -> Finding:
    always = next((one for one in covering if not one.checks), None)
    names = ", ".join(str(one.index + 1) for one in ([always] if always else covering))
    place = uncovered(space.boxes[element.index], [], space.axes) or {}
    return error(
        "unreachable_component",
        f"/elements/{element.index}/price_components/{component}",
        f"this {dimension} is never active: {'element' if always else 'elements'} {names} before it always match first",
        witness={**place, "active instead": f"element {names}"},
    )


def repeated(plan: Plan) -> Iterator[Finding]:
    """A restricted element right before an unrestricted one with the very same components changes nothing."""
    for elements in (plan.charging, plan.reserved):
        for one, after in pairwise(elements):
            if not after.checks and one.checks and one.same_prices(after):
                yield warning(
                    "redundant_element",
                    f"/elements/{one.index}",
                    f"element {after.index + 1} right after it has the same components without restrictions",
                    fix=f"remove element {one.index + 1}",
                )


def fallbacks(space: Space) -> Iterator[Finding]:
    for phase, elements in space.phases.items():
        for dimension in dict.fromkeys(name for one in elements for name in one.rates):
            if phase != "charging" and dimension not in (TIME, FLAT):
                continue  # reservation_dimension says so
            covers = [space.boxes[one.index] for one in elements if dimension in one.rates and space.possible(one)]
            hole = uncovered({}, covers, space.axes)
            if hole is None:
                continue
            kind = warning if phase == "charging" and dimension != FLAT else note
            last = [one for one in elements if dimension in one.rates][-1]
            yield kind(
                "no_fallback",
                f"/elements/{last.index}",
                f"in {PHASES[phase]} {dimension} is free wherever none of its restrictions match",
                witness=hole,
                fix=f"add a last element without restrictions that prices {dimension}, be it at 0",
            )
