"""Rows that are written by SQL made once: what arrives is what `save` would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from roaming.models import Agreement, Cdr, Party
from roaming.postgres import rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, 0, 125, tzinfo=UTC)


def columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def cdr() -> Cdr:
    return Cdr(
        country_code="NL", party_id="VLT", object_id="1", object_key="1", document="{}", digest="", version=1,
        last_updated=NOW, listed_at=NOW, addressees=["DE/EMX", "a,b"], start_date_time=NOW, end_date_time=NOW,
        total_cost_excl_vat=Decimal("1.1000"), total_energy=Decimal("10.5000"),
        bill={"excl": "1.10", "it's": ["%s", None]},
    )  # fmt: skip


def test_a_new_row_has_all_that_was_said_of_it_and_its_key() -> None:
    row = cdr()
    rows.insert(row)
    found = Cdr.objects.get()
    assert row.pk == found.pk and not row._state.adding and row.created_at is not None
    assert columns(found) == columns(row)
    assert found.addressees == ["DE/EMX", "a,b"] and found.bill == {"excl": "1.10", "it's": ["%s", None]}


def test_what_may_be_there_once_is_refused_as_ever() -> None:
    rows.insert(cdr())
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(cdr())
    assert Cdr.objects.count() == 1


def test_what_is_there_already_is_left_alone_and_its_transaction_goes_on() -> None:
    with transaction.atomic():
        first, second = cdr(), cdr()
        assert rows.insert_if_absent(first) and not rows.insert_if_absent(second)
        assert Cdr.objects.get().pk == first.pk and second.pk is None and second._state.adding


def test_only_the_fields_that_are_named_are_written() -> None:
    first, second = (Party.objects.create(country_code="NL", party_id=name, role="CPO") for name in ("ONE", "TWO"))
    row = Agreement.objects.create(cpo=first, emsp=second, modules=["tokens"])
    Agreement.objects.update(note="written meanwhile")
    row.modules, row.note, row.valid_from = ["cdrs", "sessions"], "not written", NOW
    rows.write(row, ["modules", "valid_from"])
    found = Agreement.objects.get()
    assert (found.modules, found.note, found.valid_from) == (["cdrs", "sessions"], "written meanwhile", NOW)
