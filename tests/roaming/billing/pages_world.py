"""One of everything of billing, for the tests that open every page."""

from __future__ import annotations

from datetime import date, datetime

from roaming.models import BillingExport, BillingToken, Cdr, Party, Statement, StatementRow, Webhook
from roaming.services import changes


def build(now: datetime) -> None:
    changes.assign()
    token = BillingToken.objects.create(name="ledger <b>", digest="f" * 64, bound=True)
    token.parties.set(Party.objects.filter(party_id="EMX"))
    BillingExport.objects.create(
        token=token, asked_by="ledger <b>", format="csv", selection={"cpo": "NL/VLT"}, total=10, written=3,
        created_at=now, moved_at=now,
    )  # fmt: skip
    hook = Webhook.objects.create(name="books <b>", url="https://books.example/", secret="whsec_x", kinds=["made"])
    hook.tries.create(kind="change", position=1, at=now, taken=False, http_status=500, error="HTTP <b>")
    cdr = Cdr.objects.filter(party_id="VLT").first()
    assert cdr is not None
    total = {"cdrs": 1, "excl_vat": "2.5000", "vat": "0.5250", "incl_vat": "3.0250", "without_vat": 0, "by_rate": [],
             "energy_import": "10.0000", "energy_export": "0.0000"}  # fmt: skip
    row = Statement.objects.create(
        country_code="NL", party_id="VLT", token_country_code="DE", token_party_id="EMX", month=date(2026, 10, 1),
        state="DRAFT", collected=1, sums=[{"currency": "EUR", "charges": total, "credits": total, "total": total}],
        unbilled={"ON_HOLD": 2}, created_at=now, moved_at=now,
    )  # fmt: skip
    StatementRow.objects.create(
        statement=row, cdr=cdr, currency="EUR", credit=False, excl_vat="2.5", incl_vat="3.025", imported=10, exported=0,
        shares=[],
    )  # fmt: skip
