"""The `web` process: OCPI, the admin and the APIs, served by sync WSGI workers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_staff = get_wsgi_application()

import config.urls  # noqa: E402, F401  # before the first request, not in it: the models need the line above
from config import garbage  # noqa: E402
from config.door import Door  # noqa: E402
from roaming import nudges  # noqa: E402

application = Door(_staff)
nudges.gather()
garbage.keep_what_is_loaded()
