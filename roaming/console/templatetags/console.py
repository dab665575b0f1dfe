"""Filters of the console's own templates."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def thousands(value: int) -> str:
    """12345 as 12,345."""
    return f"{value:,}"


@register.filter
def another_page(changelist: Any) -> bool:
    """Whether there is one after this: an estimate cannot tell, a full page can."""
    paginator, shown = changelist.paginator, len(changelist.result_list)
    if getattr(paginator, "estimated", False):
        return bool(shown == paginator.per_page)
    return bool(changelist.page_num * paginator.per_page < paginator.count)
