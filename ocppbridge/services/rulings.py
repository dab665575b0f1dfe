"""What came of asking whether a token may charge: the station's answer, and what Session and CDR will say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ocppbridge.charging.replies import Authorization, AuthorizationStatus


@dataclass(frozen=True, slots=True)
class Ruling:
    """`owner` is the token's country/party; `method` an OCPI AuthMethod; `call` the remote start it answers to."""

    authorization: Authorization
    method: str = ""
    reference: str = ""
    owner: str = ""
    cdr_token: dict[str, Any] | None = None
    group_id: str = ""
    call_id: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the station may deliver energy."""
        return self.authorization.status is AuthorizationStatus.ACCEPTED


def refused(status: AuthorizationStatus = AuthorizationStatus.INVALID) -> Ruling:
    """No more than a no."""
    return Ruling(Authorization(status))
