"""Who asks: the bearer of a billing token. Operator tokens, OCPI tokens and staff sessions open nothing here (S47)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from roaming.models import BillingToken, Party
from roaming.services import billing_tokens


@dataclass(frozen=True)
class Reader:
    """What DRF takes for a user. `parties`: whom it reads about; None: everybody."""

    token: BillingToken
    parties: Sequence[Party] | None
    is_authenticated = True

    def __str__(self) -> str:
        return self.token.name


class BillingAuthentication(BaseAuthentication):
    """``Authorization: Bearer bill_…``"""

    def authenticate(self, request: Request) -> tuple[Reader, BillingToken] | None:
        """None where there is no such header, which then is a 401 too."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        row = billing_tokens.find(words[1].decode("latin-1"), timezone.now()) if len(words) == 2 else None
        if row is None:
            raise AuthenticationFailed("The token is not known, or revoked.")
        return Reader(row, billing_tokens.sees(row)), row

    def authenticate_header(self, request: Request) -> str:
        """Makes it a 401 instead of a 403."""
        return "Bearer"


class IsReader(BasePermission):
    """A billing token, nothing else."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whoever authenticated."""
        return isinstance(request.user, Reader)


class BillingScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation names it."""

    target_class = BillingAuthentication
    name = "billingToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """HTTP bearer."""
        description = "Made by `manage.py billing_token` or in the admin; it only reads."
        return {"type": "http", "scheme": "bearer", "description": description}
