"""Where PostgreSQL and Valkey are: from the environment, or the embedded engines of HUB_DATA. All or nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from config import environment as env
from config.datadir import DataDir

# What pooled connections wait for. psycopg waits longer and longer between its tries, up to minutes: after an outage it
# would be away as long again. After two seconds it gives up, and whoever asks next begins anew.
PATIENCE = {"timeout": 5, "reconnect_timeout": 2}
VARIABLES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


@dataclass(frozen=True)
class Urls:
    database_url: str
    redis_url: str
    broker_url: str
    secret_key: str | None  # only embedded engines bring one of their own

    def as_environment(self) -> dict[str, str]:
        return dict(zip(VARIABLES, (self.database_url, self.redis_url, self.broker_url), strict=True))


def embedded() -> bool:
    return not any(_given(name) for name in VARIABLES)


def engines_urls(data: Path) -> Urls:
    if embedded():
        return embedded_urls(DataDir(data))
    # A forgotten variable must not quietly mean an engine on this machine.
    missing = [name for name in VARIABLES[:2] if not _given(name)]
    if missing:
        others = " or ".join(name for name in VARIABLES if name != missing[0])
        env.fail(missing[0], f"is not set although {others} is: set all of them, or none to embed the engines")
    redis_url = env.text("REDIS_URL")
    return Urls(env.text("DATABASE_URL"), redis_url, env.text("CELERY_BROKER_URL", broker_of(redis_url)), None)


def embedded_urls(data: DataDir) -> Urls:
    sockets = data.sockets
    redis_url = f"unix://{quote(str(sockets.valkey))}"
    database_url = f"postgresql://postgres@/hub?host={quote(str(sockets.postgres))}"
    return Urls(database_url, redis_url, broker_of(redis_url), data.secret_key())


def broker_of(redis_url: str) -> str:
    """Celery spells a Redis URL on a Unix socket in its own way."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def database(url: str, pool: int) -> dict[str, Any]:
    """Django's settings for anything that libpq reads (a URL or key=value pairs); `pool` 0: one for each thread."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        env.fail("DATABASE_URL", "cannot be read as a PostgreSQL connection string")
    if not parts.get("dbname"):
        env.fail("DATABASE_URL", "names no database")
    named = {key.upper(): parts.pop(key, "") for key in ("host", "port", "user", "password")}
    return {
        "ENGINE": "config.postgresql",
        "NAME": parts.pop("dbname"),
        **named,
        "CONN_MAX_AGE": 0 if pool else None,  # the pool refuses anything else
        "CONN_HEALTH_CHECKS": True,  # or each kept connection would fail once after a restart of PostgreSQL
        "OPTIONS": {**parts, "pool": {"min_size": 1, "max_size": pool, **PATIENCE}} if pool else parts,
    }


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
