"""The admin pages that both apps build on: `Page` is edited by staff, `Shown` only read, `Journal` never ends.

unfold is untyped; for the type checker its classes are Django's own, which they derive from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from roaming.console import auditing
from roaming.console.asking import Ask
from roaming.console.home import Panel
from roaming.console.links import change
from roaming.console.paging import EstimatePaginator

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.views import ChangeList

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)


class List(ChangeList):
    """Django's list without "(show all)": a second number that costs a count of everything."""

    def get_results(self, request: HttpRequest) -> None:
        """The filtered number is the only one."""
        super().get_results(request)
        self.full_result_count = self.result_count


class Page(ModelAdmin[M]):
    """Defaults for every model: wide lists, filters at the side, panels below the form, buttons that fit the object."""

    list_fullwidth = True
    list_per_page = 50
    list_filter_sheet = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = EstimatePaginator
    compressed_fields = True
    change_form_outer_after_template = "console/panels.html"
    empty_value_display = "–"
    context: dict[str, Any] = {}
    jump_fields: Sequence[str] = ()
    """Query parameters by which a link may name one object (console.links.jump)."""

    def panels(self, request: HttpRequest, obj: M) -> Iterable[Panel]:
        """Short tables below the form of one object."""
        return ()

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Buttons that do something ask for the right to change the model, also where nothing can be edited."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """With before and after (S48)."""
        message = super().construct_change_message(request, form, formsets, add)
        rows = {str(one.instance): one for each in formsets or () for one in each.forms}
        for part in message:
            changed = part.get("changed") if isinstance(part, dict) else None
            source = rows.get(str(changed.get("object", ""))) if changed and "object" in changed else form
            if changed and source is not None and not add:
                changed["fields"] = auditing.told(source, source.changed_data)
        return message

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[List]:
        """Ours."""
        return List

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Only the buttons that make sense for this object."""
        offered = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # unfold's
        obj = self.get_object(request, unquote(str(object_id))) if offered else None
        return [one for one in offered if obj is not None and self._fits(one.method, obj)]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form with its panels."""
        obj = self.get_object(request, unquote(object_id)) if object_id and request.method == "GET" else None
        panels = list(self.panels(request, obj)) if obj is not None else []
        context = {"panels": panels, **self.context, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, or straight the one object that a link named."""
        if any("\0" in one for _, values in request.GET.lists() for one in values):  # no row of PostgreSQL holds that
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        if "jump" in request.GET:
            found = self._named(request)
            if found is not None:
                return redirect(found)
            # Django refuses parameters that it does not know.
            query = request.GET.copy()
            query.pop("jump")
            request.GET = query  # type: ignore[assignment]  # Django's own views do the same
        return super().changelist_view(request, extra_context)

    def _named(self, request: HttpRequest) -> str | None:
        names = {name: str(request.GET[name]) for name in self.jump_fields if request.GET.get(name)}
        try:
            keys = list(self.get_queryset(request).filter(**names).values_list("pk", flat=True)[:2]) if names else []
        except (ValueError, ValidationError):  # no number, no UUID: nothing has that name
            return None
        return change(self.opts.label_lower, keys[0]) if len(keys) == 1 else None

    def _fits(self, method: Any, obj: M) -> bool:
        ask = getattr(method, "ask", None)
        return not isinstance(ask, Ask) or ask.fits(obj)


class Shown(Page[M]):
    """What the hub writes itself: shown, searched, linked, never edited by hand."""

    context = {"show_history": False}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one here."""
        return False


class Journal(Shown[M]):
    """A table that only grows: newest first, no sorting by other columns, search through `find` (indexes only)."""

    sortable_by = ()
    list_max_show_all = 0
    list_display_links: tuple[str, ...] = ("moment",)

    def find(self, rows: QuerySet[M], term: str) -> QuerySet[M]:
        """The rows that a search term means."""
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Each word must be found, by what it identifies."""
        for term in search_term.split():
            queryset = self.find(queryset, term)
        return queryset, False


class EditedRows(TabularInline[M, P]):
    """Rows of a related table inside a page."""

    extra = 0
    hide_title = True


class Rows(EditedRows[M, P]):
    """Rows of a related table inside a page, only shown."""

    can_delete = False
    show_change_link = True
    tab = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Shown only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Shown only."""
        return False
