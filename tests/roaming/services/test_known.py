"""Who calls is read again when, and only when, one of the rows behind the token has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from roaming.models import IssuedToken, Party, Platform
from roaming.services import known

DIGEST = "d" * 64
NOW = timezone.now()


@pytest.fixture
def platform(db: None) -> Platform:
    row = Platform.objects.create(name="one", status=Platform.Status.CONNECTED)
    IssuedToken.objects.create(platform=row, kind=IssuedToken.Kind.C, digest=DIGEST)
    for party in ("EMX", "EMY"):
        Party.objects.create(platform=row, country_code="DE", party_id=party, role="EMSP")
    return row


def read() -> known.Known:
    [found] = known.by_digest([DIGEST, "e" * 64])
    return found


def statements() -> int:
    with CaptureQueriesContext(connection) as seen:
        read()
    return len(seen)


def test_a_token_its_platform_and_its_parties_are_one_statement_when_they_were_read_before(platform: Platform) -> None:
    found = read()
    assert (found.token.platform.pk, [party.party_id for party in found.parties]) == (platform.pk, ["EMX", "EMY"])
    assert statements() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: IssuedToken.objects.update(revoked_at=NOW), lambda one: one.token.revoked_at is not None),
        (lambda: Platform.objects.update(status="SUSPENDED"), lambda one: one.token.platform.status == "SUSPENDED"),
        (lambda: Party.objects.filter(party_id="EMY").update(role="CPO"), lambda one: one.parties[1].role == "CPO"),
        (lambda: Party.objects.filter(party_id="EMY").update(withdrawn_at=NOW), lambda one: len(one.parties) == 1),
        (lambda: Party.objects.filter(party_id="EMX").delete(), lambda one: len(one.parties) == 1),
        (lambda: Party.objects.create(
            platform=Platform.objects.get(), country_code="DE", party_id="NEW", role="NSP"
        ), lambda one: len(one.parties) == 3),
    ],
    ids=["token revoked", "platform suspended", "party's role", "party withdrawn", "party gone", "party new"],
)  # fmt: skip
def test_a_change_holds_at_once(
    platform: Platform, change: Callable[[], object], told: Callable[[known.Known], bool]
) -> None:
    """S13, S15: a revoked token is wrong in every process from the COMMIT on."""
    assert not told(read())
    change()
    assert told(read())
    assert statements() == 1


def test_a_token_that_is_gone_opens_nothing(platform: Platform) -> None:
    read()
    IssuedToken.objects.all().delete()
    assert list(known.by_digest([DIGEST])) == []


def test_what_one_request_does_to_its_rows_the_next_one_does_not_see(platform: Platform) -> None:
    first = read()
    first.token.platform.status = "OFFLINE"
    first.token.platform.client_networks.append("10.0.0.0/8")
    first.parties.clear()
    again = read().token.platform
    assert (again.status, again.client_networks, len(read().parties)) == ("CONNECTED", [], 2)
