"""Every URL of the `web` process but for /ocpi/, which is `config.door`'s. The apps bring their own: this file only
says where they hang.

The admin's pages are found here and not when Django starts: with the PDF and form libraries behind them they are 30 MB
and half a second of CPU, which ocpp, the workers and beat would pay for nothing.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config.health import healthz
from ocppbridge.admin.reference import reference
from ocppbridge.api.receipts import receipt
from ocppbridge.live.page import live, ticket

admin.autodiscover()

operator_api = [
    path("api/v1/", include("roaming.api.urls")),
    path("api/v1/", include("ocppbridge.api.urls")),
    path("api/v1/billing/", include("roaming.billing.urls")),
]

urlpatterns = [
    path("healthz", healthz),
    path("admin/ocpp/", admin.site.admin_view(reference), name="ocpp-reference"),
    path("admin/live/", admin.site.admin_view(live), name="live"),
    path("admin/live/ticket/", admin.site.admin_view(ticket), name="live-ticket"),
    path("admin/", admin.site.urls),
    *operator_api,
    path("api/schema/", SpectacularAPIView.as_view(patterns=operator_api), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("receipts/<uuid:key>", receipt, name="receipt"),
]
