"""What the views that ask a station for something share: who asks, what was said, and why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
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
    return dict(asked.validated_data)


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
