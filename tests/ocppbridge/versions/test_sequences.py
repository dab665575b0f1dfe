"""The sequences shown to people name messages that exist and go the way they are drawn."""

import pytest

from ocppbridge.versions import DIALECTS
from ocppbridge.versions.sequences import SEQUENCES, UP


@pytest.mark.parametrize("name", SEQUENCES)
def test_each_step_is_a_message_of_its_versions_and_goes_the_right_way(name):
    sequence = SEQUENCES[name]
    for dialect in DIALECTS.values():
        for step in sequence.v16 if dialect.version == "1.6" else sequence.v2:
            senders = dialect.actions_from_station if step.way == UP else dialect.actions_to_station
            assert step.action in senders, (dialect.version, step)


def test_the_sequences_that_staff_ask_for_are_there():
    assert {"boot", "authorization", "transaction", "offline replay", "reservation", "firmware"} <= set(SEQUENCES)
    assert all(sequence.title and sequence.source for sequence in SEQUENCES.values())
