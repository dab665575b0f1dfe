"""Local authorization lists: full, differential, in pieces, and back in step after doubt (D01, D02)."""

import pytest

from ocppbridge.charging.intents import ListEntry, SendList
from ocppbridge.charging.local_list import (
    Candidate,
    Held,
    Next,
    after,
    applied,
    drift,
    dump,
    load,
    plan,
    wanted,
)
from ocppbridge.charging.outcomes import of_status
from ocppbridge.charging.replies import Authorization, AuthorizationStatus
from ocppbridge.charging.tokens import IdToken

YES, NO = Authorization(AuthorizationStatus.ACCEPTED), Authorization(AuthorizationStatus.BLOCKED)
A, B, C = IdToken("A"), IdToken("B"), IdToken("C")


def test_a_station_that_holds_nothing_gets_the_whole_list():
    """TC_043_4, TC_D_01."""
    assert plan({A: YES, B: NO}, Held(0), 0) == [SendList(1, (ListEntry(A, YES), ListEntry(B, NO)), full=True)]


def test_a_station_in_step_gets_the_difference():
    """TC_043_5, TC_D_02, TC_D_03: changed and new entries with, removed ones without an authorization."""
    held = Held(5, {A: YES, B: YES})
    (call,) = plan({A: NO, C: YES}, held, 5)
    assert call == SendList(6, (ListEntry(A, NO), ListEntry(C, YES), ListEntry(B)), full=False)


def test_a_station_that_holds_the_list_gets_nothing():
    assert plan({A: YES}, Held(5, {A: YES}), 5) == []
    assert plan({A: YES}, Held(5, {A: YES}), None) == []


def test_a_station_with_another_version_gets_the_whole_list_above_both():
    assert plan({A: YES}, Held(5, {A: YES}), 9) == [SendList(10, (ListEntry(A, YES),), full=True)]
    assert plan({A: YES}, Held(5, {A: YES}), 0) == [SendList(6, (ListEntry(A, YES),), full=True)]


def test_an_empty_list_is_sent_as_one():
    """TC_D_04."""
    assert plan({}, Held(0), 0) == plan({}, Held(0), -1) == []
    assert plan({}, Held(0), 3) == [SendList(4, (), full=True)]


def test_a_long_list_goes_in_pieces_of_rising_versions():
    calls = plan({A: YES, B: YES, C: YES}, Held(0), 0, most=2)
    assert [(call.version, call.full, len(call.entries)) for call in calls] == [(1, True, 2), (2, False, 1)]


@pytest.mark.parametrize(
    ("status", "follows"),
    [
        ("Accepted", Next.GO_ON),
        ("Failed", Next.RESYNC),
        ("VersionMismatch", Next.RESYNC),
        ("NotSupported", Next.NEVER),
    ],
)
def test_an_answer_says_how_to_go_on(status, follows):
    """TC_043_1, TC_043_3: resync on mismatch."""
    assert after(of_status(status)) is follows


def test_a_list_is_made_of_the_tokens_that_fit_valid_ones_first():
    """Of two with one uid the first counts, as it does when a card is read; a group too long for the version is left
    out."""
    cards = [Candidate("B", False), Candidate("A", True, "G"), Candidate("b", True), Candidate("LONG", True)]
    tokens, left_out = wanted([*cards, Candidate("C", True, "GROUP")], 3)
    assert [(token.value, answer.status) for token, answer in tokens.items()] == [
        ("A", "Accepted"),
        ("C", "Accepted"),
        ("B", "Blocked"),
    ]
    assert [answer.group.value if answer.group else None for answer in tokens.values()] == ["G", None, None]
    assert left_out == 1
    few, out = wanted(cards, 9, most=1)
    assert ([token.value for token in few], out) == (["A"], 2)


def test_what_a_station_holds_follows_from_what_it_accepted():
    held = applied({}, SendList(1, (ListEntry(A, YES), ListEntry(B, YES))))
    held = applied(held, SendList(2, (ListEntry(A, NO), ListEntry(B), ListEntry(C, YES)), full=False))
    assert held == {A: NO, C: YES}
    assert applied(held, SendList(3)) == {}


def test_a_token_that_is_only_spelled_anew_is_not_taken_off():
    """TOK-25: to a station both are the same."""
    lower = IdToken("a")
    (call,) = plan({lower: YES}, Held(5, {A: YES}), 5)
    assert call.entries == (ListEntry(lower, YES),)
    assert applied({A: YES}, call) == {lower: YES}


def test_drift_counts_what_differs():
    assert drift({A: YES, B: NO}, {A: YES, B: YES, C: YES}) == 2
    assert drift({A: YES}, {A: YES}) == 0


def test_what_is_held_survives_json():
    grouped = Authorization(AuthorizationStatus.ACCEPTED, group=IdToken("G", "Central"))
    held = {A: grouped, IdToken("B", "ISO14443"): NO}
    assert load(dump(held)) == held
