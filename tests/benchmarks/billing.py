"""A month of 1,000,000 CDRs: exported as CSV in constant memory, read in pages, followed by a cursor, reconciled.

The peer is what a Django developer writes first: a ModelSerializer over the same table, its rows given to csv.writer,
or paged by offset. It leaves out what only the OCPI document says (a dozen of our columns), and neutralises nothing.
``BILLING_CDRS`` makes the month smaller.
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks import hub
from tests.benchmarks.measure import ROOT, SERVER_CORE, middle
from tests.benchmarks.report import Row

COUNT = int(os.environ.get("BILLING_CDRS", "1000000"))
FEW = COUNT // 50
ROUNDS = 7

_COPIES = """
INSERT INTO roaming_cdr ({names}) SELECT {values} FROM roaming_cdr, generate_series(1, %s) n WHERE id = %s
"""
_SESSIONS = """
INSERT INTO roaming_session ({names}) SELECT {values} FROM roaming_session, generate_series(1, %s) n
WHERE id = %s AND n %% 100 > 0
"""
_MARKS = """
TRUNCATE roaming_balancemark;
INSERT INTO roaming_balancemark (country_code, party_id, key, of_cdr)
SELECT country_code, party_id, session_key, false FROM roaming_cdr
"""
_VERDICTS = """
INSERT INTO roaming_assessment (cdr_id, country_code, party_id, ended_at, verdict, reasons, codes, rounding, reading,
    stands, assessed_at, settled_by, settled_as)
SELECT id, country_code, party_id, end_date_time, CASE WHEN id %% 50 = 0 THEN 'ON_HOLD' ELSE 'ACCEPTED' END, '[]', '{}',
    '', '', id %% 50 > 0, now(), '', '' FROM roaming_cdr
