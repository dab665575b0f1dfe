"""A form field that is a tariff's elements: cards with restrictions and prices, each cell with its own complaint.

`Cards` are what was posted or what is stored; `draft` is all that could be read of them, for those who look at a
tariff while it is being typed; `clean` gives the elements only if every cell is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from roaming.admin.tariff_rows import Price, Restrictions
from roaming.admin.tariff_shapes import Typed, typed, written
from roaming.ocpi import json
from roaming.pricing import restrictions
from roaming.pricing.documents import Restrictions as Read
from roaming.pricing.errors import BadInput

_sorted = msgspec.json.Encoder(decimal_format="number", order="deterministic")


class Card:
    """One element."""

    def __init__(self, at: int, own: Restrictions, prices: list[Price]) -> None:
        self.at, self.own, self.prices = at, own, prices

    @property
    def filled(self) -> list[Price]:
        """Prices that somebody has begun to type."""
        return [one for one in self.prices if not one.blank]

    @property
    def restricted(self) -> bool:
        """Whether its restrictions are shown open."""
        return any(self.own[name].value() for name in (*self.own.KEPT, "further")) or bool(self.own.errors)

    @property
    def when(self) -> str:
        """In words."""
        return when(self.document().get("restrictions") or {})

    @property
    def wrong(self) -> str:
        """What is wrong with the card as a whole."""
        return "" if self.filled or not self.own.is_bound else "needs at least one price"

    def document(self) -> dict[str, Any]:
        """What could be read."""
        element: dict[str, Any] = {"price_components": [one.document() for one in self.filled]}
        if limits := self.own.document():
            element["restrictions"] = limits
        return element | self.own.members()

    def complaints(self) -> Iterator[str]:
        """Of every cell."""
        for place, form in [("", self.own), *((f"price {at}, ", one) for at, one in enumerate(self.prices, start=1))]:
            if isinstance(form, Price) and form.blank:
                continue
            for name, told in form.errors.items():
                yield f"Element {self.at + 1}, {place}{form.fields[name].label}: {' '.join(str(one) for one in told)}"
        if self.wrong:
            yield f"Element {self.at + 1} {self.wrong}"


class Cards:
    """All elements of one tariff, bound to what was typed or filled with what is stored."""

    def __init__(self, elements: Sequence[Typed], *, bound: bool) -> None:
        self.bound = bound
        data = MultiValueDict(written(list(elements)))
        self.cards = [
            Card(
                at,
                Restrictions(data, prefix=f"elements-{at}"),
                [_price(data, f"elements-{at}-components-{place}") for place in range(len(one.prices))],
            )
            for at, one in enumerate(elements)
        ]

    @classmethod
    def stored(cls, elements: Any) -> Cards:
        """Of a document; a new tariff begins with one blank price."""
        found = elements if isinstance(elements, list) else []
        return cls([_typed(one) for one in found if isinstance(one, dict)] or [Typed()], bound=False)

    def draft(self) -> list[dict[str, Any]]:
        """What could be read."""
        return [card.document() for card in self.cards]

    def cell(self, pointer: str) -> str | None:
        """The name of the cell that a JSON pointer into the elements means."""
        parts = pointer.split("/")[2:]
        if not parts or not parts[0].isdecimal() or int(parts[0]) >= len(self.cards):
            return None
        card = self.cards[int(parts[0])]
        match parts[1:]:
            case ["price_components", place, *more] if place.isdecimal() and int(place) < len(card.filled):
                return _name(card.filled[int(place)], more[0] if more else "type")
            case ["restrictions", name, *_]:
                return _name(card.own, name)
        return f"elements-{card.at}"

    @property
    def blank(self) -> bool:
        """Whether nobody has typed a price yet."""
        return not any(card.filled for card in self.cards)

    def wrong(self) -> Iterator[tuple[str, str, bool]]:
        """Cells, what is wrong in them, and whether they only are empty still."""
        for card in self.cards:
            for form in (card.own, *card.filled):
                for name, told in form.errors.items():
                    yield form.add_prefix(name), " ".join(str(one) for one in told), form.has_error(name, "required")
            if card.wrong:
                yield f"elements-{card.at}", card.wrong, True

    def complaints(self) -> list[str]:
        """Everything, in words."""
        return [one for card in self.cards for one in card.complaints()]


def _price(data: Any, prefix: str) -> Price:
    """Nothing is wrong with one that nobody has begun to type."""
    return Price(data, prefix=prefix, empty_permitted=True, use_required_attribute=False)


def _name(form: forms.Form, field: str) -> str:
    return form.add_prefix(field if field in form.fields else "further")


def when(limits: dict[str, Any]) -> str:
    """Restrictions in words; nothing where they cannot be read."""
    try:
        said = ", ".join(one.words() for one in restrictions.compiled(msgspec.convert(limits, Read)))
    except (BadInput, msgspec.ValidationError):
        return ""
    kind = {"RESERVATION": "for a reservation", "RESERVATION_EXPIRES": "for a reservation that nobody uses"}
    return ", ".join(filter(None, (kind.get(str(limits.get("reservation"))), said)))


class ElementsWidget(forms.Widget):
    """Draws the cards."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Cards:
        """What was posted, still to be checked."""
        return Cards(typed(data), bound=True)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Elements have no field of their own name."""
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """As stored, or as posted with what is wrong in them."""
        cards = value if isinstance(value, Cards) else Cards.stored(value)
        return render_to_string("roaming/tariff_elements.html", {"cards": cards.cards, "bound": cards.bound})


class ElementsField(forms.Field):
    """Cleans to OCPI TariffElements."""

    widget = ElementsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Raises with everything that is wrong."""
        if not isinstance(value, Cards) or not value.cards:
            raise ValidationError("a tariff has at least one element (TAR-06)")
        if complaints := value.complaints():
            raise ValidationError(complaints)
        return value.draft()

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By content."""
        now = data.draft() if isinstance(data, Cards) else []
        return bool(as_before(now, initial) != initial)


def as_before(elements: list[dict[str, Any]], stored: Any) -> list[dict[str, Any]]:
    """Each element that says what a stored one says is that one: its unknown members, nulls and digits with it."""
    known = {_sorted.encode(_bare(one)): one for one in reversed(stored or []) if isinstance(one, dict)}
    return [known.get(_sorted.encode(_bare(one)), one) for one in elements]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {name: _bare(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one not in (None, "", [], {})}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _typed(element: dict[str, Any]) -> Typed:
    """A stored element as a browser would post it."""
    limits = element.get("restrictions")
    limits = limits if isinstance(limits, dict) else {}
    own = {name: _texts(Restrictions.base_fields[name], limits.get(name)) for name in Restrictions.KEPT}
    left = {name: value for name, value in element.items() if name not in ("price_components", "restrictions")}
    if other := {name: value for name, value in limits.items() if name not in Restrictions.KEPT}:
        left["restrictions"] = other
    own["further"] = _json(left)
    prices = []
    for one in element.get("price_components") or []:
        texts = {name: _texts(Price.base_fields[name], one.get(name)) for name in Price.KEPT}
        prices.append(texts | {"further": _json({name: one[name] for name in one if name not in Price.KEPT})})
    return Typed(own, prices)


def _texts(field: forms.Field, value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    shown = field.prepare_value(value)
    return (
        [] if shown is None and isinstance(field, forms.MultipleChoiceField) else ["" if shown is None else str(shown)]
    )


def _json(value: dict[str, Any]) -> list[str]:
    return [msgspec.json.format(json.dump_bytes(value), indent=2).decode() if value else ""]
