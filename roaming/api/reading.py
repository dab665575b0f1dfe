"""What the views of the Operator API share: bearer tokens, pages by cursor, plain JSON, whatever the settings say."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from roaming.api.authentication import BearerAuthentication, HasScope
from roaming.bodies import PlainJson

M = TypeVar("M", bound=Model)


class Pages(CursorPagination):
    """By key, not by number: page 900 costs what page 1 costs, and nothing is skipped while rows are added."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "-id"


class View(GenericViewSet[M]):
    """Who may ask, and in which form."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = (PlainJson,)
    renderer_classes = (JSONRenderer,)
    pagination_class = Pages
    filter_backends = (DjangoFilterBackend,)


class ReadView(ReadOnlyModelViewSet[M], View[M]):
    """A list and an object."""
