"""The change cursor: numbered after commit, so that a reader who follows it misses nothing and sees nothing twice."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from roaming.models import Assessment, BillingChange, Cdr, Party, UnnumberedChange
from roaming.services import cdrs, changes
from roaming.services.changes import CursorTooOld, UnknownCursor
from tests.roaming.billing import world

pytestmark = pytest.mark.django_db(transaction=True)


def read_all(after: str = "", limit: int = 2, parties: Any = None) -> tuple[list[tuple[str, str, str]], str]:
    """(kind, CDR, verdict) of everything behind a cursor, page by page."""
    found = []
    while True:
        page = changes.page(parties, after, limit)
        found += [(one.kind, one.cdr.object_id, one.verdict) for one in page.changes]
        after = page.cursor
        if not page.more:
            return found, after


def test_a_new_cdr_and_each_verdict_are_changes_in_their_order() -> None:
    cdr = world.cdr("A")
    desk = world.assess(cdr, "ON_HOLD")
    desk.verdict = "ACCEPTED"
    desk.save()
    desk.rounding = "cents"
    desk.save()  # nothing that billing asks for
    found, cursor = read_all()
    assert found == [("made", "A", "PENDING"), ("verdict", "A", "ON_HOLD"), ("verdict", "A", "ACCEPTED")]
    assert read_all(cursor) == ([], cursor)


def test_whether_a_cdr_still_counts_is_a_change_too() -> None:
    """The original of a credit is accepted before and after; what it adds to its session's balance is not."""
    desk = world.assess(world.cdr("A"), "ACCEPTED", stands=True)
    _, cursor = read_all()
    desk.stands = False
    desk.save()
    assert [kind for kind, _, _ in read_all(cursor)[0]] == ["verdict"]


def test_what_commits_late_comes_after_what_was_read_meanwhile() -> None:
    """The id of the first CDR is the lower one; by id or by time a reader would never see it."""
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            world.cdr("SLOW")
            written.set()
            may_commit.wait(60)
        connections["default"].close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(60)
    world.cdr("FAST")
    first, cursor = read_all()
    may_commit.set()
    thread.join()
    second, _ = read_all(cursor)
    assert ([id_ for _, id_, _ in first], [id_ for _, id_, _ in second]) == (["FAST"], ["SLOW"])


def test_what_is_rolled_back_is_no_change_and_leaves_no_gap() -> None:
    world.cdr("A")
    with transaction.atomic():
        world.cdr("B")
        transaction.set_rollback(True)
    world.cdr("C")
    read_all()
    assert list(BillingChange.objects.order_by("position").values_list("position", "cdr__object_id")) == [
        (1, "A"),
        (2, "C"),
    ]


def test_two_assigners_do_not_number_the_same_change() -> None:
    for number in range(60):
        world.cdr(f"C{number}")
    barrier = threading.Barrier(4)

    def assign() -> None:
        barrier.wait()
        while changes.assign(7):
            pass
        connections["default"].close()

    threads = [threading.Thread(target=assign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    positions = list(BillingChange.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, 61))
    assert not UnnumberedChange.objects.exists()


def test_a_reader_waits_for_the_assigner_that_is_under_way() -> None:
    """Else it would be told that there is nothing, although what it asks for has committed."""
    world.cdr("A")
    begun, may_end = threading.Event(), threading.Event()

    def assigner() -> None:
        with transaction.atomic():
            changes.assign()
            begun.set()
            may_end.wait(60)
        connections["default"].close()

    seen: list[Any] = []

    def reader() -> None:
        seen.append(read_all()[0])
        connections["default"].close()

    threads = [threading.Thread(target=assigner), threading.Thread(target=reader)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    assert seen == []
    may_end.set()
    for thread in threads:
        thread.join()
    assert seen == [[("made", "A", "PENDING")]]


def test_a_cursor_of_another_database_or_of_the_future_is_unknown() -> None:
    world.cdr("A")
    _, cursor = read_all()
    epoch, _, position = cursor.partition(".")
    for bad in ("x", "1", f"{epoch}.", f"{epoch}.{int(position) + 1}", f"00000000.{position}", f"{epoch}.-1", "\0"):
        with pytest.raises(UnknownCursor):
            changes.page(None, bad, 10)


def test_a_reader_that_begins_now_is_told_of_what_comes_only() -> None:
    world.cdr("A")
    cursor = changes.newest()
    world.cdr("B")
    assert [id_ for _, id_, _ in read_all(cursor)[0]] == ["B"]


def test_a_bound_reader_follows_its_own_parties_and_its_cursor_moves_past_the_others() -> None:
    world.cdr("MINE")
    world.cdr("THEIRS", emsp="FR/OTH")
    mine = world.party("DE/EMX", "EMSP")
    found, cursor = read_all(parties=[mine])
    assert [id_ for _, id_, _ in found] == ["MINE"]
    assert cursor == changes.newest()
    assert read_all(parties=[])[0] == []
    seller = world.party("NL/VLT", "CPO")
    assert len(read_all(parties=[seller])[0]) == 2
    assert read_all(parties=[Party(country_code="NL", party_id="VLT", role="EMSP")])[0] == []


def test_what_the_desk_withholds_reaches_bound_readers_when_it_is_let_go() -> None:
    cdr = world.cdr("A")
    Cdr.objects.filter(pk=cdr.pk).update(withheld=True)
    mine = [world.party("DE/EMX", "EMSP")]
    found, cursor = read_all(parties=mine)
    assert found == []
    Cdr.objects.filter(pk=cdr.pk).update(withheld=False)
    assert read_all(cursor, parties=mine)[0] == [("made", "A", "PENDING")]


def test_old_changes_are_forgotten_and_whoever_stood_there_is_told(settings: Any) -> None:
    world.cdr("A")
    _, early = read_all()
    world.cdr("B")
    _, late = read_all(early)
    now = timezone.now()
    assert changes.forget(now) == 0
    assert changes.forget(now + timedelta(days=settings.BILLING_CHANGES_DAYS, minutes=1)) == 2
    with pytest.raises(CursorTooOld):
        changes.page(None, early, 10)
    world.cdr("C")
    assert [id_ for _, id_, _ in read_all(late)[0]] == ["C"]
    assert [id_ for _, id_, _ in read_all()[0]] == ["C"]
    assert changes.forgotten_before() == 2


def test_many_cdrs_of_one_statement_are_all_noted() -> None:
    """A bulk load is a change for each."""
    first = world.cdr("A")
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in Cdr._meta.concrete_fields if field.column != "id")
        instead = columns.replace('"object_key"', "object_key || n").replace('"object_id"', "object_id || n")
        cursor.execute(
            f"INSERT INTO roaming_cdr ({columns}) SELECT {instead} FROM roaming_cdr, generate_series(1, 50) n"
        )
    Assessment.objects.bulk_create(
        world.unsaved(cdr, "ACCEPTED") for cdr in Cdr.objects.exclude(pk=first.pk).iterator()
    )
    kinds = [kind for kind, _, _ in read_all(limit=500)[0]]
    assert (kinds.count("made"), kinds.count("verdict")) == (51, 50)


@pytest.fixture(autouse=True)
def _hosted() -> None:
    world.begin()


def test_a_stored_cdr_is_a_change_through_the_service_that_stores_them() -> None:
    document = world.document("VIA")
    cdrs.store(world.CPO, document, source=None, now=timezone.now())
    cdrs.store(world.CPO, document, source=None, now=timezone.now())  # the same again
    assert [id_ for _, id_, _ in read_all()[0]] == ["VIA"]
