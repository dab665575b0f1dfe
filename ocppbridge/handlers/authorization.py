"""Block C: may this token charge?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ocppbridge.bridge import contract_certificates, driver_tariffs, energy_transfers
from ocppbridge.bridge.authorization import rule
from ocppbridge.charging import contracts
from ocppbridge.charging.messages import AuthorizeAsked
from ocppbridge.charging.replies import Authorization, AuthorizationStatus, Registration
from ocppbridge.handlers.registry import Asked, Deciding, answers

Status = AuthorizationStatus
NO_CONTRACT: Final = frozenset({Status.BLOCKED, Status.EXPIRED, Status.INVALID, Status.UNKNOWN})


@answers(AuthorizeAsked, waits=True)
def authorize(message: AuthorizeAsked, asked: Asked) -> Deciding:
    """C01; nothing is recorded: what matters is asked again when the transaction begins."""
    if asked.account.registration not in (None, Registration.ACCEPTED):  # B02.FR.05; only 1.6 gets this far
        return Authorization(Status.NOT_AT_THIS_TIME)
    ruling = yield from rule(asked.account, message.token, None, asked.now, asked.choices)
    transfers = energy_transfers.at_authorization(asked.account, ruling, asked.choices)
    tariff = driver_tariffs.of(asked.account, ruling, asked.now, asked.choices)
    judged = replace(ruling.authorization, allowed_transfer=transfers, tariff=tariff)
    if message.certificate is None and not message.certificate_hashes:
        return judged
    which = asked.choices.value(
        "CONTRACT-CERTIFICATE", station=asked.account.identity
    )  # decision: CONTRACT-CERTIFICATE
    if which == "refuse":
        return Authorization(Status.INVALID, certificate_status=contracts.NONE)
    return _with_certificate(message, judged, asked)


def _with_certificate(message: AuthorizeAsked, judged: Authorization, asked: Asked) -> Authorization:
    """C07: a certificate that does not hold takes the contract down with it (FR.15 to FR.17), and the other way round:
    it is good, but its contract is not (FR.13). That a driver may not charge here or now is no matter of either."""
    shown = contract_certificates.judge(message, asked.now, asked.choices, asked.account.identity)
    if shown != contracts.ACCEPTED:
        status = Status.EXPIRED if shown == contracts.EXPIRED else Status.INVALID
        return Authorization(status, certificate_status=shown)
    void = judged.status in NO_CONTRACT
    return replace(judged, certificate_status=contracts.CANCELLED if void else contracts.ACCEPTED)
