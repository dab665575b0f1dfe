"""The base of classes that are mixed into an admin page: for the type checker Django's ModelAdmin, in truth nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:

    class ModelAdmin:
        """Mixed into a page."""

        def __class_getitem__(cls, item: Any) -> type:
            """Only the type checker asks."""
            return cls


__all__ = ["ModelAdmin"]
