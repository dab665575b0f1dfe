"""Block C: may this token charge?"""

from __future__ import annotations

from ocppbridge.bridge.authorization import rule
from ocppbridge.charging.messages import AuthorizeAsked
from ocppbridge.handlers.registry import Asked, Deciding, answers


@answers(AuthorizeAsked, waits=True)
def authorize(message: AuthorizeAsked, asked: Asked) -> Deciding:
    """C01; nothing is recorded: what matters is asked again when the transaction begins."""
    ruling = yield from rule(asked.account, message.token, None, asked.now, asked.choices)
    return ruling.authorization
