"""Everything below /ocpi/ goes to one view; what is mounted there is `modules.MODULES`."""

from django.urls import re_path

from roaming.views import ocpi

urlpatterns = [re_path(r"^ocpi(?:/(?P<rest>[\s\S]*))?\Z", ocpi)]
