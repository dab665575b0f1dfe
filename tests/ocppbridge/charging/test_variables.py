"""Names of settings, and what 1.6's keys are in 2.x."""

import pytest

from ocppbridge.charging.intents import Variable
from ocppbridge.charging.tokens import Place
from ocppbridge.charging.variables import TO_2, TO_KEY, for_version, named, text


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("HeartbeatInterval", Variable("HeartbeatInterval")),
        ("OCPPCommCtrlr.HeartbeatInterval", Variable("HeartbeatInterval", "OCPPCommCtrlr")),
        ("D.Items[GetVariables]", Variable("Items", "D", "GetVariables")),
        ("Connector@1.2.State#Target", Variable("State", "Connector", None, None, Place(1, 2), "Target")),
        ("EVSE@1.Power", Variable("Power", "EVSE", None, None, Place(1))),
        ("A[b]@3.C[d]", Variable("C", "A", "d", "b", Place(3))),
        ("Vendor.Odd.Key", Variable("Vendor.Odd.Key")),
    ],
)  # fmt: skip
def test_a_name_is_written_as_it_is_read(name, variable):
    assert named(name) == variable
    assert text(variable) == name


def test_actual_is_what_needs_no_name():
    assert named("A.B#Actual") == Variable("B", "A")


def test_keys_and_variables_are_each_others_counterparts():
    assert len(TO_KEY) == len(TO_2)
    for key, variable in TO_2.items():
        assert for_version(Variable(key), "2.0.1") == variable
        assert for_version(variable, "1.6") == Variable(key)


def test_what_a_version_has_not_is_not_invented():
    assert for_version(Variable("VendorKey"), "2.1") is None
    assert for_version(Variable("VendorKey"), "1.6") == Variable("VendorKey")
    assert for_version(Variable("X", "Vendor"), "1.6") is None
    assert for_version(Variable("X", "Vendor"), "2.0.1") == Variable("X", "Vendor")
