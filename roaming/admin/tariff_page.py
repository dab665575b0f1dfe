"""The page of one tariff: the form with the look beside it, and what a script asks for while somebody types.

Nothing here is saved. What the script gets is what the page itself shows after a button without scripts.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from roaming.admin.tariff_costs import OwnSession
from roaming.admin.tariff_form import TariffForm
from roaming.admin.tariff_look import Look, hints, look_at, look_at_form, marks
from roaming.admin.tariff_shapes import SHAPE
from roaming.console.mixing import ModelAdmin
from roaming.models import Tariff
from roaming.services import tariff_use

ZONE = "UTC"  # of an owner without a location


class LivePage(ModelAdmin[Tariff]):
    """Mixed into the admin of tariffs."""

    change_form_template = "roaming/tariff_change.html"

    class Media:
        css = {"all": ["console/tariff.css"]}
        js = ["console/live.js"]

    def get_urls(self) -> list[URLPattern]:
        """Two more, for a new tariff and for one that is there."""
        view = self.admin_site.admin_view(self.sketch)
        return [
            path("sketch/", view, name="roaming_tariff_sketch"),
            path("<path:object_id>/sketch/", view, name="roaming_tariff_sketch_of"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With the look."""
        form, obj = context["adminform"].form, context.get("original")
        look = self._look(request, form, obj)
        live = (
            reverse("admin:roaming_tariff_sketch_of", args=[obj.pk]) if obj else reverse("admin:roaming_tariff_sketch")
        )
        disagreed = form.errors.get("agreed") if form.is_bound else None
        context.update(look=look, live=live, disagreed=disagreed[0] if disagreed and not form.sketching else "")
        if context["disagreed"]:  # above the form too: what is typed next draws the look anew
            messages.error(request, context["disagreed"])
        return super().render_change_form(request, context, *args, **kwargs)

    def sketch(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """What is typed, as it looks; nothing is stored."""
        if request.method != "POST" and not object_id:
            return HttpResponseNotAllowed(["POST"])
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and obj is None:
            raise Http404
        allowed = self.has_view_permission(request, obj) if obj else self.has_add_permission(request)
        if not allowed:
            raise PermissionDenied
        form = self._sketched(request, obj)
        look = self._look(request, form, obj)
        parts: dict[str, str] = {"tariff-look": render_to_string("roaming/tariff_look.html", {"look": look})}
        answer: dict[str, Any] = {"parts": parts}
        if isinstance(form, TariffForm):
            answer |= {"marks": marks(look.remarks), "hints": hints(form)}
            if SHAPE in request.POST:
                parts["tariff-elements"] = str(form["elements"])
                answer["focus"] = form.focus
        return JsonResponse(answer)

    def _sketched(self, request: HttpRequest, obj: Tariff | None) -> Any:
        """The form as it was posted; a tariff that is only shown has none."""
        if request.method != "POST" or (obj is not None and not self.has_change_permission(request, obj)):
            return None
        kind: Any = self.get_form(request, obj, change=obj is not None)
        form = kind(request.POST, instance=obj)
        form.sketching = True
        return form

    def _look(self, request: HttpRequest, form: Any, obj: Tariff | None) -> Look:
        data = request.POST if request.method == "POST" else request.GET
        zones = tariff_use.time_zones(obj) if obj else self._zones(form)
        own = OwnSession(data, zones or [ZONE], "" if isinstance(form, TariffForm) else "own-form")
        now = timezone.now()
        if isinstance(form, TariffForm):
            return look_at_form(form, own, now)
        if obj is None:
            raise Http404
        return look_at(obj, own, now)

    def _zones(self, form: Any) -> list[str]:
        form.is_valid()
        owner = form.cleaned_data.get("owner") if form.is_bound else None
        return tariff_use.zones_of(owner.country_code, owner.party_id) if owner else []
