"""Below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from ocppbridge.api.charging import ClearCacheView, DataView, LocalListView, ReservationView, StartView
from ocppbridge.api.der import DerAlarmView, DerControlView
from ocppbridge.api.displays import MessageView
from ocppbridge.api.energy import EnergyOfferView, EnergyPlanView, EvNeedsView, GridSignalView, TransferRuleView
from ocppbridge.api.enquiries import CustomerView, EnquiryView
from ocppbridge.api.firmware import CampaignView, FirmwareView, ImageView, LogView, PublicationView
from ocppbridge.api.monitoring import EventView, MonitorView, ScopeView, StreamListView, StreamView
from ocppbridge.api.payment import (
    BatterySwapView,
    LimitView,
    SettlementView,
    StationTariffView,
    TariffChangeView,
    TariffClearView,
    TariffQuestionView,
    WebPaymentView,
)
from ocppbridge.api.power import ChargingLimitView, ChargingProfileView, ChargingScheduleView, SiteBudgetView
from ocppbridge.api.provisioning import (
    ConfigurationApplyView,
    ConfigurationView,
    RegistrationView,
    ReportView,
    SettingReadView,
    SettingView,
)
from ocppbridge.api.security import (
    SecurityEventView,
    StationCertificateView,
    StationPasswordView,
    StationProfileView,
)
from ocppbridge.api.verbs import AvailabilityView, NetworkView, ResetView, TriggerView, UnlockView
from ocppbridge.api.views import CallView, ReadingView, StationCallView, StationView, TransactionView

OF_STATION: dict[str, type[ViewSetMixin]] = {
    "start": StartView,
    "clear-cache": ClearCacheView,
    "data": DataView,
    "reservations": ReservationView,
    "local-list": LocalListView,
    "reset": ResetView,
    "unlock": UnlockView,
    "trigger": TriggerView,
    "availability": AvailabilityView,
    "network": NetworkView,
    "registration": RegistrationView,
    "settings/read": SettingReadView,
    "settings": SettingView,
    "reports": ReportView,
    "configuration/apply": ConfigurationApplyView,
    "configuration": ConfigurationView,
    "firmware": FirmwareView,
    "publications": PublicationView,
    "logs": LogView,
    "monitors": MonitorView,
    "monitoring": ScopeView,
    "events": EventView,
    "streams/list": StreamListView,
    "streams": StreamView,
    "customers": CustomerView,
    "enquiries": EnquiryView,
    "messages": MessageView,
    "tariffs/ask": TariffQuestionView,
    "tariffs/clear": TariffClearView,
    "tariffs": StationTariffView,
    "battery-swaps": BatterySwapView,
    "charging-profiles": ChargingProfileView,
    "charging-schedule": ChargingScheduleView,
    "charging-limits": ChargingLimitView,
    "energy-offer": EnergyOfferView,
    "ev-needs": EvNeedsView,
    "der-controls": DerControlView,
    "der-alarms": DerAlarmView,
}

STATION = r"stations/(?P<identity>[^/\x00]+)"  # PostgreSQL knows no text with a NUL in it

router = SimpleRouter()
router.register("stations", StationView)
router.register(f"{STATION}/calls", StationCallView, basename="station-call")
router.register(f"{STATION}/password", StationPasswordView, basename="station-password")
router.register(f"{STATION}/security-profile", StationProfileView, basename="station-profile")
router.register(f"{STATION}/certificates", StationCertificateView, basename="station-certificate")
for path, view in OF_STATION.items():
    router.register(f"{STATION}/{path}", view, basename=f"station-{path.replace('/', '-')}")
router.register("security-events", SecurityEventView)
router.register("firmware-images", ImageView)
router.register("firmware-campaigns", CampaignView)
router.register("calls", CallView)
router.register("transactions", TransactionView)
router.register(r"transactions/(?P<transaction>[0-9]{1,18})/energy-plan", EnergyPlanView, basename="energy-plan")
router.register(r"transactions/(?P<transaction>[0-9]{1,18})/limits", LimitView, basename="transaction-limit")
router.register(r"transactions/(?P<transaction>[0-9]{1,18})/tariffs", TariffChangeView, basename="tariff-change")
router.register("web-payments", WebPaymentView)
router.register("settlements", SettlementView)
router.register("site-budgets", SiteBudgetView)
router.register("grid-signals", GridSignalView)
router.register("transfer-rules", TransferRuleView)
router.register(r"transactions/(?P<transaction>[0-9]{1,18})/readings", ReadingView, basename="reading")

urlpatterns = router.urls
