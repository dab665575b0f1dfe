"""Tokens that may be stored and are odd all the same."""

from __future__ import annotations

import pytest

from roaming.ocpi.decoding import decode
from roaming.ocpi.token_remarks import remarks
from roaming.ocpi.tokens import Token
from tests.roaming.ocpi.samples import sample


@pytest.mark.parametrize(
    ("requirement", "changes", "expected"),
    [
        ("TOK-23", {"type": "APP_USER", "uid": "any", "whitelist": "ALLOWED"}, "should have the whitelist NEVER"),
        ("TOK-23", {"type": "AD_HOC_USER", "uid": "any", "whitelist": "ALWAYS"}, "should have the whitelist NEVER"),
        ("TOK-23", {"type": "APP_USER", "uid": "any", "whitelist": "NEVER"}, ""),
        ("TOK-24", {"uid": "04A1B2C3", "group_id": "g" * 21}, "the group_id has 21 characters"),
        ("TOK-24", {"uid": "04A1B2C3", "group_id": "g" * 20}, ""),
        ("OCP-05", {"type": "OTHER", "uid": "x" * 36}, "the uid has 36 characters"),
        ("TOK-25", {"uid": "04A1B2C3D4E5F6"}, ""),
        ("TOK-25", {"uid": "04A1B2C3D4E5F60718A9"}, ""),
        ("TOK-25", {"uid": "012345678"}, "this uid has 9"),
        ("TOK-25", {"uid": "04:a1:b2:c3"}, "without separators"),
        ("TOK-25", {"uid": "DE-EMX-C1"}, "hexadecimal digits"),
        ("TOK-25", {"uid": "F6E5D4C3B2A104"}, "in reverse order: 04A1B2C3D4E5F6"),
        ("TOK-25", {"type": "OTHER", "uid": "012345678"}, ""),
    ],
)
def test_what_is_odd_is_told(requirement: str, changes: dict[str, str], expected: str) -> None:
    found = remarks(decode(Token, sample("Token", **changes)))
    assert [expected in one for one in found] == ([True] if expected else [])
