"""What the views of the billing API share: tokens, JSON, problems that say what is wrong, which CDRs are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.fields import empty
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import exception_handler
from rest_framework.viewsets import ViewSet

from roaming.billing.authentication import BillingAuthentication, IsReader, Reader
from roaming.billing.queries import Query
from roaming.bodies import PlainJson
from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Party
from roaming.ocpi.party import PartyId
from roaming.services.billing_cdrs import Selection


class ForeignParty(PermissionDenied):
    """Told of every party that the token is not bound to, whether it exists or not (S24)."""

    default_code = "foreign_party"
    default_detail = "This token is bound to other parties."


class Problem(APIException):
    """With a code of ours."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail, code)
        self.status_code = status


class BillingView(ViewSet):
    """Who may ask, and in which form."""

    authentication_classes = (BillingAuthentication,)
    permission_classes = (IsReader,)
    parser_classes = (PlainJson,)
    renderer_classes = (JSONRenderer,)

    asking: frozenset[str] = frozenset({"list"})
    """The actions that take parameters. To say one to another is a mistake, too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the token was looked at."""
        super().initial(request, *args, **kwargs)
        if self.action and self.action not in self.asking:
            self.asked(Query)

    @property
    def reader(self) -> Reader:
        """Whose token it is."""
        return cast(Reader, self.request.user)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """One shape for whatever is wrong."""
        return told

    def asked(self, query: type[Query], data: Any = empty) -> dict[str, Any]:
        """The parameters, or a body, checked. Raises ValidationError, ForeignParty."""
        form = query(data=self.request.query_params if data is empty else data)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        if not _concerns(self.reader.parties, said.get("cpo", ""), said.get("emsp", "")):
            raise ForeignParty
        return said


@extend_schema(exclude=True)
class NoSuchAddress(BillingView):
    """Whatever else stands below the billing API."""

    asking = frozenset({"nothing"})

    def nothing(self, request: Request, **_: Any) -> Response:
        """In the one shape, and where to look."""
        raise NotFound("There is nothing at this address; /api/docs/ has every address of the billing API.")


def selection(said: dict[str, Any]) -> Selection:
    """Which CDRs the parameters mean."""
    names = ("cpo", "emsp", "ended_from", "ended_before", "verdict", "currency", "credit")
    return Selection(**{name: said[name] for name in names if said.get(name) not in (None, "")})


def next_page(request: Request, place: str) -> str:
    """The same list behind a place."""
    return replace_query_param(request.build_absolute_uri(), "after", place)


def not_here(what: str) -> NotFound:
    """Also where it is there for others (S24)."""
    return NotFound(f"There is no such {what} for this token.")


def told(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"code", "detail"}`, of parameters with `fields`."""
    answer = exception_handler(error, context)
    if answer is None or not isinstance(error, APIException):
        return answer
    if isinstance(error, ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        words = "; ".join(f"{name}: {' '.join(map(str, each))}" for name, each in fields.items())
        answer.data = {"code": "invalid_parameter", "detail": words, "fields": fields}
    else:
        answer.data = {"code": error.get_codes(), "detail": str(error.detail)}
    return answer


def _concerns(parties: Any, cpo: str, emsp: str) -> bool:
    return parties is None or any(_fits(party, cpo, emsp) for party in parties) or not (cpo or emsp)


def _fits(party: Party, cpo: str, emsp: str) -> bool:
    own = str(PartyId(party.country_code, party.party_id))
    if party.role in CHARGING_SIDE:
        return cpo in ("", own)
    return party.role in DRIVING_SIDE and emsp in ("", own)
