"""Transactions out of messages in any order: starts, stops, replays, duplicates, gaps, odd meters and odd clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from functools import reduce
from itertools import permutations

import pytest
from msgspec import structs

from ocppbridge.charging import stored
from ocppbridge.charging.messages import Ended, Metered, Started, StateChanged, Updated
from ocppbridge.charging.readings import ENERGY_EXPORT, ENERGY_IMPORT, Reading, Sample
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.charging.transactions import Transaction, apply, close, start_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA, BERT = IdToken("ANNA"), IdToken("BERT")
HERE = Place(1, 1)


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def read(at: float, wh: int | None, export: int | None = None, interval: int | None = None) -> Reading:
    figures = ((ENERGY_IMPORT, wh), (ENERGY_EXPORT, export), ("Energy.Active.Import.Interval", interval))
    return Reading(minute(at), tuple(Sample(name, D(value), "Wh") for name, value in figures if value is not None))


def play(*messages, received: float = 600) -> Transaction:
    return reduce(lambda state, message: apply(state, message, minute(received)), messages, None)


def codes(state: Transaction) -> list[str]:
    return [finding.code for finding in state.findings]


# OCPP 1.6: one start, one stop, both with a register; readings in between

START = Started("7", minute(0), HERE, ANNA, meter_start=D(100_000))
HALF = Metered(HERE, (read(30, 105_000),), "7")
STOP = Ended("7", minute(60), token=BERT, meter_stop=D(111_000), reason="Remote")


def test_a_session_of_1_6_is_stop_less_start():
    state = play(START, HALF, STOP)
    assert (state.started_at, state.ended_at, state.reason) == (minute(0), minute(60), "Remote")
    assert (state.metering.import_wh, codes(state), state.holds) == (D(11_000), [], False)
    assert (state.token, state.stop_token, state.place) == (ANNA, BERT, HERE)


def test_a_running_session_shows_what_its_readings_say():
    state = play(START, HALF)
    assert state.running
    assert state.metering.import_wh == 5000


@pytest.mark.parametrize("order", [*permutations([START, HALF, STOP])])
def test_the_order_of_arrival_makes_no_difference(order):
    """Offline replay: E04, field quirk 7."""
    state = play(*order)
    assert (state.started_at, state.ended_at, state.metering.import_wh) == (minute(0), minute(60), D(11_000))
    assert codes(state) == []


def test_every_message_twice_changes_nothing():
    """Field quirk 6."""
    assert play(START, START, HALF, HALF, STOP, STOP, START, HALF) == play(START, HALF, STOP)


def test_a_stop_without_its_start_is_kept_and_flagged():
    state = play(STOP)
    assert (state.started_at, state.ended_at, state.start_seen) == (minute(60), minute(60), False)
    assert codes(state) == ["START_MISSING", "NO_METER"]
    assert state.holds


def test_a_start_without_a_meter_takes_its_first_reading_for_it():
    """Field quirk 3: meterStart null."""
    state = play(replace(START, meter_start=None), Metered(HERE, (read(0, 100_000),), "7"), STOP)
    assert state.metering.import_wh == 11_000


def test_a_session_register_at_the_bounds_and_a_lifetime_register_between_them():
    """Field quirk 3: lifetime register sent as session energy; stop less start makes sense, so it counts."""
    start, stop = replace(START, meter_start=D(0)), replace(STOP, meter_stop=D(15_000))
    lifetime = [Metered(HERE, (read(at, 1_000_000 + at * 250),), "7") for at in (1, 30, 59)]
    state = play(start, *lifetime, stop)
    assert state.metering.import_wh == 15_000
    assert play(start, *lifetime).metering.import_wh == 58 * 250
    assert not state.holds


def test_a_lifetime_register_at_the_stop_alone_does_not_bill_a_lifetime():
    state = play(START, HALF, replace(STOP, meter_stop=D(50_000_000)))
    assert state.metering.import_wh == 5000
    assert "METER_JUMP" in codes(state)
    assert state.holds


def test_a_register_reset_in_mid_session_counts_both_parts():
    """Field quirk 3."""
    samples = [Metered(HERE, (read(at, wh),), "7") for at, wh in ((10, 104_000), (20, 0), (50, 6000))]
    state = play(START, *samples, replace(STOP, meter_stop=D(7000)))
    assert state.metering.import_wh == 4000 + 7000
    assert state.holds


def test_a_stop_below_the_start_is_held():
    """S42: backwards."""
    state = play(START, replace(STOP, meter_stop=D(99_999)))
    assert state.metering.import_wh == 0
    assert state.holds


def test_readings_that_do_not_name_the_transaction_count_only_where_nothing_else_does():
    others = [Metered(HERE, (read(at, 5000 + at),)) for at in (0, 30)]
    assert play(replace(START, meter_start=None), *others).metering.import_wh == 30
    state = play(START, *others, STOP)
    assert state.metering.import_wh == 11_000
    assert codes(state) == []


def test_1_6_tells_the_course_of_a_session_by_the_state_of_its_connector():
    words = [(1, "Charging"), (20, "SuspendedEV"), (30, "SuspendedEV"), (59, "Finishing")]
    changes = [StateChanged(HERE, word, minute(at)) for at, word in words]
    state = play(START, *reversed(changes), STOP, StateChanged(HERE, "Available", minute(61)))
    assert state.states == ((minute(1), "charging"), (minute(20), "suspended_ev"), (minute(59), "idle"))


def test_a_state_without_a_time_is_of_the_moment_it_was_heard():
    state = play(START, StateChanged(HERE, "Charging"), received=5)
    assert state.states == ((minute(5), "charging"),)
    assert play(StateChanged(HERE, "Charging")).charging_state == "Charging"


def test_a_state_that_is_no_part_of_a_session_leaves_its_course_alone():
    assert play(START, StateChanged(HERE, "Available", minute(5))).states == ()
    assert play(START, StateChanged(HERE, "Charging", minute(-5))).states == ()


def test_preparing_in_the_second_of_the_start_is_not_parking():
    """1.6: Preparing is said before StartTransaction, with the same timestamp where a clock has whole seconds."""
    preparing, charging = StateChanged(HERE, "Preparing", minute(0)), StateChanged(HERE, "Charging", minute(0))
    assert play(START, preparing).states == ()
    assert play(START, preparing, charging).states == ((minute(0), "charging"),)
    assert play(START, charging, preparing).states == ((minute(0), "charging"),)


# OCPP 2.x: events with numbers


def event(kind, at: float, seq: int, *readings: Reading, **more):
    return kind("tx-1", minute(at), readings=readings, seq_no=seq, **more)


BEGIN = event(
    Started, 0, 0, read(0, 100), place=Place(1), token=ANNA, trigger="Authorized", charging_state="EVConnected"
)
FIRST = event(Updated, 10, 1, read(10, 1100), place=Place(1, 2), charging_state="Charging", remote_start_id=9)
SECOND = event(Updated, 20, 2, read(20, 2100))
FINISH = event(Ended, 30, 3, read(30, 3100), token=BERT, trigger="StopAuthorized", reason="Local")


def test_a_session_of_2_x_is_the_course_of_its_readings():
    state = play(BEGIN, FIRST, SECOND, FINISH)
    assert (state.metering.import_wh, codes(state), state.last_seq_no) == (D(3000), [], 3)
    assert (state.token, state.stop_token) == (ANNA, BERT)
    assert state.states == ((minute(0), "idle"), (minute(10), "charging"))
    assert state.remote_start_id == 9


@pytest.mark.parametrize("order", [*permutations([BEGIN, FIRST, SECOND, FINISH])])
def test_events_in_any_order_and_twice_give_the_same_session(order):
    expected = play(BEGIN, FIRST, SECOND, FINISH)
    state = play(*order, *order)
    assert codes(state) == []
    assert state.metering.import_wh == 3000
    assert (state.started_at, state.ended_at, state.states) == (expected.started_at, expected.ended_at, expected.states)


@pytest.mark.parametrize("order", [("Charging", "SuspendedEV"), ("SuspendedEV", "Charging")])
def test_of_two_states_in_one_second_the_last_to_arrive_holds(order):
    """Stations count whole seconds; the alphabet has no say."""
    events = [
        Updated("TX", minute(5), HERE, seq_no=number, charging_state=word) for number, word in enumerate(order, start=1)
    ]
    begun = Started("TX", minute(0), HERE, ANNA, seq_no=0, charging_state="EVConnected")
    names = {"Charging": "charging", "SuspendedEV": "suspended_ev"}
    state = play(begun, *events)
    assert [what for _, what in state.states] == ["idle", *(names[word] for word in order)]
    assert play(begun, *events, *events).states == state.states
    assert play(begun, Updated("TX", minute(4), HERE, seq_no=1, charging_state=order[0]), *events).states[-1] == (
        minute(5),
        names[order[1]],
    )


def test_a_connector_that_comes_later_completes_the_place():
    """Field quirk 5: evse without connectorId, missing evse on Ended."""
    assert play(BEGIN, FIRST, FINISH).place == Place(1, 2)
    assert play(BEGIN, replace(FIRST, place=Place(3, 1))).place == Place(1)


def test_a_gap_in_the_numbers_is_told_until_it_is_filled():
    state = play(BEGIN, FINISH)
    assert [(finding.code, finding.text) for finding in state.findings] == [("SEQ_GAP", "missing: 1, 2")]
    assert not state.holds
    assert play(BEGIN, FINISH, SECOND).findings[0].text == "missing: 1"
    assert codes(play(BEGIN, FINISH, SECOND, FIRST)) == []


def test_events_before_the_start_has_come_miss_it():
    state = play(SECOND)
    assert state.missing == (0, 1)
    assert codes(state) == ["START_MISSING", "SEQ_GAP"]
    assert state.started_at == minute(20)
    assert codes(play(SECOND, replace(BEGIN, seq_no=1))) == []


def test_numbers_that_restart_at_the_end_are_a_finding_and_no_more():
    """Field quirk 6: seqNo that restarts at 0 with Ended."""
    state = play(BEGIN, FIRST, SECOND, replace(FINISH, seq_no=0))
    assert (codes(state), state.holds, state.ended_at) == (["SEQ_RESTART"], False, minute(30))


def test_an_end_that_is_all_that_was_ever_said_may_be_said_twice():
    only = replace(FINISH, seq_no=0)
    assert codes(play(only, only)) == codes(play(only))


def test_a_station_that_counts_from_anywhere_misses_nothing():
    assert play(replace(BEGIN, seq_no=40), replace(FIRST, seq_no=41)).missing == ()


def test_the_list_of_what_is_missing_has_an_end():
    for number in (10**6, 2**31 - 1, 10**30):  # as many as these would be more memory than there is (S40)
        assert len(play(BEGIN, replace(FIRST, seq_no=number)).missing) == 100
        assert len(play(replace(FIRST, seq_no=number)).missing) == 100


def test_a_remote_start_and_a_reservation_are_remembered_even_as_zero():
    state = play(replace(BEGIN, remote_start_id=0, reservation_id=0, offline=True), replace(FIRST, remote_start_id=5))
    assert (state.remote_start_id, state.reservation_id, state.offline) == (0, 0, True)


def test_readings_after_the_end_belong_to_somebody_else():
    late = event(Updated, 40, 2, read(15, 1600), read(40, 9000), charging_state="Charging")
    state = play(BEGIN, FIRST, FINISH, late)
    assert state.metering.import_wh == 3000
    assert state.states[-1] == (minute(10), "charging")


def test_a_reading_of_the_very_end_counts_even_if_it_comes_after_it():
    late = event(Updated, 30, 2, read(30, 3100), charging_state="SuspendedEV")
    state = play(BEGIN, replace(FINISH, readings=()), late)
    assert state.metering.import_wh == 3000
    assert state.states[-1] == (minute(30), "suspended_ev")


def test_the_same_session_in_two_messages_counts_once():
    """Field quirk 3: kWh in TransactionEvent and Wh in MeterValues, normalised before they come here."""
    others = [Metered(Place(1), (read(at, 500_000 + at),)) for at in (0, 10, 20)]
    assert play(BEGIN, *others, FIRST, SECOND, FINISH).metering.import_wh == 3000


def test_import_and_export_are_kept_apart():
    messages = [replace(BEGIN, readings=(read(0, 100, 50),)), replace(FINISH, readings=(read(30, 600, 4050),))]
    state = play(*messages)
    assert (state.metering.import_wh, state.metering.export_wh) == (D(500), D(4000))


def test_export_told_apart_from_the_transaction_counts_where_nothing_else_does():
    others = [Metered(Place(1), (read(at, None, 1000 + at * 100),)) for at in (0, 20)]
    assert play(replace(BEGIN, readings=()), *others).metering.export_wh == 2000


def test_interval_values_are_summed_where_there_is_no_register():
    readings = tuple(read(at, None, None, 250) for at in (15, 30))
    assert play(replace(BEGIN, readings=()), replace(FINISH, readings=readings)).metering.import_wh == 500


def test_a_session_without_any_reading_is_held():
    state = play(replace(BEGIN, readings=()), replace(FINISH, readings=()))
    assert codes(state) == ["SEQ_GAP", "NO_METER"]
    assert state.holds


def test_the_token_that_stops_is_not_the_token_that_charges():
    stopped = event(Updated, 20, 2, trigger="StopAuthorized", token=BERT)
    state = play(replace(BEGIN, token=None), stopped, event(Updated, 21, 3, token=ANNA, trigger="Authorized"))
    assert (state.token, state.stop_token) == (ANNA, BERT)


# Clocks


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)])
def test_a_clock_that_was_never_set_is_replaced_by_the_time_of_receipt_and_held(wrong):
    """Field quirk 5, S42: future timestamps."""
    state = play(replace(START, at=wrong), received=2)
    assert (state.started_at, codes(state), state.holds) == (minute(2), ["CLOCK"], True)


def test_energy_is_counted_even_by_a_station_without_a_clock():
    past = datetime(1970, 1, 1, tzinfo=UTC)
    first = replace(BEGIN, at=past, readings=(structs.replace(BEGIN.readings[0], at=past),))
    last = replace(FINISH, at=past, readings=(structs.replace(FINISH.readings[0], at=past),))
    state = apply(apply(None, first, minute(0)), last, minute(0))
    assert state.metering.import_wh == 3000
    assert state.holds


def test_a_1_6_station_without_a_clock_is_billed_by_its_registers():
    past = datetime(1970, 1, 1, tzinfo=UTC)
    start, stop = replace(START, at=past), replace(STOP, at=past)
    state = apply(apply(None, start, minute(0)), stop, minute(0))
    assert state.metering.import_wh == 11_000
    assert codes(state) == ["CLOCK"]


def test_an_end_before_the_start_ends_at_the_start_and_is_held():
    state = play(START, replace(STOP, at=minute(-10)))
    assert state.ended_at == state.started_at
    assert "END_BEFORE_START" in codes(state)
    assert state.holds


# Staff


def test_staff_can_close_what_hears_no_more_and_a_late_stop_still_counts():
    closed = close(play(START, HALF), minute(120))
    assert (closed.ended_at, closed.closed, closed.reason) == (minute(120), True, "Other")
    ended = apply(closed, STOP, minute(600))
    assert (ended.ended_at, ended.closed, ended.metering.import_wh) == (minute(60), False, D(11_000))


def test_closing_what_has_ended_changes_nothing():
    state = play(START, STOP)
    assert close(state, minute(90)) == state


# MeterValues of what has no start yet


def test_meter_values_alone_begin_a_transaction_at_their_first_reading():
    state = play(HALF)
    assert (state.started_at, state.place, state.start_seen) == (minute(30), HERE, False)
    assert play(Metered(HERE, (), "7"), received=1).started_at == minute(1)


# Identity and storage


def test_two_starts_are_the_same_by_place_token_time_and_meter():
    """Field quirk 6: a message id alone is never a duplicate key."""
    assert start_key(START) == start_key(replace(START, token=IdToken("anna")))
    for other in (
        replace(START, token=BERT),
        replace(START, place=Place(2, 1)),
        replace(START, at=minute(1)),
        replace(START, meter_start=D(1)),
    ):
        assert start_key(START) != start_key(other)
    assert start_key(Started("x", NOON)).startswith("0||")


@pytest.mark.parametrize(
    "messages",
    [
        (START,),
        (START, HALF, STOP),
        (STOP,),
        (BEGIN, FINISH),
        (replace(BEGIN, remote_start_id=0, reservation_id=0, offline=True),),
        (replace(BEGIN, token=IdToken("A", "eMAID", (("x", "y"),)), place=STATION),),
        (replace(START, at=datetime(1970, 1, 1, tzinfo=UTC)), StateChanged(HERE, "Charging")),
    ],
)
def test_a_state_survives_json(messages):
    state = play(*messages)
    assert stored.load(stored.dump(state)) == state
    assert stored.load(stored.dump(close(state, minute(99)))) == close(state, minute(99))
