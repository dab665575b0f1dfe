"""The world of the OCPI benchmarks: operators with locations of 2 EVSEs each, and platforms around the hub."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
OPERATORS = [("NL", f"C{number:02d}") for number in range(10)]
OWN = 500  # locations of the platform that writes


@dataclass(frozen=True)
class Callers:
    """Tokens: of one who reads everything, and of a CPO that writes its own locations."""

    reader: str
    writer: str


def location(number: int, owner: tuple[str, str] | None = None) -> dict[str, Any]:
    country, party = owner or OPERATORS[number % len(OPERATORS)]
    stamp = written(START + timedelta(seconds=number))
    return {
        "country_code": country,
        "party_id": party,
        "id": f"LOC{number:06d}",
        "publish": True,
        "name": f"Charging plaza {number}",
        "address": f"Stationsplein {number}",
        "city": "Utrecht",
        "postal_code": "3511 ED",
        "country": "NLD",
        "coordinates": {"latitude": "52.08930", "longitude": "5.11020"},
        "evses": [_evse(number, place, stamp) for place in (1, 2)],
        "time_zone": "Europe/Amsterdam",
        "last_updated": stamp,
    }


def _evse(number: int, place: int, stamp: str) -> dict[str, Any]:
    connector = {
        "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", "max_voltage": 230,
        "max_amperage": 32, "max_electric_power": 22000, "tariff_ids": ["STANDARD"], "last_updated": stamp,
    }  # fmt: skip
    capabilities = ["REMOTE_START_STOP_CAPABLE", "RFID_READER", "UNLOCK_CAPABLE"]
    identity = {"uid": f"{number}-{place}", "evse_id": f"NL*C00*E{number}*{place}", "status": "AVAILABLE"}
    return {**identity, "capabilities": capabilities, "connectors": [connector], "last_updated": stamp}


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def stored(numbers: range, owner: tuple[str, str] | None = None, source: int | None = None) -> Iterator[dict[str, Any]]:
    """Rows as `services.objects` stores them."""
    for number in numbers:
        document, at = location(number, owner), START + timedelta(seconds=number)
        yield {
            **{name: document[name] for name in ("country_code", "party_id", "name", "address", "city", "country")},
            "object_id": document["id"], "object_key": document["id"], "document": compact(document),
            "digest": "0" * 64, "version": 1, "last_updated": at, "listed_at": at, "created_at": at, "addressees": "{}",
            "time_zone": document["time_zone"], "publish": True, "source_id": source,
        }  # fmt: skip


def copy(table: str, rows: Iterable[dict[str, Any]]) -> None:
    """COPY, past the ORM."""
    from django.db import connection  # noqa: PLC0415  # needs settings

    rows = iter(rows)
    first = next(rows)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(first)}) FROM STDIN") as copying:
        for row in chain([first], rows):
            copying.write_row(list(row.values()))


def settle() -> None:
    """Statistics for the planner, and a disk that has caught up with the filling before we measure."""
    from django.db import connection  # noqa: PLC0415  # needs settings

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def callers() -> Callers:
    """A reader (eMSP DE/EMX) with an agreement with every operator, and a writer (CPO NL/PUT) with `OWN` locations."""
    from roaming.models import Agreement, IssuedToken, Party, Platform  # noqa: PLC0415  # needs Django
    from roaming.services import platforms  # noqa: PLC0415

    reading = platform("reader")
    reader = Party.objects.create(platform=reading, country_code="DE", party_id="EMX", role="EMSP")
    for country, party in OPERATORS:
        cpo = Party.objects.create(country_code=country, party_id=party, role="CPO")
        Agreement.objects.create(cpo=cpo, emsp=reader)
    writing = platform("writer")
    Party.objects.create(platform=writing, country_code="NL", party_id="PUT", role="CPO")
    copy("roaming_location", stored(range(OWN), ("NL", "PUT"), writing.pk))
    kind, connected = IssuedToken.Kind.C, Platform.Status.CONNECTED
    assert reading.status == writing.status == connected
    return Callers(platforms.issue(reading, kind), platforms.issue(writing, kind))


def platform(name: str, *, versions_url: str = "", **endpoints: str) -> Any:
    """A connected one; `endpoints`: the URL of the Receiver interface of a module."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from roaming.models import Endpoint, Platform  # noqa: PLC0415

    row = Platform.objects.create(
        name=name, status=Platform.Status.CONNECTED, version="2.2.1", versions_url=versions_url,
        last_seen_at=timezone.now(), token_out="token-of-ours", token_encoding="base64", token_out_encoding="base64",
    )  # fmt: skip
    for module, url in endpoints.items():
        Endpoint.objects.create(platform=row, module=module, role="RECEIVER", url=url)
    return row


def emsps(count: int, url: str) -> list[Any]:
    """eMSPs AT/P00 … that take locations at `<url>/<number>/locations`, and see everything: they have no agreement."""
    from roaming.models import Party  # noqa: PLC0415  # needs Django

    rows = []
    for number in range(count):
        there = f"{url}/{number}"
        row = platform(f"partner {number}", versions_url=f"{there}/versions", locations=f"{there}/locations")
        Party.objects.create(platform=row, country_code="AT", party_id=f"P{number:02d}", role="EMSP")
        rows.append(row)
    return rows
