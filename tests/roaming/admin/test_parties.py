"""A party's page: what it sees is what it reads."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from roaming.models import Agreement, Party
from roaming.ocpi import json
from roaming.services import agreements, exports
from tests.personas import samples
from tests.personas.partner import Partner


def download(client: Client, party: str, module: str) -> Any:
    row = Party.objects.get(country_code=party[:2], party_id=party[3:])
    answer = client.get(reverse("admin:roaming_party_sees", args=(row.pk, module)))
    return json.loads(b"".join(answer.streaming_content)) if answer.status_code == 200 else answer.status_code  # type: ignore[attr-defined]


@pytest.fixture
def staff(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_staff_download_what_the_partner_reads(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S22: through the same rule, page by page, with the partner's own tariffs."""
    monkeypatch.setattr(exports, "LIMIT", 2)
    for number in range(5):
        at = cpo.at("locations", "RECEIVER", "NL", "CPO", f"LOC{number}")
        cpo.call("PUT", at, samples.location(id=f"LOC{number}"), to="NL/HUB")
    session = samples.session()
    cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), session)
    agreement = Agreement.objects.create(
        cpo=Party.objects.get(party_id="CPO"), emsp=Party.objects.get(party_id="EMX"), modules=["locations", "tariffs"]
    )
    agreement.substitutions.create(tariff_id="T1", substitute_id="T9")
    agreements.changed(agreement)
    for reader in (emsp, other_emsp):
        for module in ("locations", "tariffs", "sessions", "cdrs"):
            read = reader.call("GET", reader.at(module, "SENDER"), to="NL/HUB").data
            assert download(staff, reader.party, module) == read, (reader.party, module)
    assert [len(download(staff, "DE/EMX", module)) for module in ("locations", "sessions")] == [5, 0]
    assert "T9" in str(download(staff, "DE/EMX", "locations"))
    page = staff.get(reverse("admin:roaming_party_change", args=(Party.objects.get(party_id="EMX").pk,)))
    assert "What it sees" in page.content.decode()


def test_only_what_its_role_reads_and_only_for_those_who_may(hub: Any, emsp: Partner, staff: Client) -> None:
    """S21, S46: an eMSP reads no tokens; a download needs the right to change the objects, not only to look."""
    assert download(staff, "DE/EMX", "tokens") == 404
    assert download(staff, "DE/EMX", "nonsense") == 404
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_party", "view_session"]))
    staff.force_login(reader)
    assert download(staff, "DE/EMX", "sessions") == 403
