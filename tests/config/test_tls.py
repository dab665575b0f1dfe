"""The stations' port over TLS as `manage.py up` starts it: its very command line, a real process, real certificates."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config import children, environment
from config.supervisor import healthy
from tests.ocppbridge import pki
from tests.ocppbridge.door import eventually
from tests.ocppbridge.secure import CA, SERVER


@pytest.fixture
def secured(settings: Settings, tmp_path: Path) -> Settings:
    for name, text in (("CERTIFICATE", SERVER.pem), ("KEY", SERVER.key_pem), ("CLIENT_CA", CA.pem)):
        (tmp_path / name).write_text(text)
        setattr(settings, f"OCPP_TLS_{name}", str(tmp_path / name))
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.HUB_OCPP_PORT = free.getsockname()[1]
    return settings


def test_the_process_serves_tls_and_asks_for_certificates_without_insisting(engines: None, secured: Settings) -> None:
    """Profiles 2 and 3 on one port; the supervisor sees that it is up."""
    spec = children.ocpp()
    variables = {"DJANGO_SETTINGS_MODULE": "config.settings", **spec.environment}
    process = subprocess.Popen(spec.command, env={**os.environ, **variables})
    try:
        eventually(lambda: healthy("127.0.0.1", spec.port, spec.tls), "it is up")
        assert not healthy("127.0.0.1", spec.port), "nothing is served without TLS"
        context = ssl.create_default_context(cadata=CA.pem)
        with (
            socket.create_connection(("127.0.0.1", spec.port or 0), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
        ):
            assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
    finally:
        process.terminate()
        assert process.wait(15) is not None


def test_without_certificates_the_port_is_plain(settings: Settings) -> None:
    """A proxy ends TLS then."""
    spec = children.ocpp()
    assert not spec.tls
    assert not [word for word in spec.command if word.startswith("--ssl")]


def test_without_authorities_no_certificate_is_asked_for(secured: Settings) -> None:
    secured.OCPP_TLS_CLIENT_CA = ""
    assert "--ssl-cert-reqs" not in children.ocpp().command


def test_a_file_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OCPP_TLS_KEY", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="OCPP_TLS_KEY: must name a file"):
        environment.file("OCPP_TLS_KEY")
    (tmp_path / "key").write_text(pki.certificate("x").key_pem)
    monkeypatch.setenv("OCPP_TLS_KEY", str(tmp_path / "key"))
    assert environment.file("OCPP_TLS_KEY").endswith("key")
    monkeypatch.delenv("OCPP_TLS_KEY")
    assert environment.file("OCPP_TLS_KEY") == ""
