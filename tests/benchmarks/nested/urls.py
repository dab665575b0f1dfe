"""The peer's list; the hub's OCPI needs no URL."""

from django.urls import path

from tests.benchmarks.nested.views import Locations

urlpatterns = [path("peer/locations", Locations.as_view())]
