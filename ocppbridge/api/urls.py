"""Below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from ocppbridge.api.security import (
    SecurityEventView,
    StationCertificateView,
    StationPasswordView,
    StationProfileView,
)
from ocppbridge.api.views import CallView, ReadingView, StationCallView, StationView, TransactionView

router = SimpleRouter()
router.register("stations", StationView)
router.register(r"stations/(?P<identity>[^/]+)/calls", StationCallView, basename="station-call")
router.register(r"stations/(?P<identity>[^/]+)/password", StationPasswordView, basename="station-password")
router.register(r"stations/(?P<identity>[^/]+)/security-profile", StationProfileView, basename="station-profile")
router.register(r"stations/(?P<identity>[^/]+)/certificates", StationCertificateView, basename="station-certificate")
router.register("security-events", SecurityEventView)
router.register("calls", CallView)
router.register("transactions", TransactionView)
router.register(r"transactions/(?P<transaction>[0-9]{1,18})/readings", ReadingView, basename="reading")

urlpatterns = router.urls
