"""What a partner is sent, and what follows from its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roaming.hub.delivery import (
    Answered,
    Done,
    GiveUp,
    Outcome,
    PartnerMustPull,
    Policy,
    RetryAt,
    State,
    Unanswered,
    Verdict,
    after_attempt,
    payload,
)
from roaming.ocpi.difference import Write
from roaming.ocpi.versions import ModuleID

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICY = Policy()
PUT, PATCH, POST, DELETE = (Write(method, {}) for method in ("PUT", "PATCH", "POST", "DELETE"))
LOCATIONS, SESSIONS, CDRS, TARIFFS = ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.CDRS, ModuleID.TARIFFS
OLD = {"id": "S1", "kwh": 1, "last_updated": "2026-11-21T11:00:00Z"}
NEW = {"id": "S1", "kwh": 2, "last_updated": "2026-11-21T12:00:00Z"}


def after(outcome: Outcome, write: Write = PUT, module: ModuleID = SESSIONS, **state: object) -> Verdict:
    return after_attempt(State(module, **state), write, outcome, NOW, 0.5)  # type: ignore[arg-type]


class TestPayload:
    def test_the_first_time_it_is_put(self) -> None:
        """SES-08."""
        assert payload(SESSIONS, None, NEW) == (Write("PUT", NEW),)

    def test_up_to_date_it_is_the_difference(self) -> None:
        assert payload(SESSIONS, OLD, NEW) == (Write("PATCH", {"kwh": 2, "last_updated": NEW["last_updated"]}),)
        assert payload(SESSIONS, NEW, NEW) == ()

    def test_after_a_failure_it_is_the_present_whole(self) -> None:
        """TRA-08, COO-06: never the old PATCH."""
        assert payload(SESSIONS, OLD, NEW, whole=True) == (Write("PUT", NEW),)

    def test_a_cdr_is_posted_until_it_is_accepted_and_never_again(self) -> None:
        """CDR-04."""
        assert payload(CDRS, None, NEW) == (Write("POST", NEW),)
        assert payload(CDRS, None, NEW, whole=True) == (Write("POST", NEW),)
        assert payload(CDRS, NEW, NEW) == ()

    def test_what_is_gone_is_deleted(self) -> None:
        """TAR-03."""
        assert payload(TARIFFS, OLD, None) == (Write("DELETE", {}),)


@pytest.mark.parametrize(("http", "ocpi"), [(200, 1000), (201, 1000), (200, 1900)])
def test_both_layers_have_to_say_yes(http: int, ocpi: int) -> None:
    assert after(Answered(http, ocpi)) == Done()


@pytest.mark.parametrize(
    ("http", "ocpi"),
    [
        (200, 3000),  # peers 10, S34: HTTP 200 with a server error inside
        (200, 4003),
        (200, None),
        (204, None),
        (500, 1000),
        (502, None),
        (503, None),
        (401, None),
        (408, None),
        (429, None),
        (307, None),
        (302, 1000),
    ],
)
def test_the_partners_own_trouble_is_tried_again(http: int, ocpi: int | None) -> None:
    assert after(Answered(http, ocpi)) == RetryAt(NOW + POLICY.delays[0])


@pytest.mark.parametrize(
    ("http", "ocpi"), [(200, 2001), (200, 2000), (404, 2003), (400, None), (403, 2000), (405, None), (413, None)]
)
def test_what_is_wrong_with_the_object_waits_for_the_object_to_change(http: int, ocpi: int | None) -> None:
    verdict = after(Answered(http, ocpi, "no such currency"))
    assert isinstance(verdict, GiveUp)
    assert verdict.reason.startswith(f"HTTP {http}")
    assert verdict.reason.endswith(": no such currency")


def test_the_reason_without_words() -> None:
    assert after(Answered(400, None)) == GiveUp("HTTP 400, no OCPI answer")


@pytest.mark.parametrize("write", [PATCH, Write("PUT", {}, ("EVSE1",))])
def test_a_refused_part_is_followed_by_the_whole_at_once(write: Write) -> None:
    """COO-06: perhaps it does not have the object."""
    assert after(Answered(404, 2003), write, LOCATIONS) == RetryAt(NOW)


class TestRetries:
    def test_later_and_later(self) -> None:
        moments = []
        for attempts in range(10):
            verdict = after(Unanswered(), attempts=attempts)
            assert isinstance(verdict, RetryAt)
            moments.append(verdict.at - NOW)
        assert moments == [*POLICY.delays, *[POLICY.delays[-1]] * 4]

    def test_jitter_spreads_them(self) -> None:
        """TRA-05: not everybody at the same second."""
        early = after_attempt(State(SESSIONS), PUT, Unanswered(), NOW, 0.0)
        late = after_attempt(State(SESSIONS), PUT, Unanswered(), NOW, 1.0)
        assert early == RetryAt(NOW + POLICY.delays[0] * 0.75, ambiguous=True)
        assert late == RetryAt(NOW + POLICY.delays[0] * 1.25, ambiguous=True)

    def test_a_partner_may_ask_for_patience_within_reason(self) -> None:
        assert after(Answered(429, None, retry_after=timedelta(minutes=5))) == RetryAt(NOW + timedelta(minutes=5))
        assert after(Answered(503, None, retry_after=timedelta(days=9))) == RetryAt(NOW + POLICY.delays[-1])

    def test_after_the_window_the_partner_must_pull(self) -> None:
        long_ago = NOW - timedelta(hours=24)
        assert after(Unanswered(), first_failed_at=long_ago) == PartnerMustPull()
        assert isinstance(after(Unanswered(), first_failed_at=long_ago + timedelta(minutes=1)), RetryAt)

    def test_without_a_window_nothing_is_repeated(self) -> None:
        """TRA-08 by the letter."""
        policy = Policy(window=None)
        assert after_attempt(State(SESSIONS), PUT, Unanswered(), NOW, 0.5, policy) == PartnerMustPull()

    def test_a_cdr_is_money_and_tried_for_longer(self) -> None:
        """CDR-33."""
        assert isinstance(after(Unanswered(), POST, CDRS, first_failed_at=NOW - timedelta(days=10)), RetryAt)
        assert after(Unanswered(), POST, CDRS, first_failed_at=NOW - timedelta(days=15)) == PartnerMustPull()
        assert isinstance(after_attempt(State(CDRS), POST, Unanswered(), NOW, 0.5, Policy(window=None)), RetryAt)


class TestAmbiguity:
    def test_an_attempt_that_may_have_arrived_is_remembered(self) -> None:
        assert after(Unanswered(sent=True)) == RetryAt(NOW + POLICY.delays[0], ambiguous=True)
        assert after(Unanswered(sent=False)) == RetryAt(NOW + POLICY.delays[0], ambiguous=False)
        assert after(Unanswered(sent=False), ambiguous=True) == RetryAt(NOW + POLICY.delays[0], ambiguous=True)

    @pytest.mark.parametrize(
        "answer", [Answered(200, 2001, "CDR already exists"), Answered(409, None), Answered(400, 2000, "Duplicate id")]
    )
    def test_already_known_after_it_is_acceptance_of_a_cdr(self, answer: Answered) -> None:
        """CDR-05: one id, one body."""
        assert after(answer, POST, CDRS, ambiguous=True) == Done()

    def test_without_it_somebody_else_has_the_id(self) -> None:
        assert isinstance(after(Answered(200, 2001, "CDR already exists"), POST, CDRS), GiveUp)

    def test_another_refusal_is_none(self) -> None:
        assert isinstance(after(Answered(200, 2001, "no such currency"), POST, CDRS, ambiguous=True), GiveUp)

    def test_a_server_error_is_none_either(self) -> None:
        assert isinstance(after(Answered(500, None, "already"), POST, CDRS, ambiguous=True), RetryAt)

    def test_other_objects_have_no_such_rule(self) -> None:
        assert isinstance(after(Answered(200, 2001, "already known"), PUT, ambiguous=True), GiveUp)


def test_gone_is_gone() -> None:
    """TAR-05: DELETE of what the partner does not have."""
    assert after(Answered(404, 2000), DELETE, TARIFFS) == Done()
    assert isinstance(after(Answered(405, None), DELETE, TARIFFS), GiveUp)
