"""The authorization table, row by row: what is known → what is decided (TOK-09 to TOK-13, CMD-11)."""

from datetime import timedelta

import pytest

from ocppbridge.charging.authorization import (
    Accept,
    Ask,
    Command,
    Known,
    Method,
    Own,
    Policy,
    Refuse,
    Stored,
    Verdict,
    Whitelist,
    Whom,
    decide,
)
from ocppbridge.charging.replies import AuthorizationStatus as Status

COMMAND, WHITELIST, REQUEST = Accept(Method.COMMAND), Accept(Method.WHITELIST), Accept(Method.AUTH_REQUEST)
OWNER, EVERYONE = Ask(Whom.OWNER), Ask(Whom.CANDIDATES)
VALID, INVALID = True, False
NOT_ASKED = None


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


# whitelist        valid    asked, and told         decision
STORED = [
    ("ALWAYS",          VALID,   NOT_ASKED,              WHITELIST),
    ("ALWAYS",          INVALID, NOT_ASKED,              Refuse(Status.BLOCKED)),
    ("ALWAYS",          INVALID, Verdict.ALLOWED,        Refuse(Status.BLOCKED)),
    ("ALLOWED",         VALID,   NOT_ASKED,              WHITELIST),
    ("ALLOWED",         INVALID, NOT_ASKED,              Refuse(Status.BLOCKED)),
    ("ALLOWED_OFFLINE", VALID,   NOT_ASKED,              OWNER),
    ("ALLOWED_OFFLINE", VALID,   Verdict.ALLOWED,        REQUEST),
    ("ALLOWED_OFFLINE", VALID,   Verdict.UNREACHABLE,    WHITELIST),
    ("ALLOWED_OFFLINE", VALID,   Verdict.BLOCKED,        Refuse(Status.BLOCKED)),
    ("ALLOWED_OFFLINE", INVALID, NOT_ASKED,              OWNER),
    ("ALLOWED_OFFLINE", INVALID, Verdict.ALLOWED,        REQUEST),
    ("ALLOWED_OFFLINE", INVALID, Verdict.UNREACHABLE,    Refuse(Status.BLOCKED)),
    ("NEVER",           VALID,   NOT_ASKED,              OWNER),
    ("NEVER",           VALID,   Verdict.ALLOWED,        REQUEST),
    ("NEVER",           VALID,   Verdict.UNREACHABLE,    Refuse(Status.INVALID)),
    ("NEVER",           INVALID, NOT_ASKED,              OWNER),
    ("NEVER",           INVALID, Verdict.ALLOWED,        REQUEST),
    ("NEVER",           INVALID, Verdict.UNREACHABLE,    Refuse(Status.INVALID)),
    ("NEVER",           VALID,   Verdict.EXPIRED,        Refuse(Status.EXPIRED)),
    ("NEVER",           VALID,   Verdict.NO_CREDIT,      Refuse(Status.NO_CREDIT)),
    ("NEVER",           VALID,   Verdict.NOT_ALLOWED,    Refuse(Status.NOT_AT_THIS_LOCATION)),
    ("NEVER",           VALID,   Verdict.UNKNOWN_TOKEN,  Refuse(Status.UNKNOWN)),
]  # fmt: skip


@pytest.mark.parametrize(("whitelist", "valid", "verdict", "decision"), STORED)
def test_a_stored_token_goes_by_its_whitelist_its_validity_and_whether_its_owner_can_be_reached(
    whitelist, valid, verdict, decision
):
    """TOK-09 to TOK-13, TOK-17."""
    known = Known(stored=Stored(Whitelist(whitelist), valid), verdict=verdict)
    assert decide(known) == decision


@pytest.mark.parametrize(
    ("valid", "verdict", "decision"),
    [
        (VALID, NOT_ASKED, OWNER),
        (VALID, Verdict.ALLOWED, REQUEST),
        (VALID, Verdict.UNREACHABLE, WHITELIST),
        (INVALID, NOT_ASKED, OWNER),
        (INVALID, Verdict.UNREACHABLE, Refuse(Status.BLOCKED)),
    ],
)
def test_allowed_may_be_asked_about_if_the_hub_so_chooses(valid, verdict, decision):
    """TOK-10: start allowed with the eMSP up and with it down."""
    known = Known(stored=Stored(Whitelist.ALLOWED, valid), verdict=verdict)
    assert decide(known, Policy(ask_about_allowed=True)) == decision


