"""The connectors of a tariff's owner with a tick at those that offer it: many at once, a page at a time.

What is posted names the connectors that were shown and those that are ticked; only a tick that was changed is a wish,
so that nobody else's change of another connector is undone.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from roaming.console.mixing import ModelAdmin
from roaming.models import Evse, Tariff
from roaming.services import tariff_use
from roaming.services.tariff_use import Place

PAGE = 50  # EVSEs
WHICH = (("", "all"), ("with", "with this tariff"), ("without", "without it"), ("none", "without any tariff"))
BETWEEN = "|"  # of a connector's key in the form; a location's key is a number, an EVSE's uid comes last but one


class ConnectorsPage(ModelAdmin[Tariff]):
    """Mixed into the admin of tariffs."""

    def get_urls(self) -> list[URLPattern]:
        """One more, of one tariff."""
        view = self.admin_site.admin_view(self.choose_connectors)
        return [path("<path:object_id>/connectors/", view, name="roaming_tariff_connectors"), *super().get_urls()]

    def choose_connectors(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show and save ticks."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        if request.method == "POST":
            return self._save(request, obj)
        text, which = request.GET.get("q", "").strip(), request.GET.get("which", "")
        page = Paginator(_found(obj, text, which), PAGE).get_page(request.GET.get("page"))
        rows = [(_key(one.place), _has(one, obj), one) for one in tariff_use.connectors(page.object_list)]
        context = {
            **self.admin_site.each_context(request),
            "title": "Connectors with this tariff",
            "subtitle": str(obj),
            "opts": self.opts,
            "original": obj,
            "page": page,
            "rows": rows,
            "q": text,
            "which": which,
            "choices": WHICH,
            "back": reverse("admin:roaming_tariff_change", args=[obj.pk]),
            "media": self.media,
        }
        return TemplateResponse(request, "roaming/tariff_connectors.html", context)

    def _save(self, request: HttpRequest, obj: Tariff) -> HttpResponse:
        had, ticked = set(request.POST.getlist("had")), set(request.POST.getlist("ticked"))
        add = [place for one in ticked - had if (place := _place(one))]
        remove = [place for one in had - ticked if (place := _place(one))]
        done = tariff_use.offer(obj, add, remove, timezone.now())
        said = ", ".join(
            part
            for part in (f"offered on {len(add)}" if add else "", f"taken off {len(remove)}" if remove else "")
            if part
        )
        if done:
            self.log_change(request, obj, f"Connectors: {said}")
            messages.success(
                request, f"{obj}: {said} connector{'' if len(add) + len(remove) == 1 else 's'}. Partners are told."
            )
        else:
            messages.info(request, "Nothing changed, so nobody is told.")
        return HttpResponseRedirect(request.get_full_path())


def _found(tariff: Tariff, text: str, which: str) -> QuerySet[Evse]:
    rows = tariff_use.evses(tariff)
    for word in text.split():
        place = Q(location__name__icontains=word) | Q(location__city__icontains=word)
        rows = rows.filter(
            place | Q(location__object_key__icontains=word) | Q(uid_key__icontains=word) | Q(evse_id__icontains=word)
        )
    match which:
        case "with":
            return rows.filter(tariff_use.named(tariff))
        case "without":
            return rows.exclude(tariff_use.named(tariff))
        case "none":
            return rows.filter(tariff_ids=[])
    return rows


def _has(one: tariff_use.Connector, tariff: Tariff) -> bool:
    return tariff.object_key in map(str.upper, one.tariff_ids)


def _key(place: Place) -> str:
    return BETWEEN.join(map(str, place))


def _place(key: str) -> Place | None:
    location, _, rest = key.partition(BETWEEN)
    uid, _, connector = rest.rpartition(BETWEEN)
    return Place(int(location), uid, connector) if location.isdecimal() and uid and connector else None
