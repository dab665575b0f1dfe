"""What staff did in the admin: who, when, to what, before and after (S48). Only shown."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, at, badge, cut, linked

_TONES = {ADDITION: GOOD, CHANGE: NOTE, DELETION: BAD}


@admin.register(LogEntry)
class AuditAdmin(Shown[LogEntry]):
    """Django's own log."""

    list_display = ("moment", "user", "action", "kind", "thing", "what")
    list_display_links = ("moment",)
    list_filter = ("action_flag", ("user", admin.RelatedOnlyFieldListFilter), "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username__iexact", "object_repr", "change_message", "object_id__exact")
    search_help_text = "User, object, or a word of what changed"
    ordering = ("-action_time",)
    fields = (("moment", "user", "action"), ("kind", "thing"), "whole")

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        """Whoever was given the right to."""
        return bool(request.user.has_perm("admin.view_logentry"))

    @admin.display(description="At", ordering="action_time")
    def moment(self, obj: LogEntry) -> SafeString | str:
        """To the millisecond."""
        return at(obj.action_time)

    @admin.display(description="Did", ordering="action_flag")
    def action(self, obj: LogEntry) -> SafeString:
        """Added, changed or deleted."""
        return badge(obj.get_action_flag_display(), _TONES.get(obj.action_flag, ""))

    @admin.display(description="Kind", ordering="content_type")
    def kind(self, obj: LogEntry) -> str:
        """Of object."""
        return obj.content_type.name if obj.content_type else "–"

    @admin.display(description="Object", ordering="object_repr")
    def thing(self, obj: LogEntry) -> SafeString | str:
        """Linked while it is there."""
        return linked(None if obj.is_deletion() else obj.get_admin_url(), obj.object_repr)

    @admin.display(description="What")
    def what(self, obj: LogEntry) -> SafeString | str:
        """One line of it."""
        return cut(obj.get_change_message(), 160)

    @admin.display(description="What")
    def whole(self, obj: LogEntry) -> str:
        """All of it."""
        return obj.get_change_message()