@pytest.mark.parametrize(
    ("candidates", "verdict", "decision"),
    [
        (False, NOT_ASKED, Refuse(Status.INVALID)),
        (True, NOT_ASKED, EVERYONE),
        (True, Verdict.ALLOWED, REQUEST),
        (True, Verdict.UNKNOWN_TOKEN, Refuse(Status.INVALID)),
        (True, Verdict.UNREACHABLE, Refuse(Status.INVALID)),
        (True, Verdict.BLOCKED, Refuse(Status.BLOCKED)),
    ],
)
def test_an_unknown_token_goes_by_what_the_emsps_say_who_may_be_asked(candidates, verdict, decision):
    """TOK-27."""
    assert decide(Known(candidates=candidates, verdict=verdict)) == decision


@pytest.mark.parametrize(
    ("age", "kind", "decision"),
    [
        (0, "RFID", COMMAND),
        (14, "RFID", COMMAND),
        (15, "RFID", OWNER),
        (16, "RFID", OWNER),
        (14, "APP_USER", COMMAND),
        (16, "APP_USER", COMMAND),
        (600, "AD_HOC_USER", COMMAND),
        (16, "OTHER", OWNER),
    ],
)
def test_a_token_that_a_command_named_is_not_asked_about_again(age, kind, decision):
    """CMD-11: at 14 minutes none, at 16 a call; app users never."""
    known = Known(command=Command(minutes(age), kind), stored=Stored(Whitelist.NEVER, VALID))
    assert decide(known) == decision


def test_how_long_a_command_vouches_is_the_hubs_choice():
    known = Known(command=Command(minutes(5)), stored=Stored(Whitelist.NEVER, VALID))
    assert decide(known, Policy(command_window=minutes(5))) == OWNER
    assert decide(known, Policy(command_window=minutes(6))) == COMMAND


@pytest.mark.parametrize("whitelist", ["ALLOWED", "ALLOWED_OFFLINE", "NEVER"])
def test_the_hub_may_choose_that_nobody_charges_without_an_answer(whitelist):
    known = Known(stored=Stored(Whitelist(whitelist), VALID), verdict=Verdict.UNREACHABLE)
    policy = Policy(ask_about_allowed=True, trust_unreachable=False)
    assert decide(known, policy) == Refuse(Status.INVALID)


def test_a_command_outweighs_even_a_blocked_token():
    """CMD-10: the eMSP has authorized it; the CPO does not check."""
    assert decide(Known(command=Command(minutes(1)), stored=Stored(Whitelist.ALWAYS, INVALID))) == COMMAND


@pytest.mark.parametrize("own", [Own.TOKEN, Own.GROUP])
def test_a_token_may_always_stop_its_own_or_its_groups_transaction(own):
    """TOK-24; and nobody is asked for it."""
    assert decide(Known(own=own, stored=Stored(Whitelist.NEVER, INVALID))) == Accept(None)
    assert decide(Known(own=own)) == Accept(None)


def test_a_token_that_charges_elsewhere_is_refused_only_where_the_hub_minds():
    known = Known(charging_elsewhere=True, stored=Stored(Whitelist.ALWAYS, VALID))
    assert decide(known) == WHITELIST
    assert decide(known, Policy(refuse_concurrent=True)) == Refuse(Status.CONCURRENT_TX)


def test_of_whom_nothing_is_known_nothing_is_asked():
    """TOK-27 only where an agreement says so."""
    assert decide(Known(), Policy(refuse_concurrent=True)) == Refuse(Status.INVALID)


def test_no_stored_token_is_left_without_a_decision():
    for whitelist in Whitelist:
        for valid in (VALID, INVALID):
            for verdict in [None, *Verdict]:
                decision = decide(Known(stored=Stored(whitelist, valid), verdict=verdict))
                assert isinstance(decision, Accept | Refuse) or verdict is None
