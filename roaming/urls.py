"""Everything below /ocpi/ goes to one view; what is mounted there is `modules.MODULES`."""

from django.urls import re_path

from roaming.views import OcpiView

urlpatterns = [re_path(r"^ocpi(?:/(?P<rest>[\s\S]*))?\Z", OcpiView.as_view())]
