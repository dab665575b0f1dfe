"""Files of stations over real HTTP on the stations' port: logs brought whichever way, images fetched in any part."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from ocppbridge.models import Call, FileChunk, FileKey, LogRequest, Station, StoredFile
from ocppbridge.models.file import CHUNK
from ocppbridge.services import files, logs, sealing
from ocppbridge.transport.multipart import FirstFile, NotMultipart
from roaming.decisions import Choices, Scope
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.world import new_station

BODY = bytes(range(256)) * 2500  # 640,000 bytes: three pieces, the last one shorter


@pytest.fixture
def station(door: Door, settings: Settings) -> Station:
    settings.HUB_OCPP_PUBLIC_URL = f"ws://127.0.0.1:{door.port}"
    station = new_station()
    station.subprotocol = "ocpp2.1"
    station.save()
    return station


def wanted(station: Station, megabytes: str = "1") -> tuple[LogRequest, str]:
    """A log is asked for; the URL as the station is told it."""
    row = logs.ask(station, "DiagnosticsLog", Choices({(Scope.HUB, "", "LOG-UPLOAD-LIMIT"): megabytes}))
    call = Call.objects.get(pk=row.call_id)
    url: str = sealing.unseal(call.secret_payload)["payload"]["log"]["remoteLocation"]
    assert "key-" not in str(call.payload) + row.location + str(call.intent_data)
    return row, url


def in_chunks(body: bytes = BODY, size: int = 70_000) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def kept(row: LogRequest) -> bytes:
    row.refresh_from_db()
    assert row.file is not None
    return b"".join(files.pieces(row.file))


@pytest.mark.parametrize("method", ["put", "post"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_log_is_brought_in_one_piece_or_in_chunks(station: Station, method: str, chunked: bool) -> None:
    """N01; ground: chunked bodies arrive empty under WSGI, so they do not come that way."""
    row, url = wanted(station)
    answer = getattr(requests, method)(f"{url}../../diag 1.tar.gz", data=in_chunks() if chunked else BODY)
    assert answer.status_code == 404, "the key is a part of the path"
    answer = getattr(requests, method)(f"{url}diag 1.tar.gz", data=in_chunks() if chunked else BODY)
    assert answer.status_code == 201, answer.text
    assert kept(row) == BODY
    assert (row.state, row.file.name, row.file.size) == ("uploaded", "diag_1.tar.gz", len(BODY))
    assert requests.put(url, data=b"again").status_code == 404, "one file, once"
    assert StoredFile.objects.count() == 1


def test_a_form_is_unpacked(station: Station) -> None:
    row, url = wanted(station)
    answer = requests.post(url, files={"file": ("../../etc/passwd", BODY, "application/zip")}, data={"more": "x"})
    assert answer.status_code == 201
    assert kept(row) == BODY
    assert row.file.name == "passwd"


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused_and_nothing_of_it_is_kept(station: Station, chunked: bool) -> None:
    row, url = wanted(station)
    body = b"x" * (1024 * 1024 + 1)
    refused = False
    try:
        refused = requests.put(url, data=in_chunks(body) if chunked else body).status_code == 413
    except requests.ConnectionError:
        refused = True  # it hung up before everything was sent
    assert refused
    eventually(lambda: not StoredFile.objects.exists(), "nothing is kept")
    row.refresh_from_db()
    assert row.state == "asked"
    assert requests.put(url, data=b"small enough").status_code == 201


def test_an_upload_that_is_cut_off_leaves_nothing_and_may_be_tried_again(station: Station) -> None:
    row, url = wanted(station)
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as cut:
        cut.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode())
        cut.sendall(BODY[: CHUNK + 1000])
        eventually(FileChunk.objects.exists, "some of it has come")
    eventually(lambda: not StoredFile.objects.exists(), "it is not kept")
    assert requests.put(url, data=BODY).status_code == 201
    assert kept(row) == BODY


def test_of_two_uploads_at_once_the_first_that_is_whole_counts(station: Station) -> None:
    row, url = wanted(station)
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as slow:
        slow.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode())
        slow.sendall(BODY[:CHUNK])
        eventually(FileChunk.objects.exists)
        assert requests.put(url, data=b"the other").status_code == 201
        slow.sendall(BODY[CHUNK:])
        assert slow.recv(200).startswith(b"HTTP/1.1 409")
    assert kept(row) == b"the other"
    eventually(lambda: StoredFile.objects.count() == 1)


def test_without_a_valid_key_there_is_nothing_whatever_is_asked(station: Station) -> None:
    """S24: unknown, used up, expired and replaced keys look the same."""
    row, url = wanted(station)
    later, _ = wanted(station)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("cancelled", f"replaced by log {later.pk}")
    FileKey.objects.filter(log=later).update(expires_at=timezone.now())
    unknown = files.address(station, timezone.now() + timedelta(hours=1), log=later)
    FileKey.objects.filter(log=later).delete()
    answers = {
        (answer.status_code, answer.content)
        for place in (url, unknown, url.replace("key-", "key-x"))
        for answer in (requests.put(place, data=b"x"), requests.get(place), requests.delete(place))
    }
    assert answers == {(404, b"")}


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"x", 201)])
def test_an_empty_body_is_no_log(station: Station, body: bytes, status: int) -> None:
    _, url = wanted(station)
    assert requests.get(url).status_code == 405
    assert requests.put(url, data=body).status_code == status


# Images


@pytest.fixture
def image(station: Station) -> str:
    file = files.store("fw 1.0.bin", "application/x-evil", in_chunks())
    return files.address(station, timezone.now() + timedelta(hours=1), file=file, name=file.name)


def test_an_image_is_fetched_as_often_as_need_be(image: str) -> None:
    assert image.endswith("/fw_1.0.bin")
    for _ in range(2):
        answer = requests.get(image)
        assert answer.content == BODY
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
            "application/octet-stream", "nosniff",
        )  # fmt: skip
        assert answer.headers["content-disposition"] == 'attachment; filename="fw_1.0.bin"'
    head = requests.head(image)
    assert (head.headers["content-length"], head.content) == (str(len(BODY)), b"")
    assert requests.put(image, data=b"x").status_code == 405


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=300000-", 300_000, len(BODY)),
        (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK + 1),
        (f"bytes={CHUNK}-{2 * CHUNK - 1}", CHUNK, 2 * CHUNK),
        ("bytes=-100", len(BODY) - 100, len(BODY)),
        ("bytes=600000-99999999", 600_000, len(BODY)),
    ],
)
def test_a_station_goes_on_where_it_was_cut_off(image: str, asked: str, first: int, last: int) -> None:
    answer = requests.get(image, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, BODY[first:last])
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(BODY)}"


@pytest.mark.parametrize("asked", ["bytes=700000-", "bytes=9-3"])
def test_a_range_that_there_is_not_is_refused(image: str, asked: str) -> None:
    answer = requests.get(image, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")


@pytest.mark.parametrize("headers", [{"Range": "lines=1-2"}, {"Range": "bytes=0-1", "If-Range": '"other"'}])
def test_a_range_that_is_not_understood_or_of_another_file_gives_the_whole(image: str, headers: Any) -> None:
    answer = requests.get(image, headers=headers)
    assert (answer.status_code, len(answer.content)) == (200, len(BODY))


def test_the_way_in_for_sockets_is_as_it_was(door: Door) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", door.port)
    for path, status in (("/healthz", 200), ("/ocpp/CP1", 426), ("/files/", 404), ("/files/key-x/y", 404)):
        plain.request("GET", path)
        answer = plain.getresponse()
        answer.read()
        assert answer.status == status, path
    plain.close()


# Forms, piece by piece


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_a_form_is_understood_however_it_is_cut(size: int) -> None:
    inner = b"--\r\n--b\r\n-- \r\n--boundar"
    body = b"--boundary\r\nContent-Disposition: form-data; name=kind\r\n\r\nlog"
    body += b'\r\n--boundary\r\nContent-Disposition: form-data; name="f"; filename="a.log"\r\n\r\n' + inner
    body += b"\r\n--boundary\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--boundary--\r\n"
    part = FirstFile('multipart/form-data; boundary="boundary"')
    assert b"".join(part.feed(body[at : at + size]) for at in range(0, len(body), size)) == inner
    assert (part.name, part.over) == ("a.log", True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/mixed; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"y\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 9000),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(NotMultipart):
        FirstFile(kind).feed(body)
