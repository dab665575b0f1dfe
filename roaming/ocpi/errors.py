"""Everything that can go wrong in an OCPI exchange, as one tree; a class is an HTTP status and an OCPI status.

OcpiError                     HTTP  OCPI   whose fault
├── ClientError               200   2000   the sender's
│   ├── InvalidObject         200   2001     a field of the body (STA-02, STA-08)
│   ├── InvalidParameter      200   2001     a query parameter, header or URL segment (PAG-13)
│   ├── NotEnoughInformation  200   2002     authorize without LocationReferences (TOK-16)
│   ├── UnknownLocation       200   2003     a command for a location nobody has (CMD-09)
│   ├── UnknownToken          404   2004     authorize (TOK-15)
│   ├── NotFound              404   2000     no such object, or not yours to see (STA-03, S24)
│   │   └── UnknownParent     404   2003     EVSE or connector of an unknown location (LOC-10)
│   ├── Unauthorized          401   2000     no or unknown token (AUT-05)
│   ├── Forbidden             403   2000     known, but not allowed here (AUT-11)
│   ├── MethodNotAllowed      405   2000     marked n/a in the method tables (STA-05)
│   ├── BadJson               400   2000     not JSON at all (STA-01)
│   ├── TooLarge              413   2000     body over the limit (S7)
│   └── TooManyRequests       429   2000     rate limit (S16, S25)
├── ServerError               200   3000   ours
│   ├── UnusableApi           200   3001     the caller's API cannot be called back (CRE-12)
│   ├── UnsupportedVersion    200   3002     no version in common (CRE-14)
│   └── MissingEndpoints      200   3003     a required endpoint is missing (CRE-13)
└── HubError                  200   4000   between hub and receiver (HUB-26)
    ├── UnknownReceiver       200   4001     nobody, or nobody you have an agreement with (HUB-23)
    ├── ReceiverTimeout       200   4002     no answer in time (HUB-24)
    └── ReceiverUnreachable   200   4003     not connected (HUB-25)
        └── ModuleNotOffered  200   4003     connected, but without that endpoint
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from roaming.ocpi.status import Status


class OcpiError(Exception):
    """The message is shown to the peer: it names what is wrong and never holds a secret (S18)."""

    http_status: ClassVar[int] = 200
    status: Status = Status.CLIENT_ERROR
    title: ClassVar[str] = "Error"

    def __init__(self, message: str = "", *, data: Any = None, headers: Mapping[str, str] | None = None) -> None:
        self.message = message or self.title
        self.data = data
        self.headers = dict(headers or {})
        super().__init__(self.message)


class ClientError(OcpiError):
    title = "Client error"


class InvalidObject(ClientError):
    status = Status.INVALID_PARAMETERS
    title = "Invalid object"

    def __init__(self, pointer: str, reason: str) -> None:
        """`pointer` is a JSON pointer into the body; "" is the body itself."""
        self.pointer = pointer
        self.reason = reason
        super().__init__(f"{pointer or '/'}: {reason}")


class InvalidParameter(ClientError):
    status = Status.INVALID_PARAMETERS
    title = "Invalid parameter"

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name}: {reason}")


class NotEnoughInformation(ClientError):
    status = Status.NOT_ENOUGH_INFORMATION
    title = "Not enough information"


class UnknownLocation(ClientError):
    status = Status.UNKNOWN_LOCATION
    title = "Unknown location"


class UnknownToken(ClientError):
    http_status = 404
    status = Status.UNKNOWN_TOKEN
    title = "Unknown token"


class NotFound(ClientError):
    http_status = 404
    title = "Not found"

    def __init__(self, message: str = "", *, status: Status | None = None) -> None:
        """Some modules name a finer code beside the 404: 2003 for a location, 2001 for a PATCH (COO-12, SES-04)."""
        super().__init__(message)
        if status is not None:
            self.status = status


class UnknownParent(NotFound):
    status = Status.UNKNOWN_LOCATION
    title = "Unknown location or EVSE: send the whole location first"


class Unauthorized(ClientError):
    http_status = 401
    title = "Unauthorized"

    def __init__(self, message: str = "") -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Token"})


class Forbidden(ClientError):
    http_status = 403
    title = "Forbidden"


class MethodNotAllowed(ClientError):
    http_status = 405
    title = "Method not allowed"

    def __init__(self, message: str = "", *, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message, headers={"Allow": ", ".join(allowed)} if allowed else None)


class BadJson(ClientError):
    http_status = 400
    title = "The body is not valid JSON"


class TooLarge(ClientError):
    http_status = 413
    title = "The body is too large"


class TooManyRequests(ClientError):
    http_status = 429
    title = "Too many requests"

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class ServerError(OcpiError):
    status = Status.SERVER_ERROR
    title = "Server error"


class UnusableApi(ServerError):
    status = Status.UNUSABLE_API
    title = "Unable to use your API"


class UnsupportedVersion(ServerError):
    status = Status.UNSUPPORTED_VERSION
    title = "No version in common"


class MissingEndpoints(ServerError):
    status = Status.MISSING_ENDPOINTS
    title = "Required endpoints are missing"


class HubError(OcpiError):
    status = Status.HUB_ERROR
    title = "Hub error"


class UnknownReceiver(HubError):
    status = Status.UNKNOWN_RECEIVER
    title = "Unknown receiver"


class ReceiverTimeout(HubError):
    status = Status.RECEIVER_TIMEOUT
    title = "The receiver did not answer in time"


class ReceiverUnreachable(HubError):
    status = Status.RECEIVER_UNREACHABLE
    title = "The receiver is not connected"


class ModuleNotOffered(ReceiverUnreachable):
    title = "The receiver does not offer this module"
