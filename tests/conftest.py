"""One PostgreSQL and one Valkey for a test session, in a folder of its own, unless DATABASE_URL names others.

Their addresses are known before they run, so settings load first and the engines start only for tests that need them
(the database fixtures, or the fixture `engines`). Pure tests pay nothing. Each worker of pytest-xdist has its own: a
copy of one that is migrated (tests.ready).
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

from config.connections import embedded, embedded_urls
from config.datadir import DataDir
from config.engines import started
from tests import ready

ALWAYS = ("django_content_type", "auth_permission")
"""What Django itself writes of the models after migrating, and wrote again after each test that commits."""
_OWN: DataDir | None = None
_READY: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Say where the engines will be, then let Django load its settings (pytest-django finds them configured)."""
    global _OWN, _READY
    _READY = ready.appoint()
    if getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput"):
        return  # it only gives out tests, and what it set its workers would inherit
    if embedded():
        folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
        folder.chmod(0o711)  # PostgreSQL's own user passes through when we are root
        _OWN = DataDir(folder)
        urls = embedded_urls(_OWN)
        os.environ.update(urls.as_environment(), HUB_DATA=str(folder), SECRET_KEY=str(urls.secret_key))
    os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-more-than-32-characters")
    os.environ["ESCALATION"] = "pragmatic"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    # What makes a password costly to try made each login of a test cost a quarter of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Of 8,000 tests there is little to collect and much to look through: it took a third of each worker's start."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def _emptying(operations: Any, style: Any, tables: Sequence[str], **how: bool) -> list[str]:
    """Deleting from tables that are empty, or nearly, takes a tenth of truncating them. Ours is a superuser.

    All in one message: a round trip for each of 120 tables took longer than most tests.
    """
    deletions = [f"DELETE FROM {operations.quote_name(table)}" for table in tables if table not in ALWAYS]
    if "ocppbridge_station" in tables:
        deletions.append("DELETE FROM ocppbridge_frame")  # partitioned, and so not Django's to manage
    return ["; ".join(["SET LOCAL session_replication_role = replica", *deletions])] if deletions else []


def pytest_unconfigure(config: pytest.Config) -> None:
    if _OWN is not None:
        shutil.rmtree(_OWN.path, ignore_errors=True)
    if _READY is not None:
        ready.remove(_READY)


@pytest.fixture(scope="session")
def engines() -> Iterator[None]:
    """PostgreSQL and Valkey are up."""
    if _OWN is None:
        yield
        return
    type(connection.ops).sql_flush = _emptying  # type: ignore[method-assign,assignment]
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    ready.furnish(_OWN)
    connection.settings_dict["TEST"] |= {"TEMPLATE": "hub", "MIGRATE": False}
    with started(_OWN, ready.FAST):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(engines: None) -> None:
    """The first step of every database fixture of pytest-django."""
