"""What stations answer our calls, in four words."""

import pytest

from ocppbridge.charging.outcomes import Accepted, Refused, Scheduled, Unsupported, of_error, of_status
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.rpc.errors import Code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Accepted", Accepted),
        ("Unlocked", Accepted),
        ("AcceptedCanceled", Accepted),
        ("Scheduled", Scheduled),
        ("RebootRequired", Scheduled),
        ("Rejected", Refused),
        ("UnlockFailed", Refused),
        ("Occupied", Refused),
        ("VersionMismatch", Refused),
        ("NotSupported", Unsupported),
        ("NotImplemented", Unsupported),
        ("UnknownVariable", Unsupported),
    ],
)
def test_a_status_word_has_one_meaning(status, kind):
    outcome = of_status(status, "because", {"a": 1})
    assert (type(outcome), outcome.status, outcome.reason, outcome.data) == (kind, status, "because", {"a": 1})


@pytest.mark.parametrize("code", [Code.NOT_SUPPORTED, Code.NOT_IMPLEMENTED])
def test_stations_mix_up_not_supported_and_not_implemented(code):
    """Field quirk 8."""
    assert of_error(code, "no") == Unsupported(code.value, "no")


def test_any_other_error_is_a_refusal_with_its_code():
    assert of_error(Code.SECURITY_ERROR, "no") == Refused("SecurityError", "no")
    assert of_error("Teapot") == Refused("Teapot")


def test_tokens_are_compared_without_regard_to_case():
    """TOK-25."""
    assert IdToken("04aB").folded() == IdToken("04Ab").folded()


def test_evse_zero_is_the_station():
    assert STATION.is_station
    assert not Place(1).is_station
