"""`manage.py invite_platform --role EMSP --party DE/EMX --name …`: prints the versions URL and TOKEN_A (once, S17)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from roaming.console.operating import Error, OperatorCommand
from roaming.management.roles import named_roles
from roaming.ocpi.types import Role
from roaming.services import platforms


class Command(OperatorCommand):
    help = "Invite a platform: make a TOKEN_A with which it can register these parties."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        roles = [role.value for role in Role]
        parser.add_argument(
            "--role", action="append", required=True, choices=roles, type=str.upper, help="may be repeated"
        )
        parser.add_argument(
            "--party", action="append", required=True, help="such as DE/EMX; one for each --role, or one for all"
        )
        parser.add_argument("--name", help="of the platform; default: its first party")

    def run(self, **options: Any) -> dict[str, Any]:
        roles = named_roles(options["role"], options["party"])
        try:
            invitation = platforms.invite(roles, name=options["name"] or str(roles[0][1]))
        except ValueError as problem:
            raise Error(f"{problem}.") from None
        return {
            "platform": invitation.platform.pk,
            "name": invitation.platform.name,
            "roles": [f"{role} {party}" for role, party in roles],
            "versions_url": invitation.versions_url,
            "token_a": invitation.token_a,
            "expires_at": invitation.expires_at,
        }

    def show(self, result: Any, out: Console) -> None:
        out.print(f"Invited {', '.join(result['roles'])} as the platform “{result['name']}”.", markup=False)
        out.print(f"Versions URL  {result['versions_url']}", markup=False)
        out.print(f"TOKEN_A       {result['token_a']}", markup=False)
        out.print(f"The token is shown this once; it can be used once, until {result['expires_at']:%Y-%m-%d %H:%M %Z}.")
