"""OCPI status codes (STA-06 to STA-20); unknown codes are read by their first digit."""

from enum import IntEnum


class Status(IntEnum):
    SUCCESS = 1000

    CLIENT_ERROR = 2000
    INVALID_PARAMETERS = 2001
    NOT_ENOUGH_INFORMATION = 2002
    UNKNOWN_LOCATION = 2003
    UNKNOWN_TOKEN = 2004

    SERVER_ERROR = 3000
    UNUSABLE_API = 3001
    UNSUPPORTED_VERSION = 3002
    MISSING_ENDPOINTS = 3003

    HUB_ERROR = 4000
    UNKNOWN_RECEIVER = 4001
    RECEIVER_TIMEOUT = 4002
    RECEIVER_UNREACHABLE = 4003


def is_success(code: int) -> bool:
    """1xxx, custom codes 1900-1999 included (STA-06, STA-20)."""
    return 1000 <= code < 2000


def accepted(http_status: int, code: int | None) -> bool:
    """A peer took what we sent only if both layers say so: HTTP 2xx and OCPI 1xxx (S34)."""
    return 200 <= http_status < 300 and code is not None and is_success(code)
