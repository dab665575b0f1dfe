"""Who asks: the bearer of an operator token. OCPI tokens and staff sessions open nothing here (S47)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from roaming.models import OperatorToken
from roaming.services import operators


@dataclass(frozen=True)
class Operator:
    """What DRF takes for a user."""

    token: OperatorToken
    is_authenticated = True

    @property
    def may_operate(self) -> bool:
        """Whether it may ask stations for something."""
        return self.token.scope == OperatorToken.Scope.OPERATE

    def __str__(self) -> str:
        return self.token.name


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer op_…``"""

    def authenticate(self, request: Request) -> tuple[Operator, OperatorToken] | None:
        """None where there is no such header, which then is a 401 too."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        row = operators.find(words[1].decode("latin-1"), timezone.now()) if len(words) == 2 else None
        if row is None:
            raise AuthenticationFailed("The token is not known, or revoked.")
        return Operator(row), row

    def authenticate_header(self, request: Request) -> str:
        """Makes it a 401 instead of a 403."""
        return "Bearer"


class HasScope(BasePermission):
    """Every token may read; to ask a station for something takes the scope ``operate``."""

    message = "This token may only read; make one with the scope operate."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By method."""
        operator = request.user
        if not isinstance(operator, Operator):
            return False
        return request.method in SAFE_METHODS or operator.may_operate


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation names it."""

    target_class = BearerAuthentication
    name = "operatorToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """HTTP bearer."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made by `manage.py operator_token` or in the admin.",
        }
