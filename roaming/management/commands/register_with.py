"""`manage.py register_with --url … --token …`: register at a partner that invited us (CRE-02).

The command does the handshake itself; killed in the middle, it is finished by a worker of the running hub.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from roaming.console.operating import Error, OperatorCommand
from roaming.management.roles import named_roles
from roaming.models import Handshake, Platform
from roaming.ocpi.types import Role
from roaming.services import handshakes

PATIENCE = 120.0  # seconds for a worker that was quicker than this command


class Command(OperatorCommand):
    help = "Register at a partner that handed us its versions URL and a TOKEN_A."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--url", required=True, help="the partner's versions URL")
        parser.add_argument("--token", required=True, help="the TOKEN_A that it gave us")
        parser.add_argument("--name", help="of the platform; default: its host")
        parser.add_argument(
            "--role", action="append", default=[], choices=[role.value for role in Role], type=str.upper,
            help="what the partner may be here; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--party",
            action="append",
            default=[],
            help="such as DE/EMX: whom the partner may bring; default: anybody new",
        )
        parser.add_argument(
            "--encoding", choices=[one.value for one in Platform.TokenEncoding], default="auto",
            help="how it wants tokens written (auto: Base64 first, then raw)",
        )  # fmt: skip
        parser.add_argument("--allow-host", action="append", default=[], help="another host of its endpoints")

    def run(self, **options: Any) -> dict[str, Any]:
        asked = _asked(options)
        handshakes.carry_out(asked.pk)
        row = _over(asked)
        platform = row.platform
        if row.state != Handshake.State.DONE:
            handshakes.forget(platform)
            raise Error(f"{options['url']}: {row.result}")
        return {
            "platform": platform.pk,
            "name": platform.name,
            "version": platform.version,
            "roles": [str(party) for party in platform.parties.filter(withdrawn_at=None)],
            "endpoints": platform.endpoints.count(),
            "notices": list(platform.notices.filter(acknowledged_at=None).values_list("text", flat=True)),
        }

    def show(self, result: Any, out: Console) -> None:
        roles = ", ".join(result["roles"]) or "nobody"
        out.print(f"Registered at “{result['name']}”, OCPI {result['version']}: {roles}.", markup=False)
        out.print(f"{result['endpoints']} endpoints.", markup=False)
        for notice in result["notices"]:
            out.print(notice, markup=False, style="yellow")


def _asked(options: dict[str, Any]) -> Handshake:
    url, expected = options["url"].strip(), []
    if options["role"] or options["party"]:
        expected = [(party, role) for role, party in named_roles(options["role"], options["party"])]
    try:
        name = options["name"] or urlsplit(url).hostname or url
        return handshakes.register(
            url, options["token"].strip(), name=name[:100], expected=expected, encoding=options["encoding"],
            allowed_hosts=options["allow_host"], by="the command line",
        )  # fmt: skip
    except ValueError as problem:
        raise Error(f"{problem}.") from None


def _over(asked: Handshake) -> Handshake:
    """A worker may have been quicker."""
    deadline = time.monotonic() + PATIENCE
    while True:
        row = Handshake.objects.select_related("platform").get(pk=asked.pk)
        if row.state not in handshakes.OPEN:
            return row
        if time.monotonic() > deadline:
            raise Error(f"The handshake with {row.platform} is still under way; the admin shows what comes of it.")
        time.sleep(0.2)
