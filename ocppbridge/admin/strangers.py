"""Unknown stations that knocked: to be added, or dismissed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import questions
from ocppbridge.bridge import sites
from ocppbridge.models import Stranger
from ocppbridge.services import strangers
from roaming.console import home, links
from roaming.console.asking import Question, Refused, button, shown_once
from roaming.console.home import Panel, Tile
from roaming.console.pages import Shown
from roaming.console.text import ago


class New(admin.SimpleListFilter):
    """Dismissed or not."""

    title = "dismissed"
    parameter_name = "dismissed"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """What staff look for."""
        return [("no", "not yet"), ("yes", "dismissed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stranger]) -> QuerySet[Stranger]:
        """By the mark."""
        return queryset.filter(dismissed_at__isnull=self.value() == "no") if self.value() else queryset


class Adopt(questions.NewStation):
    """As for any new station; its identity is the one that knocked."""

    def __init__(self, data: Any = None, *, obj: Any = None) -> None:
        super().__init__(data, obj=obj)
        del self.fields["identity"]


@admin.register(Stranger)
class StrangerAdmin(Shown[Stranger]):
    """Who knocked."""

    list_display = ("identity", "peer", "offered", "count", "last", "dismissed_by")
    list_filter = (New,)
    search_fields = ("identity__icontains", "peer")
    ordering = ("-last_at",)
    fields = (("identity", "peer", "offered"), ("count", "first_at", "last_at"), ("dismissed_at", "dismissed_by"))
    actions_detail = ("adopt", "dismiss")

    @admin.display(description="Last", ordering="last_at")
    def last(self, obj: Stranger) -> SafeString | str:
        """When it knocked."""
        return ago(obj.last_at)

    @button(
        "Add as a station",
        icon="add",
        submit="Add",
        form=Adopt,
        text="It gets a password to be set at the station; its boot is answered as decided (NEW-STATION-BOOT).",
    )
    def adopt(self, request: HttpRequest, obj: Stranger, form: Question) -> HttpResponse:
        """The password is shown once."""
        said = form.cleaned_data
        try:
            site = sites.add(
                obj.identity, said["party"], location=said["location"], evses=said["evses"], tariff=said["tariff"],
                password=said["password"] or None, name=said["name"],
            )  # fmt: skip
        except sites.CannotAdd as problem:
            raise Refused(str(problem)) from None
        values = {"URL": site.url, "Password (HTTP Basic, user is the identity)": site.password}
        return shown_once(self, request, None, f"{site.station} added", values, " ".join(site.notes))

    @button("Dismiss", icon="block", fits=lambda obj: obj.dismissed_at is None, text="It stays refused.")
    def dismiss(self, request: HttpRequest, obj: Stranger, form: Question) -> None:
        """Not shown as new any more."""
        strangers.dismiss(obj, request.user.get_username(), timezone.now())
        messages.success(request, f"{obj} is dismissed.")


@home.shows(55, "ocppbridge.view_stranger")
def knocking() -> Iterable[Tile | Panel]:
    """Who wants to be added."""
    count = Stranger.objects.filter(dismissed_at=None).count()
    if count:
        url = links.changelist("ocppbridge.stranger", dismissed="no")
        yield Tile("Unknown stations", count, "knocked and were refused", url, "warn")
