"""Error codes: one meaning, spelled per version, read in any spelling."""

import pytest

from ocppbridge.rpc.errors import Code, Declined, Forbidden, RpcError, UnknownAction, read_code, spelled


@pytest.mark.parametrize(
    ("code", "version", "text"),
    [
        (Code.FORMAT_VIOLATION, "1.6", "FormationViolation"),
        (Code.FORMAT_VIOLATION, "2.0.1", "FormatViolation"),
        (Code.FORMAT_VIOLATION, "2.1", "FormatViolation"),
        (Code.OCCURRENCE_CONSTRAINT, "1.6", "OccurenceConstraintViolation"),
        (Code.OCCURRENCE_CONSTRAINT, "2.0.1", "OccurrenceConstraintViolation"),
        (Code.RPC_FRAMEWORK_ERROR, "1.6", "FormationViolation"),
        (Code.MESSAGE_TYPE_NOT_SUPPORTED, "1.6", "GenericError"),
        (Code.NOT_IMPLEMENTED, "1.6", "NotImplemented"),
    ],
)
def test_each_version_has_its_own_spelling(code, version, text):
    assert spelled(code, version) == text


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_what_one_version_writes_every_reader_understands(version):
    for code in set(Code) - {Code.RPC_FRAMEWORK_ERROR, Code.MESSAGE_TYPE_NOT_SUPPORTED}:
        assert read_code(spelled(code, version)) is code


def test_a_code_that_no_version_knows_stays_as_it_came_but_short():
    assert read_code("OutOfCoffee") == "OutOfCoffee"
    assert read_code("x" * 500) == "x" * 50


@pytest.mark.parametrize("odd", [None, "", 17, {"code": 1}])
def test_a_code_that_is_no_word_counts_as_generic(odd):
    assert read_code(odd) is Code.GENERIC_ERROR


def test_an_errors_class_gives_its_code_and_its_text_is_cut_to_what_a_frame_may_hold():
    assert UnknownAction("x").code is Code.NOT_IMPLEMENTED
    assert Declined("x").code is Code.NOT_SUPPORTED
    assert Forbidden("x").code is Code.SECURITY_ERROR
    assert RpcError("x" * 1000).description == "x" * 255
    assert RpcError("x", Code.INTERNAL_ERROR, {"a": 1}).details == {"a": 1}
