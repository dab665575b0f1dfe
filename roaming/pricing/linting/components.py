"""Prices, VAT and step sizes: slips that cost money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from roaming.pricing.figures import number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, TIME

# What a unit of these currencies is in euros, roughly, for the sake of plausibility.
WORTH = {
    **dict.fromkeys(("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"), Decimal(1)),
    **dict.fromkeys(("PLN", "RON", "BGN", "BAM", "ILS", "AED", "BRL"), Decimal(4)),
    **dict.fromkeys(("SEK", "NOK", "DKK", "CZK", "CNY", "HKD", "MXN", "ZAR", "TRY", "UAH"), Decimal(20)),
    **dict.fromkeys(("HUF", "JPY", "ISK", "INR", "RSD", "THB"), Decimal(200)),
}
# Per kWh, per hour and per session, in euros.
HIGHEST = {ENERGY: Decimal(3), TIME: Decimal(120), PARKING_TIME: Decimal(120), FLAT: Decimal(100)}
LOWEST_KWH = Decimal("0.005")
LARGEST_STEP = {ENERGY: Decimal(100), TIME: Decimal(900), PARKING_TIME: Decimal(900)}
DECIMALS = 4


class Found(NamedTuple):
    """One price component in its place."""

    element: int
    place: int
    source: Mapping[str, Any]
    reservation: bool

    @property
    def pointer(self) -> str:
        return f"/elements/{self.element}/price_components/{self.place}"

    @property
    def kind(self) -> str:
        return str(self.source.get("type"))

    def figure(self, name: str) -> Decimal | None:
        return number(self.source.get(name))


def components(found: Sequence[Found], currency: str) -> Iterator[Finding]:
    for one in found:
        yield from prices(one, currency)
        yield from vat(one)
        yield from steps(one)
    yield from together(found)


def prices(one: Found, currency: str) -> Iterator[Finding]:
    price, worth = one.figure("price"), WORTH.get(currency)
    pointer = f"{one.pointer}/price"
    if price is None:
        return
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        yield note("too_many_decimals", pointer, f"{price} has more than {DECIMALS} decimals; others may cut it off")
    if price < 0:
        yield warning("negative_price", pointer, "a negative price pays the driver", witness={"price": f"{price:f}"})
    if worth is None:
        return
    highest = HIGHEST.get(one.kind)
    if highest is not None and price > highest * worth:
        hint = "were cents meant, or a price per MWh?" if one.kind == ENERGY else "were cents meant?"
        witness = {"price": f"{price:f} {currency}", "plausible up to": f"{highest * worth:f} {currency}"}
        yield warning("price_above_plausible", pointer, f"is very high for {one.kind}: {hint}", witness=witness)
    if one.kind == ENERGY and 0 < price < LOWEST_KWH * worth:
        witness = {"price": f"{price:f} {currency}", "plausible from": f"{LOWEST_KWH * worth:f} {currency}"}
        message = "is very low for a kWh: is it per Wh, or in a larger unit of money?"
        yield warning("price_below_plausible", pointer, message, witness=witness)


def vat(one: Found) -> Iterator[Finding]:
    rate = one.figure("vat")
    if rate is not None and not 0 <= rate <= 100:
        witness = {"vat": f"{rate:f}"}
        yield error("implausible_vat", f"{one.pointer}/vat", "VAT is a percentage from 0 to 100", witness=witness)
    elif rate is not None and 0 < rate < 1:
        witness = {"vat": f"{rate:f}", "if a fraction was meant": f"{rate * 100:f}"}
        yield warning("implausible_vat", f"{one.pointer}/vat", "is below 1 %: was a fraction meant?", witness=witness)


def steps(one: Found) -> Iterator[Finding]:
    step, pointer = one.figure("step_size"), f"{one.pointer}/step_size"
    if step is None:
        return
    if step == 0 and one.kind != FLAT:
        message = "0 is not defined: read as no rounding; others divide by it"
        yield warning("zero_step_size", pointer, message, fix="1")
    if one.kind == FLAT and step > 1:
        yield note("flat_step_size", pointer, "a FLAT has no step: the value means nothing", fix="1")
    if one.kind == ENERGY and step >= 1000:
        witness = {"charged": "0.1 kWh", "billed": f"{step / 1000:f} kWh"}
        message = f"steps of {step / 1000:f} kWh: the unit is Wh, was 1 meant?"
        yield warning("step_size_unit_slip", pointer, message, witness=witness)
    elif step > LARGEST_STEP.get(one.kind, step):
        unit = "Wh" if one.kind == ENERGY else "s"
        witness = {"used": f"1 {unit}", "billed": f"{step:f} {unit}"}
        message = f"steps of {step:f} {unit} round far up; 1 is recommended"
        yield note("large_step_size", pointer, message, witness=witness)


def together(found: Sequence[Found]) -> Iterator[Finding]:
    rates = [one for one in found if one.figure("price")]
    without = [one for one in rates if one.source.get("vat") is None]
    if without and len(without) < len(rates):
        message = "has no vat while others have: absent means that VAT does not apply, 0 that its rate is 0"
        yield warning("vat_missing_on_some", f"{without[0].pointer}/vat", message)
    yield from unused_steps([one for one in found if not one.reservation])
    kinds = {one.kind for one in found if not one.reservation}
    if kinds == {FLAT} and rates:
        message = "only a FLAT is priced: the same for a minute and for a day, for 1 kWh and for 80"
        yield note("only_flat_not_free", found[0].pointer, message)
    elif found and not rates and kinds != {FLAT}:
        message = "nothing costs anything; a free tariff is one FLAT of 0.00 without restrictions (TAR-22)"
        yield note("nothing_priced_by_use", "/elements", message)


def unused_steps(found: Sequence[Found]) -> Iterator[Finding]:
    if not any(one.kind == PARKING_TIME for one in found):
        return
    for one in found:
        step = one.figure("step_size")
        if one.kind == TIME and step is not None and step > 1:
            message = "is not used once PARKING_TIME is priced in a session: only parking is rounded then (TAR-19)"
            yield note("unused_time_step_size", f"{one.pointer}/step_size", message)
            return
