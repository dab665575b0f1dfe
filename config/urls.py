"""Every URL of the `web` process. The apps bring their own: this file only says where they hang."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
    path("", include("roaming.urls")),
]
# Below /ocpi/ an unknown path and a crash are answered with the OCPI envelope: handler404 and handler500 belong here.
