"""Named types, read from the schemas' definitions."""

import pytest

from ocppbridge.versions import DIALECTS
from ocppbridge.versions.describe import plain
from ocppbridge.versions.types import types
from tests.ocppbridge.versions import samples


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)
def test_every_definition_that_a_message_uses_is_a_type_with_the_places_of_its_use(dialect):
    named = {name for _, _, schema in samples.read(dialect.version) for name in schema.get("definitions", {})} - {
        "CustomDataType"
    }
    found = types(dialect.version)
    assert set(found) == named
    assert all(one.used_in and bool(one.fields) != bool(one.values) for one in found.values())


def test_a_type_tells_its_fields_and_an_enumeration_its_values():
    token = types("2.0.1")["IdTokenType"]
    assert [field.path for field in token.fields if field.required and "[]" not in field.path] == ["idToken", "type"]
    assert "TransactionEvent.idToken" in token.used_in
    assert "Authorize answer.idTokenInfo.groupIdToken" in token.used_in
    assert "NoCredit" in types("2.1")["AuthorizationStatusEnumType"].values


def test_a_description_is_freed_of_the_names_of_the_model():
    told = (
        "ID_ Token. Status. Authorization_ Status\r\nurn:x-oca:ocpp:uid:1:569372\r\n"
        "Current &lt;&lt;status&gt;&gt; &amp; more.\r\n"
    )
    assert plain(told) == "Current status & more."
