"""Why a call to a peer brought no answer. `sent` is False only where the peer certainly saw nothing of it.

CallFailed
├── Forbidden     we do not call such a URL, or not with this peer's token (S1, S9)
├── Unreachable   no connection: refused, no route, no such name, TLS
├── Timeout       the deadline passed (S6)
├── Broken        the connection ended before the answer did
└── TooLarge      the answer is larger than we read (S7)
"""

from __future__ import annotations


class CallFailed(Exception):
    sent = True

    def __init__(self, reason: str, *, sent: bool | None = None) -> None:
        super().__init__(reason)
        if sent is not None:
            self.sent = sent


class Forbidden(CallFailed):
    sent = False


class Unreachable(CallFailed):
    sent = False


class Timeout(CallFailed):
    pass


class Broken(CallFailed):
    pass


class TooLarge(CallFailed):
    pass