"""


def run() -> list[Row]:
    """Fill, number, then measure."""
    with hub.ground() as place:
        hub.setup_django(place)
        numbered = _fill()
        os.sched_setaffinity(0, SERVER_CORE)
        few, month, peer = (_child(place, *words) for words in (("ours", FEW), ("ours", COUNT), ("peer", FEW)))
        return [
            Row(f"CSV of a month of {COUNT:,} CDRs, CPU a CDR", "ModelSerializer and csv.writer over a queryset",
                peer["cpu"] / month["cpu"], ">=", 3.0,
                f"{month['cpu'] * 1e6:.0f} µs against {peer['cpu'] * 1e6:.0f} µs; {month['seconds']:.0f} s in all",
                f"measured over {FEW:,}; a dozen columns, formulas"),
            Row("the same: peak memory of the process", f"of {FEW:,} CDRs", month["peak"] / few["peak"], "<=", 1.1,
                f"{month['peak'] / 1024:.0f} MB against {few['peak'] / 1024:.0f} MB", "the same export"),
            *_pages(),
            *_changes(numbered),
            *_reconciliation(),
        ]  # fmt: skip


def _pages() -> list[Row]:
    first, last = _last_place()
    page, deep, peer, far = [], [], [], []
    for _ in range(ROUNDS):
        page.append(_timed(lambda: _list(first)))
        deep.append(_timed(lambda: _list(last)))
        peer.append(_timed(lambda: _peers_page(0)))
        far.append(_timed(lambda: _peers_page(COUNT - 200)))
    ours, ours_deep, theirs, theirs_deep = (middle(times) for times in (page, deep, peer, far))
    return [
        Row(f"page of 100 of {COUNT:,} CDRs", "ModelSerializer, page by offset", theirs / ours, ">=", 1.5,
            f"{ours * 1000:.1f} ms against {theirs * 1000:.1f} ms", "a dozen columns"),
        Row("the last page, by its link", "page 1", ours_deep / ours, "<=", 1.3,
            f"{ours_deep * 1000:.1f} ms; the peer's last page {theirs_deep * 1000:.0f} ms", "the same list"),
    ]  # fmt: skip


def _changes(numbered: float) -> list[Row]:
    from roaming.services import billing_events, changes  # noqa: PLC0415  # needs settings

    epoch = changes.newest().partition(".")[0]

    def page(position: int) -> Callable[[], object]:
        return lambda: billing_events.events(changes.page(None, f"{epoch}.{position}", 100).changes)

    first = middle([_timed(page(0)) for _ in range(ROUNDS)])
    deep = middle([_timed(page(2 * COUNT - 100)) for _ in range(ROUNDS)])
    figures = f"{deep * 1000:.1f} ms against {first * 1000:.1f} ms; {2 * COUNT / numbered:,.0f} numbered a second"
    what = f"100 changes behind a cursor at {2 * COUNT:,}"
    return [Row(what, "at the beginning", deep / first, "<=", 1.3, figures, "the same feed")]


def _reconciliation() -> list[Row]:
    """Of 100 sessions one is not here, of 50 CDRs one is on hold: each a row that leads somewhere."""
    from roaming.services import balances  # noqa: PLC0415  # needs settings

    begin = time.perf_counter()
    while balances.settle_all(60):
        pass
    settled = COUNT / (time.perf_counter() - begin)
    month, partner = "month=2026-10", "month=2026-10&party=NL/VLT&side=owner"
    last = f"{partner}&after={_row_before_the_last()}"
    pages = {query: middle([_timed(_page(query)) for _ in range(ROUNDS)]) for query in (month, partner, last)}
    first, one, deep = (f"{seconds * 1000:.0f} ms" for seconds in pages.values())
    figures = f"{first}; one partner's {one}, its last rows {deep}; {settled:,.0f} settled a second"
    what = f"reconciliation page of a month of {COUNT:,} CDRs"
    return [Row(what, "1 s", max(pages.values()), "<=", 1.0, figures, "")]


def _page(query: str) -> Callable[[], object]:
    """As staff get it."""
    from django.contrib.auth.models import User  # noqa: PLC0415  # needs settings
    from django.test import Client  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    staff, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    client.force_login(staff)

    def ask() -> object:
        answer = client.get(f"/admin/roaming/balance/?{query}")
        assert answer.status_code == 200 and b"NL/VLT" in answer.content
        return answer

    return ask


def _row_before_the_last() -> int:
    from roaming.models import Balance  # noqa: PLC0415  # needs settings

    return Balance.objects.exclude(problems=[]).order_by("-pk").values_list("pk", flat=True)[50]


def _fill() -> float:
    """Copies of one CDR over a month, each with a verdict; seconds that numbering their changes took."""
    from django.db import connection  # noqa: PLC0415  # needs settings
    from django.utils import timezone  # noqa: PLC0415

    from roaming.models import Cdr, Session  # noqa: PLC0415
    from roaming.services import changes, sessions  # noqa: PLC0415
    from tests.personas import samples  # noqa: PLC0415
    from tests.roaming.billing import world  # noqa: PLC0415

    first = world.priced("C", "2.50", "3.025", ended="2026-10-01T00:00:00Z")
    session = samples.session(country_code="NL", party_id="VLT", id="S", status="COMPLETED", kwh=10,
                              charging_periods=[samples.period("2026-09-01T10:00:00Z", 10)],
                              start_date_time="2026-09-01T10:00:00Z", end_date_time="2026-10-01T00:00:00Z")  # fmt: skip
    one = sessions.store(world.CPO, session, source=None, now=timezone.now()).obj
    own = dict.fromkeys(("object_key", "object_id"), "'C' || n") | {"session_key": "'S' || n"}
    own["end_date_time"] = f"end_date_time + n * interval '1 s' * ({29 * 86_400}::float / {COUNT})"
    its = dict.fromkeys(("object_key", "object_id"), own["session_key"]) | {"end_date_time": own["end_date_time"]}
    with connection.cursor() as cursor:
        cursor.execute(_COPIES.format(**_written(Cdr, own)), [COUNT - 1, first.pk])
        cursor.execute(_SESSIONS.format(**_written(Session, its)), [COUNT - 1, one.pk])
        cursor.execute(_VERDICTS, [])
        cursor.execute(_MARKS)
        cursor.execute("VACUUM ANALYZE")
    begin = time.perf_counter()
    while changes.assign():
        pass
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


def _written(model: Any, own: dict[str, str]) -> dict[str, str]:
    """Its columns, and what a copy of a row has in each."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    return {"names": ", ".join(columns), "values": ", ".join(own.get(name, name) for name in columns)}


