"""`manage.py erase_contract`, and what the journal of HTTP forgets by itself (S49)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import BillingExport, Cdr, DecisionValue, Exchange, Token
from roaming.services import billing_exports, decisions, retention
from roaming.services.billing_cdrs import Selection
from tests.personas import samples
from tests.personas.partner import Partner

CONTRACT, UID, CARD = "DE-EMX-C00000001-1", "04A1B2C3D4E5F6", "CARD 7788-9"
LONGER = "04A1B2C3D4E5F6AA"


def erase(*words: str) -> Any:
    out = io.StringIO()
    call_command("erase_contract", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def places_of(word: str) -> dict[str, int]:
    """Table → rows in which it stands, in whatever column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s", [f"%{word}%"])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


@pytest.fixture
def driver(hub: Any, cpo: Partner, emsp: Partner) -> Partner:
    """A token that was told to a CPO, charged with, billed and revoked; another card that begins alike."""
    for uid, contract, valid in ((UID, CONTRACT, True), (LONGER, "DE-EMX-C00000002-2", True), (UID, CONTRACT, False)):
        stamp = "2026-11-21T10:00:00Z" if valid else "2026-11-21T11:00:00Z"
        token = samples.token(uid=uid, contract_id=contract, visual_number=CARD if uid == UID else "OTHER CARD 1",
                              valid=valid, last_updated=stamp)  # fmt: skip
        answer = emsp.call("PUT", emsp.at("tokens", "RECEIVER", "DE", "EMX", uid), token, to="NL/HUB")
        assert answer.status == 1000
        if valid and uid == UID:
            hub.work()
    charged = samples.cdr_token(uid=UID, contract_id=CONTRACT)
    session = samples.session(cdr_token=charged, status="COMPLETED", end_date_time="2026-11-21T11:00:00Z")
    assert cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", session["id"]), session).status == 1000
    assert cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr(cdr_token=charged)).status == 1000
    hub.work()
    return emsp


def test_a_contract_is_gone_from_everything_and_its_bill_is_not(hub: Any, driver: Partner) -> None:
    """S49: objects, outbox, journal. Whoever is called something longer is left alone."""
    assert erase(CONTRACT)["known_by"] == [CONTRACT, UID, CARD]
    assert {"roaming_token", "roaming_session", "roaming_cdr", "roaming_exchange"} <= places_of(UID).keys()
    amount = Cdr.objects.get().total_cost_excl_vat
    told = erase(CONTRACT.replace("-", "").lower(), "--yes")
    assert (places_of(CONTRACT), places_of(CARD)) == ({}, {})
    others = Token.objects.get(object_id=LONGER)
    assert places_of(UID) == places_of(LONGER) and (others.valid, others.visual_number) == (True, "OTHER CARD 1")
    cdr = Cdr.objects.get()
    assert cdr.token_uid in told["pseudonyms"] and cdr.token_uid == Token.objects.exclude(pk=others.pk).get().object_id
    assert json.loads(cdr.document)["cdr_token"]["uid"] == cdr.token_uid
    assert (cdr.total_cost_excl_vat, "visual_number" in json.loads(Token.objects.get(valid=False).document)) == (
        amount, False,
    )  # fmt: skip


def test_files_of_cdrs_that_name_the_contract_are_deleted_and_others_are_not(hub: Any, driver: Partner) -> None:
    """S49: compressed they cannot be searched by SQL. One that is being written begins anew, with the pseudonym."""
    asked = [_export(form, Selection(**which)) for form in ("csv", "jsonl") for which in ({}, {"currency": "XXX"})]
    running = _export("csv", Selection(), budget=-1)
    assert [UID.encode() in b"".join(billing_exports.text(one)) for one in asked] == [True, False, True, False]
    assert "roaming_billingexport: 3" in erase(CONTRACT, "--yes")["changed"]
    rows = [BillingExport.objects.get(pk=one.pk) for one in asked]
    assert [one.state for one in rows] == ["FORGOTTEN", "READY", "FORGOTTEN", "READY"]
    assert (rows[0].stored, rows[0].parts.count(), "erased" in rows[0].error) == (0, 0, True)
    with pytest.raises(billing_exports.Overtaken):  # of a worker that was at it meanwhile
        billing_exports._keep(running, b"what it had read", 1)
    billing_exports.run(running.pk)
    running.refresh_from_db()
    text = b"".join(billing_exports.text(running)).decode()
    assert (running.state, running.written, UID in text, "ERASED-" in text) == ("READY", 1, False, True)


def _export(form: str, selection: Selection, budget: float = 10) -> BillingExport:
    row = billing_exports.ask(selection, form, by="ann", token=None, now=timezone.now())
    billing_exports.run(row.pk, budget)
    row.refresh_from_db()
    return row


def test_what_cannot_be_erased_is_said_and_nothing_changes(hub: Any, driver: Partner) -> None:
    for contract, reason in (("DE-EMX-C00000002-2", "valid still"), ("XX-NON-E1", "Nothing here")):
        with pytest.raises(CommandError, match=reason) as refused:
            erase(contract, "--yes")
        assert refused.value.returncode == 2
    Token.objects.filter(object_id=LONGER).update(valid=False, visual_number="12")
    with pytest.raises(CommandError, match="too short"):
        erase("DE-EMX-C00000002-2", "--yes")
    assert "roaming_token" in places_of(LONGER)


def test_staff_erase_from_the_page_of_a_token(hub: Any, driver: Partner) -> None:
    """S49: only of one that its eMSP has revoked; the page asks first."""
    staff = Client()
    staff.force_login(User.objects.create_superuser("boss"))
    valid, revoked = Token.objects.get(object_id=LONGER), Token.objects.get(object_id=UID)
    url = "admin:roaming_token_erase_contract"
    assert staff.post(reverse(url, args=(valid.pk,))).status_code == 409
    assert "cannot be undone" in staff.get(reverse(url, args=(revoked.pk,))).content.decode()
    assert "roaming_cdr" in places_of(CONTRACT)
    assert staff.post(reverse(url, args=(revoked.pk,))).status_code == 302
    assert places_of(CONTRACT) == {}


def test_bodies_go_after_a_month_and_rows_after_a_year(hub: Any, driver: Partner) -> None:
    """S49, by the decisions BODY-RETENTION and EXCHANGE-RETENTION."""
    first, second, *_ = Exchange.objects.filter(method="PUT").order_by("pk")
    now = timezone.now()
    count = Exchange.objects.count()
    Exchange.objects.filter(pk=first.pk).update(at=now - timedelta(days=31))
    Exchange.objects.filter(pk=second.pk).update(at=now - timedelta(days=366))
    assert retention.forget(now) == (1, 1)
    first.refresh_from_db()
    assert (first.request_body, first.response_body, Exchange.objects.count()) == ("", "", count - 1)
    assert Exchange.objects.exclude(pk=first.pk).exclude(request_body="").exists()
    DecisionValue.objects.create(decision_id="EXCHANGE-RETENTION", value="30")
    decisions.forget()
    assert retention.forget(now) == (0, 1)
