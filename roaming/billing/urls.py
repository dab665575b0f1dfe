"""Below /api/v1/billing/."""

from __future__ import annotations

from django.urls import path, re_path

from roaming.billing.cdrs import CdrView
from roaming.billing.changes import ChangeView
from roaming.billing.exports import ExportView
from roaming.billing.reading import NoSuchAddress
from roaming.billing.statements import StatementView

urlpatterns = [
    path("cdrs/", CdrView.as_view({"get": "list"}), name="billing-cdrs"),
    path("cdrs/<int:pk>/", CdrView.as_view({"get": "retrieve"}), name="billing-cdr"),
    path("cdrs/<int:pk>/bill/", CdrView.as_view({"get": "bill"}), name="billing-cdr-bill"),
    re_path(r"^cdrs\.(?P<form>csv|jsonl)\Z", CdrView.as_view({"get": "file"}), name="billing-cdrs-file"),
    path("changes/", ChangeView.as_view({"get": "list"}), name="billing-changes"),
    path("exports/", ExportView.as_view({"get": "list", "post": "create"}), name="billing-exports"),
    path("exports/<int:pk>/", ExportView.as_view({"get": "retrieve"}), name="billing-export"),
    path("exports/<int:pk>/file", ExportView.as_view({"get": "file"}), name="billing-export-file"),
    path("statements/", StatementView.as_view({"get": "list"}), name="billing-statements"),
    path("statements/<int:pk>/", StatementView.as_view({"get": "retrieve"}), name="billing-statement"),
    path("statements/<int:pk>/cdrs.csv", StatementView.as_view({"get": "cdrs"}), name="billing-statement-cdrs"),
    path("statements/<int:pk>/sums.csv", StatementView.as_view({"get": "sums"}), name="billing-statement-sums"),
    path("statements/<int:pk>/statement.pdf", StatementView.as_view({"get": "paper"}), name="billing-statement-pdf"),
    re_path("", NoSuchAddress.as_view(dict.fromkeys(("get", "post"), "nothing"))),
]
