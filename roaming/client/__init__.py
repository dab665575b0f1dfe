"""The only outbound HTTP of the hub. `call` sends one request to one peer and returns whatever it answered.

Vetted and pinned addresses (S1, S2), no redirects but a slash (S3), one deadline over everything (S6), a capped answer
(S7), the token only to the peer's own hosts (S9), and each exchange in the journal. A failure is an exception that says
whether the peer may have seen the request.
"""

from roaming.client.call import Answer, Call, Peer, call, hosts_allowed, is_host_of
from roaming.client.errors import Broken, CallFailed, Forbidden, Timeout, TooLarge, Unreachable
from roaming.client.fetch import fetch
from roaming.client.guard import check_url

__all__ = [
    "Answer", "Broken", "Call", "CallFailed", "Forbidden", "Peer", "Timeout", "TooLarge", "Unreachable", "call",
    "check_url", "fetch", "hosts_allowed", "is_host_of",
]  # fmt: skip
