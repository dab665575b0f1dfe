"""Settings come from the environment: a bad value stops the start, names its variable and never shows its content."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env
from config.connections import broker_of, database, embedded_urls
from config.datadir import DataDir

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://hub:pw@db/hub",
    "REDIS_URL": "redis://cache/0",
    "SECRET_KEY": "a secret key of a production hub, long enough",
}
BASE = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}


def load(tmp_path: Path, expression: str = "''", **variables: str) -> tuple[int, str]:
    """Import the settings in a fresh process; what it printed or complained about last."""
    code = f"from config import settings as s; print({expression})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=BASE | {"HUB_DATA": str(tmp_path / "data")} | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"DEMO": "maybe"}, "DEMO: must be 1 or 0 (true/false, yes/no, on/off)"),
        ({"ESCALATION": "loose"}, "ESCALATION: must be one of strict, pragmatic"),
        ({"HUB_WEB_PORT": "eighty"}, "HUB_WEB_PORT: must be a whole number from 1 to 65535"),
        ({"HUB_WEB_PORT": "70000"}, "HUB_WEB_PORT: must be a whole number from 1 to 65535"),
        ({"HUB_PARTY": "NLHUB"}, "HUB_PARTY: must be country and party such as NL/HUB"),
        ({"HUB_PUBLIC_URL": "hub.example"}, "HUB_PUBLIC_URL: must be an absolute URL (http or https)"),
        ({"HUB_OCPP_PUBLIC_URL": "https://hub.example"}, "HUB_OCPP_PUBLIC_URL: must be an absolute URL (ws or wss)"),
        ({"OUTBOUND_ALLOW": "10.0.0.0/33"}, "OUTBOUND_ALLOW: must be a comma list of IP networks"),
        ({"OUTBOUND_CA_BUNDLE": "/nowhere.pem"}, "OUTBOUND_CA_BUNDLE: must name a file that can be read"),
        ({"OUTBOUND_CA_BUNDLE": __file__}, "OUTBOUND_CA_BUNDLE: must name a PEM file with certificates of authorities"),
        ({"OCPP_PING_INTERVAL": "0"}, "OCPP_PING_INTERVAL: must be seconds from 0.05"),
        ({"SERVER_KEY": "c2hvcnQ="}, "SERVER_KEY: must be Base64 of at least 32 bytes"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: must have at least 32 characters"),
        ({"SECRET_KEY": ""}, "SECRET_KEY: is not set and has no default"),
        ({"SECRET_KEY": "demo-only-secret-key-which-every-other-start-refuses"}, "SECRET_KEY: is the one of the demo"),
        ({"REDIS_URL": ""}, "REDIS_URL: is not set although DATABASE_URL or CELERY_BROKER_URL is"),
        ({"DATABASE_URL": ""}, "DATABASE_URL: is not set although REDIS_URL or CELERY_BROKER_URL is"),
        ({"DATABASE_URL": "postgresql://u:hush@h:no/db?x=1"}, "DATABASE_URL: cannot be read as a PostgreSQL"),
        ({"DATABASE_URL": "host=db"}, "DATABASE_URL: names no database"),
        ({"LOG_LEVEL": "chatty"}, "LOG_LEVEL: must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_variable(
    tmp_path: Path, variables: dict[str, str], complaint: str
) -> None:
    code, words = load(tmp_path, **PRODUCTION | variables)
    assert code == 1
    assert complaint in words
    assert "hush" not in words


def test_production_values_mean_what_they_say(tmp_path: Path) -> None:
    shown = "(s.DEBUG, s.ESCALATION, s.DATABASES['default']['HOST'], s.CELERY_BROKER_URL, s.OUTBOUND_ALLOW, s.DEMO)"
    assert load(tmp_path, shown, **PRODUCTION) == (0, "(False, 'strict', 'db', 'redis://cache/0', [], False)")
    assert not (tmp_path / "data").exists(), "nothing is embedded"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret key that a file holds, long enough\n")
    variables = PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "secret")}
    assert load(tmp_path, "s.SECRET_KEY", **variables) == (0, "a secret key that a file holds, long enough")


def test_only_the_demo_has_a_default_secret_and_reaches_loopback(tmp_path: Path) -> None:
    shown = "(s.SECRET_KEY == s.DEMO_SECRET_KEY, [str(one) for one in s.OUTBOUND_ALLOW])"
    variables = PRODUCTION | {"SECRET_KEY": "", "DEMO": "1"}
    assert load(tmp_path, shown, **variables) == (0, "(True, ['127.0.0.0/8', '::1/128'])")
    assert load(tmp_path, shown) == (0, "(False, [])")


def test_commands_beside_the_demo_have_its_keys(tmp_path: Path) -> None:
    assert load(tmp_path, "s.SERVER_KEY", DEMO="1") == load(tmp_path, "s.SERVER_KEY")


def test_server_keys_can_be_rotated(tmp_path: Path) -> None:
    new, old = (b64encode(letter * 32).decode() for letter in (b"n", b"o"))
    variables = PRODUCTION | {"SERVER_KEY": new, "SERVER_KEY_FALLBACKS": old}
    assert load(tmp_path, "(s.SERVER_KEY[:1], s.SERVER_KEY_FALLBACKS[0][:1])", **variables) == (0, "(b'n', b'o')")
    assert load(tmp_path, "(len(s.SERVER_KEY), s.SERVER_KEY_FALLBACKS)", **PRODUCTION) == (0, "(32, [])")


def test_celery_redelivers_within_a_minute_on_redis_and_asks_no_such_thing_of_rabbitmq(tmp_path: Path) -> None:
    shown = "s.CELERY_BROKER_TRANSPORT_OPTIONS.get('visibility_timeout')"
    assert load(tmp_path, shown, **PRODUCTION) == (0, "60")
    assert load(tmp_path, shown, **PRODUCTION, CELERY_BROKER_URL="amqp://mq//") == (0, "None")


def test_whatever_libpq_reads_is_a_database() -> None:
    of_url = database("postgresql://u:p%40ss@db:5433/hub?sslmode=require", 3)
    assert (of_url["HOST"], of_url["PORT"], of_url["PASSWORD"], of_url["NAME"]) == ("db", "5433", "p@ss", "hub")
    pool = {"min_size": 1, "max_size": 3, "timeout": 5, "reconnect_timeout": 2}
    assert of_url["OPTIONS"] == {"sslmode": "require", "pool": pool}
    assert database("host=/run/pg user=postgres dbname=hub", 3)["HOST"] == "/run/pg"
    assert of_url["CONN_MAX_AGE"] == 0


def test_without_a_pool_each_thread_keeps_its_connection() -> None:
    kept = database("postgresql://u@db/hub?sslmode=require", 0)
    assert (kept["OPTIONS"], kept["CONN_MAX_AGE"], kept["CONN_HEALTH_CHECKS"]) == ({"sslmode": "require"}, None, True)


def test_embedded_addresses_survive_odd_folder_names() -> None:
    with tempfile.TemporaryDirectory(prefix="My hub? ") as folder:
        Path(folder).chmod(0o711)
        data = DataDir(Path(folder))
        urls = embedded_urls(data)
        assert database(urls.database_url, 4)["HOST"] == str(data.sockets.postgres)
        assert "My hub? " in database(urls.database_url, 4)["HOST"]
    assert urls.broker_url == broker_of(urls.redis_url)
    assert urls.broker_url.startswith("redis+socket:///")


def test_words_and_numbers_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A_NUMBER", "SOME_WORDS", "A_TEXT"):
        monkeypatch.delenv(name, raising=False)
    assert env.whole("A_NUMBER", 5) == 5
    assert env.words("SOME_WORDS", ["a", "b"]) == ["a", "b"]
    with pytest.raises(ImproperlyConfigured, match="A_TEXT: is not set"):
        env.text("A_TEXT")
    monkeypatch.setenv("SOME_WORDS", " c , ,d ")
    assert env.words("SOME_WORDS") == ["c", "d"]
