"""What the views that ask a station for something share: who asks, what was said, and why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from ocppbridge.models import Station
from ocppbridge.services import calls


def station_of(identity: str) -> Station:
    """Or 404."""
    return get_object_or_404(Station, identity=identity)


def said(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the request asks for, or 400 with the field that is wrong."""
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    if strange := strangers(asked, request.data):
        raise ValidationError(strange)
    return dict(asked.validated_data)


def strangers(kind: serializers.BaseSerializer[Any], data: Any) -> dict[str, Any]:
    """Fields that the request names and nobody reads, at any depth: a wish with a slip in it is not half done."""
    if isinstance(kind, serializers.ListSerializer):
        found = {str(n): strangers(kind.child, one) for n, one in enumerate(data)}  # type: ignore[arg-type]
        return {n: wrong for n, wrong in found.items() if wrong}
    if not isinstance(kind, serializers.Serializer) or not isinstance(data, Mapping):
        return {}
    known: Mapping[str, Any] = kind.fields
    inner = {name: strangers(known[name], data[name]) for name in data if name in known}
    wrong = {name: ["There is no such field."] for name in data if name not in known}
    return wrong | {name: said for name, said in inner.items() if said}


class KnownOnly(serializers.Serializer[Any]):
    """Of a view that makes its rows by itself."""

    def to_internal_value(self, data: Any) -> Any:
        """Slips are told first."""
        if strange := strangers(self, data):
            raise ValidationError(strange)
        return super().to_internal_value(data)


def whole(at_least: int, **more: Any) -> serializers.IntegerField:
    """A number as OCPP has them: 32 bits."""
    return serializers.IntegerField(required=False, min_value=at_least, max_value=2**31 - 1, **more)


def who(request: Request) -> str:
    """For the call's page."""
    return f"API: {request.user}"[:150]


@contextmanager
def refusing() -> Iterator[None]:
    """What the station's version, state or schema does not allow is a 400 with the reason."""
    try:
        yield
    except (calls.NotOffered, calls.InvalidPayload) as problem:
        raise ValidationError({"detail": str(problem)}) from None
