"""What a partner sends, as a WSGI server hands it over: the one place that knows the server's names of it.

Made for every request below /ocpi/, so only what each of them is asked for is read at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import get_path_info, get_script_name
from django.http.request import split_domain_port, validate_host
from django.utils.encoding import escape_uri_path, iri_to_uri

from roaming.ocpi.headers import Folded

ROOT = "/ocpi"


class Incoming:
    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"].upper()
        self.query: str = environ.get("QUERY_STRING", "")
        self.address = str(environ.get("REMOTE_ADDR") or "unknown")  # who holds the connection: a proxy, it may be
        sent = environ.items()
        self.headers = Folded((name[5:].replace("_", "-"), value) for name, value in sent if name[:5] == "HTTP_")

    @cached_property
    def path(self) -> str:
        path: str = self.environ["PATH_INFO"]
        return path if path.isascii() else get_path_info(self.environ)

    @property
    def below(self) -> str:
        """The path below /ocpi/."""
        return self.path[len(ROOT) + 1 :]

    @property
    def url(self) -> str:
        """Path and query in ASCII, whatever was sent."""
        query = f"?{iri_to_uri(self.query)}" if self.query else ""
        return f"{escape_uri_path(get_script_name(self.environ).rstrip('/') + self.path)}{query}"

    @property
    def names_us(self) -> bool:
        """Whether the Host header is one of ours (ALLOWED_HOSTS)."""
        domain, _ = split_domain_port(self.headers.get("host") or str(self.environ.get("SERVER_NAME", "")))
        return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_ocpi(environ: dict[str, Any]) -> bool:
    path: str = environ.get("PATH_INFO", "")
    return path.startswith(ROOT) and path[len(ROOT) : len(ROOT) + 1] in ("", "/")
