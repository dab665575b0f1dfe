"""Tokens that nobody has to be asked about: no authorization at all (C02), and what a payment provider vouches for.

The idToken of a DirectPayment is the provider's reference; the terminal of the station has authorized it already (C18),
or it was paid on the web and our own start names it (C25).
"""

from __future__ import annotations

from typing import Final

from ocppbridge.charging.replies import Authorization, AuthorizationStatus
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import WebPayment
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import Ruling, refused
from roaming.decisions import Choices

DIRECT: Final = "DirectPayment"
WITHOUT: Final = "NoAuthorization"


def ruling(account: Account, token: IdToken, choices: Choices) -> Ruling | None:
    """None for a token that somebody has to know."""
    if token.type == WITHOUT:  # C02: the station charges whoever comes; nobody roams here
        return Ruling(Authorization(AuthorizationStatus.ACCEPTED))
    if token.type != DIRECT:
        return None
    which = choices.value("DIRECT-PAYMENT", station=account.identity)  # decision: DIRECT-PAYMENT
    paid = WebPayment.objects.filter(
        station_id=account.station_id,
        psp_ref=token.value,
        state__in=(WebPayment.State.PAID, WebPayment.State.STARTED),
    )
    if which == "terminal" or (which == "web" and paid.exists()):
        return Ruling(Authorization(AuthorizationStatus.ACCEPTED))
    return refused()
