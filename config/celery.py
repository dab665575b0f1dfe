"""The Celery application: `celery -A config worker …`. Tasks are found in `tasks.py` of each app and take ids only."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_ready

from config import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Celery warns about root because of pickle; only JSON is accepted here, and containers do run as root.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # for all threads: `current_app` of another thread would be an app without our broker
app.autodiscover_tasks()


@worker_ready.connect
def _begin(**about: Any) -> None:
    garbage.keep_what_is_loaded()
