"""Below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from roaming.api.views import CdrView, LocationView, SessionView, TariffView

router = SimpleRouter()
router.register("sessions", SessionView)
router.register("cdrs", CdrView)
router.register("locations", LocationView)
router.register("tariffs", TariffView)

urlpatterns = router.urls
