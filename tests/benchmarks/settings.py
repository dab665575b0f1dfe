"""The hub's settings and the peer's tables beside them."""

from config.settings import *  # noqa: F403  # a settings module is its names
from config.settings import INSTALLED_APPS as HUB_APPS

INSTALLED_APPS = [*HUB_APPS, "tests.benchmarks.nested"]
ROOT_URLCONF = "tests.benchmarks.nested.urls"
