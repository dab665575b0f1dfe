"""Block C: may this token charge?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ocppbridge.bridge import energy_transfers
from ocppbridge.bridge.authorization import rule
from ocppbridge.charging import contracts
from ocppbridge.charging.messages import AuthorizeAsked
from ocppbridge.charging.replies import Authorization, AuthorizationStatus, Registration
from ocppbridge.handlers.registry import Asked, Deciding, answers


@answers(AuthorizeAsked, waits=True)
def authorize(message: AuthorizeAsked, asked: Asked) -> Deciding:
    """C01; nothing is recorded: what matters is asked again when the transaction begins."""
    if asked.account.registration not in (None, Registration.ACCEPTED):  # B02.FR.05; only 1.6 gets this far
        return Authorization(AuthorizationStatus.NOT_AT_THIS_TIME)
    ruling = yield from rule(asked.account, message.token, None, asked.now, asked.choices)
    transfers = energy_transfers.at_authorization(asked.account, ruling, asked.choices)
    ruling = replace(ruling, authorization=replace(ruling.authorization, allowed_transfer=transfers))
    if message.certificate is None and not message.certificate_hashes:
        return ruling.authorization
    which = asked.choices.value(
        "CONTRACT-CERTIFICATE", station=asked.account.identity
    )  # decision: CONTRACT-CERTIFICATE
    if which == "refuse":
        return Authorization(AuthorizationStatus.INVALID, certificate_status=contracts.NONE)
    return _with_certificate(message, ruling.authorization, asked.now)


def _with_certificate(message: AuthorizeAsked, judged: Authorization, now: datetime) -> Authorization:
    """C07: a certificate that does not hold takes the contract down with it (FR.16), and the other way round."""
    shown = contracts.status(message.token.value, message.certificate, now)
    if shown != contracts.ACCEPTED:
        return Authorization(AuthorizationStatus.INVALID, certificate_status=shown)
    if judged.status is AuthorizationStatus.ACCEPTED:
        return replace(judged, certificate_status=contracts.ACCEPTED)
    known = judged.status in (AuthorizationStatus.BLOCKED, AuthorizationStatus.EXPIRED)
    return replace(judged, certificate_status=contracts.CANCELLED if known else contracts.ACCEPTED)
