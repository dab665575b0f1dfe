"""The stylesheet that stands beside unfold's (unfold ships only the classes that it uses itself)."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static


def stylesheet(request: HttpRequest) -> str:
    """What unfold's ``STYLES`` calls."""
    return static("console/console.css")
