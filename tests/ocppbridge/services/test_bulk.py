"""Many rows in one statement, exactly as Django would have written each."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocppbridge.models import Call, MeterReading, Transaction
from ocppbridge.services import bulk
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)


def rows(count: int) -> list[Transaction]:
    station = new_station("CP1")
    made = [Transaction(station=station, wire_id=n, started_at=AT, last_news_at=AT) for n in range(1, count + 1)]
    return Transaction.objects.bulk_create(made)


ODD: list[tuple[str, Any]] = [
    ("energy_import", Decimal("123456789012345.678")),
    ("meter_stop", None),
    ("course", {"a": [1, None, "\N{SNOWMAN} \" ' \\ %s"], "b": {}}),
    ("states", []),
    ("cdr_token", None),
    ("charging_state", "Ünïcode '; --"),
    ("last_news_at", AT),
    ("offline", True),
    ("last_seq_no", 2**31 - 1),
]


@pytest.mark.parametrize(("name", "value"), ODD)
def test_a_value_comes_back_as_it_went(name: str, value: Any) -> None:
    first, second = rows(2)
    setattr(first, name, value)
    bulk.update([first], [name])
    assert getattr(Transaction.objects.get(pk=first.pk), name) == value
    assert getattr(Transaction.objects.get(pk=second.pk), name) == getattr(second, name)


def test_many_rows_cost_one_statement() -> None:
    found = rows(30)
    for row in found:
        row.energy_import = Decimal(row.pk)
    with CaptureQueriesContext(connection) as asked:
        bulk.update(found, ["energy_import", "last_news_at"])
        bulk.update([], ["energy_import"])
    assert len(asked) == 1
    assert all(row.energy_import == row.pk for row in Transaction.objects.all())


def test_what_is_there_already_is_left_alone() -> None:
    (row,) = rows(1)
    reading = {
        "transaction_id": row.pk, "at": AT, "context": "Sample.Periodic", "energy_import": Decimal("1.5"),
        "energy_export": None, "power": None, "current": None, "soc": None, "samples": [{"value": "1.5"}],
        "digest": "d",
    }  # fmt: skip
    bulk.insert(MeterReading, [reading])
    bulk.insert(MeterReading, [{**reading, "energy_import": Decimal(9)}, {**reading, "digest": "e"}])
    bulk.insert(MeterReading, [])
    kept = MeterReading.objects.order_by("digest")
    assert [(one.digest, one.energy_import, one.samples) for one in kept] == [
        ("d", Decimal("1.5"), [{"value": "1.5"}]),
        ("e", Decimal("1.5"), [{"value": "1.5"}]),
    ]


def test_what_is_known_by_its_columns_is_written_anew_and_keeps_what_is_not_said() -> None:
    (row,) = rows(1)
    reading = {"transaction_id": row.pk, "at": AT, "context": "c", "samples": [], "digest": "d"}
    bulk.insert(MeterReading, [{**reading, "power": Decimal(1), "soc": Decimal(50)}])
    kept = MeterReading.objects.get()
    bulk.insert(MeterReading, [{**reading, "power": Decimal(2)}], known_by=("transaction_id", "at", "digest"))
    again = MeterReading.objects.get()
    assert (again.pk, again.power, again.soc) == (kept.pk, 2, 50)


def test_rows_with_keys_of_their_own_are_added_as_django_adds_them() -> None:
    station = new_station("CP1")

    def call(number: int) -> Call:
        payload = {"limit": 9.9, "text": "\N{SNOWMAN} %s '", "list": [{"a": None}]}
        return Call(station=station, action=f"Do{number}", payload=payload, reference="r", expires_at=AT)

    ours = [call(1), call(2)]
    bulk.create(ours)
    bulk.create([])
    call(3).save()
    stored = list(Call.objects.order_by("action").values())
    assert [row["id"] for row in stored[:2]] == [one.pk for one in ours]
    told = [{**row, "id": "", "action": "", "created_at": row["created_at"].date()} for row in stored]
    assert told[0] == told[1] == told[2]
