"""The hub under measurement: embedded engines, a migrated database, stations in it, and its own `ocpp` process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.connections import embedded_urls
from config.datadir import DataDir
from config.engines import Postgres, started
from tests.benchmarks.measure import LOAD_CORE, ROOT

STATIONS = 1000


@dataclass(frozen=True)
class Ground:
    """Where the engines are and what a process of the hub needs in its environment."""

    folder: Path
    dsn: str
    env: dict[str, str]


@contextmanager
def ground() -> Iterator[Ground]:
    """Engines on the load's core (the server's core is the server's alone), schema migrated."""
    os.sched_setaffinity(0, LOAD_CORE)
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    folder.chmod(0o711)
    data = DataDir(folder)
    urls = embedded_urls(data)
    env = {
        **urls.as_environment(),
        "HUB_DATA": str(folder),
        "SECRET_KEY": str(urls.secret_key),
        "ESCALATION": "pragmatic",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
    }
    try:
        with started(data) as engines:
            postgres = engines[0]
            assert isinstance(postgres, Postgres)
            migrate = [sys.executable, "manage.py", "migrate", "-v", "0", "--skip-checks"]
            subprocess.run(migrate, cwd=ROOT, env={**os.environ, **env}, check=True)
            yield Ground(folder, postgres.dsn("hub"), env)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def setup_django(place: Ground) -> None:
    """Use the hub's models in this process."""
    os.environ.update(place.env)
    import django  # noqa: PLC0415  # only after the addresses are known

    django.setup()


def add_stations(count: int = STATIONS) -> None:
    """Stations BENCH00000 … with passwords of their own."""
    from ocppbridge.models import Connector, Evse, Station  # noqa: PLC0415  # needs Django
    from ocppbridge.services import passwords, stations  # noqa: PLC0415

    rows = []
    for number in range(count):
        identity = f"BENCH{number:05d}"
        row = Station(identity=identity, country_code="NL", party_id="BEN", shard=stations.shard_of(identity))
        row.password_digest = passwords.seal(f"benchmark-password-{number:05d}".encode()).digest
        rows.append(row)
    Station.objects.bulk_create(rows)
    evses = Evse.objects.bulk_create(Evse(station=row, number=1) for row in rows)
    Connector.objects.bulk_create(Connector(evse=evse, number=1) for evse in evses)


def ocpp_command(port: int) -> list[str]:
    """The command that `manage.py up` starts, on another port."""
    from django.conf import settings  # noqa: PLC0415

    from config import children  # noqa: PLC0415

    settings.HUB_OCPP_PORT = port
    return list(children.ocpp().command)