def _list(place: str) -> object:
    from roaming.services import billing_records  # noqa: PLC0415  # needs settings
    from roaming.services.billing_cdrs import behind, rows  # noqa: PLC0415

    return [billing_records.record(row) for row in billing_records.asked(behind(rows(_month(), None), place))[:101]]


def _last_place() -> tuple[str, str]:
    from roaming.models import Cdr  # noqa: PLC0415  # needs settings
    from roaming.services.billing_cdrs import place_of  # noqa: PLC0415

    row = Cdr.objects.order_by("-end_date_time", "-pk")[110]
    return "", place_of(row.end_date_time, row.pk)


def _peers_page(offset: int) -> object:
    rows = _peer_rows()[offset : offset + 100]
    return _peer_serializer()(rows, many=True).data


def _month() -> Any:
    from roaming.services.billing_cdrs import Selection, month  # noqa: PLC0415  # needs settings

    first, following = month("2026-10")
    return Selection(ended_from=first.isoformat(), ended_before=following.isoformat())


def _peer_rows() -> Any:
    from roaming.models import Cdr  # noqa: PLC0415  # needs settings

    month = _month()
    found = Cdr.objects.filter(end_date_time__gte=month.ended_from, end_date_time__lt=month.ended_before)
    return found.select_related("assessment").order_by("end_date_time", "pk").defer("document", "bill")


def _peer_serializer() -> Any:
    from rest_framework import serializers  # noqa: PLC0415  # needs settings

    from roaming.models import Cdr  # noqa: PLC0415
    from roaming.services.billing_records import COLUMNS  # noqa: PLC0415

    class Plain(serializers.ModelSerializer[Cdr]):
        verdict = serializers.CharField(source="assessment.verdict")

        class Meta:
            model = Cdr
            fields = ["id", "verdict"] + [
                name for name in COLUMNS if not name.startswith("desk_") and name not in ("pk", "document")
            ]

    return Plain


def _ours(count: int) -> None:
    from roaming.services import cdr_exports  # noqa: PLC0415  # needs settings
    from roaming.services.billing_cdrs import rows  # noqa: PLC0415

    written = 0
    for lines, many, _ in cdr_exports.pieces(rows(_month(), None), "csv"):
        written += many
        assert lines
        if written >= count:
            return


def _peer(count: int) -> None:
    out = io.StringIO()
    writer, serializer = csv.writer(out), _peer_serializer()
    for row in _peer_rows()[:count].iterator(chunk_size=1000):
        writer.writerow(serializer(row).data.values())


def _child(place: hub.Ground, what: str, count: int) -> dict[str, float]:
    """In a process of its own, whose memory is the export's."""
    command = [sys.executable, "-m", "tests.benchmarks.billing", what, str(count)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **place.env}, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _measured(what: str, count: int) -> None:
    import django  # noqa: PLC0415  # only after the addresses are known

    django.setup()
    export = {"ours": _ours, "peer": _peer}[what]
    export(1)  # what is imported and compiled once
    cpu, begin = time.process_time(), time.perf_counter()
    export(count)
    told = {"cpu": (time.process_time() - cpu) / count, "seconds": time.perf_counter() - begin}
    print(json.dumps(told | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _measured(sys.argv[1], int(sys.argv[2]))
        sys.exit(0)
    from tests.benchmarks.report import show

    sys.exit(show(run()))
