"""Whose VAT number is it (C20)? By the country's own check digits, and by VIES where that is decided.

Another register is a class that VAT_REGISTER names, with `look_up(country, number)`; it is asked through `outside`.
"""

from __future__ import annotations

import json
from typing import Any, Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from ocppbridge.bridge import outside
from ocppbridge.charging.payment_messages import VatNumberAsked
from ocppbridge.charging.payment_replies import VatNumberJudged
from ocppbridge.charging.vat_numbers import EU, BadNumber, read
from roaming.decisions import Choices

_NOTHING: Final = "---"  # what VIES says where a country tells no name


class Unregistered(Exception):
    """The register knows no such number."""


class Register(Protocol):
    """What is asked of one."""

    def look_up(self, country: str, number: str) -> dict[str, str] | None:
        """An OCPP AddressType, None if it tells no address. Raises Unregistered, or outside.Unreached."""


class Vies:
    """The European Commission's; it knows the numbers of the member states and of Northern Ireland."""

    def look_up(self, country: str, number: str) -> dict[str, str] | None:
        """One GET."""
        if country not in EU:
            return None
        body = outside.ask(settings.VIES_URL.format(country=country, number=number), accept="application/json")
        try:
            said = json.loads(body)
        except ValueError:
            raise outside.Unreached("it answered no JSON") from None
        if not isinstance(said, dict) or not isinstance(said.get("isValid"), bool):
            raise outside.Unreached("it did not say whether the number holds")
        if not said["isValid"]:
            raise Unregistered(f"VIES knows no {country}{number}")
        return _company(said, country)


def judge(message: VatNumberAsked, choices: Choices, identity: str) -> VatNumberJudged:
    """The answer to VatNumberValidation."""
    which = choices.value("VAT-NUMBERS", station=identity)  # decision: VAT-NUMBERS
    company = None
    try:
        if which == "refuse":
            raise BadNumber("VAT numbers are not checked here")
        country, number = read(message.number)
        if which == "register":
            register = cast(Register, import_string(settings.VAT_REGISTER)())
            company = register.look_up(country, number)
    except (BadNumber, Unregistered, outside.Unreached) as problem:
        return VatNumberJudged(message.number, False, message.evse, None, str(problem))
    return VatNumberJudged(message.number, True, message.evse, company)


def _company(said: dict[str, Any], country: str) -> dict[str, str] | None:
    """Name and address come as texts of several lines; without both there is no AddressType."""
    name = str(said.get("name") or _NOTHING).strip()
    lines = [line.strip() for line in str(said.get("address") or "").splitlines() if line.strip()]
    if name == _NOTHING or len(lines) < 2:
        return None
    found = {"name": name[:50], "address1": lines[0][:100], "city": lines[-1][:100], "country": country}
    return found | ({"address2": " ".join(lines[1:-1])[:100]} if len(lines) > 2 else {})
