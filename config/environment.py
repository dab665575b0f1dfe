"""Reading settings from the environment. A bad value stops the start and names its variable, never its content.

`NAME_FILE=/run/secrets/name` is read where `NAME` is not set (django-environ's FileAwareEnv).
"""

from __future__ import annotations

import os
import ssl
from base64 import b64decode
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
Number = TypeVar("Number", int, float)
Network = IPv4Network | IPv6Network

_env = environ.FileAwareEnv()
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


def fail(name: str, reason: str) -> NoReturn:
    raise ImproperlyConfigured(f"{name}: {reason}")


def text(name: str, default: str | None = None) -> str:
    value = str(_env.str(name, default="")).strip()
    if value:
        return value
    if default is None:
        fail(name, "is not set and has no default")
    return default


def whole(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    wanted = f"a whole number from {least} to {most}"
    return _converted(name, str(default), lambda value: _bounded(int(value), least, most), wanted)


def seconds(name: str, default: float, *, least: float = 0.05) -> float:
    wanted = f"seconds from {least} to 86400"
    return _converted(name, str(default), lambda value: _bounded(float(value), least, 86_400.0), wanted)


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in _YES | _NO:
        fail(name, "must be 1 or 0 (true/false, yes/no, on/off)")
    return value in _YES


def choice(name: str, options: Sequence[str], default: str) -> str:
    value = text(name, default)
    if value not in options:
        fail(name, f"must be one of {', '.join(options)}")
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def networks(name: str, default: Sequence[str] = ()) -> list[Network]:
    def convert(value: str) -> list[Network]:
        return [ip_network(word.strip()) for word in value.split(",") if word.strip()]

    return _converted(name, ",".join(default), convert, "a comma list of IP networks such as 10.1.0.0/16")


def file(name: str) -> str:
    """The path of a file that can be read, or nothing."""
    path = text(name, "")
    if path and not os.access(path, os.R_OK):
        fail(name, "must name a file that can be read")
    return path


def authorities(name: str) -> str:
    """The path of a PEM file with certificates of authorities, or nothing."""
    path = file(name)
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except OSError:  # ssl.SSLError is one
            fail(name, "must name a PEM file with certificates of authorities")
    return path


def base_url(name: str, default: str, schemes: Sequence[str]) -> str:
    """An absolute URL without query, user or trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment or parts.username:
        fail(name, f"must be an absolute URL ({' or '.join(schemes)}) without user, query and fragment")
    return value


def keys(name: str, *, least: int = 32) -> list[bytes]:
    """A comma list of keys in Base64."""

    def convert(value: str) -> list[bytes]:
        found = [b64decode(word.strip(), validate=True) for word in value.split(",") if word.strip()]
        if any(len(one) < least for one in found):
            raise ValueError
        return found

    return _converted(name, "", convert, f"Base64 of at least {least} bytes")


def _converted(name: str, default: str, convert: Callable[[str], T], wanted: str) -> T:
    try:
        return convert(text(name, default))
    except ValueError:
        fail(name, f"must be {wanted}")


def _bounded(value: Number, least: Number, most: Number) -> Number:
    if not least <= value <= most:
        raise ValueError
    return value
