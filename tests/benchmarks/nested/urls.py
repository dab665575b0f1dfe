"""The hub's OCPI and the peer's list."""

from django.urls import include, path

from tests.benchmarks.nested.views import Locations

urlpatterns = [path("", include("roaming.urls")), path("peer/locations", Locations.as_view())]
