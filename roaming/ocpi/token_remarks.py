"""What is odd about a token that may be stored all the same: what readers read and what stations can hold.

A card has 4, 7 or 10 bytes, written as hexadecimal digits. The first of seven is the maker's number, 04 (NXP) on
nearly all cards in use, so 04 at the other end shows a reader that turned the bytes round.
"""

from __future__ import annotations

import re

from roaming.ocpi.tokens import Token, TokenType, WhitelistType

LONGEST_1_6 = 20  # characters of an idTag (OCPP 1.6)
DIGITS = frozenset({8, 14, 20})
SEVEN_BYTES, MAKER = 14, "04"


def remarks(token: Token) -> list[str]:
    found = _card(token.uid) if token.type is TokenType.RFID else []
    for name, value in (("uid", token.uid), ("group_id", token.group_id or "")):
        if len(value) > LONGEST_1_6:  # OCP-05, TOK-24
            found.append(f"the {name} has {len(value)} characters, OCPP 1.6 stations hold {LONGEST_1_6}")
    if token.type in (TokenType.APP_USER, TokenType.AD_HOC_USER) and token.whitelist is not WhitelistType.NEVER:
        found.append(f"a token of type {token.type} should have the whitelist NEVER")  # TOK-23
    return found


def _card(uid: str) -> list[str]:
    bare = re.sub(r"[:. -]", "", uid)
    if not re.fullmatch(r"[0-9A-Fa-f]+", bare):
        return ["the uid of a card is written in hexadecimal digits"]
    found = [] if bare == uid else ["the uid of a card is written without separators"]
    if len(bare) not in DIGITS:
        found.append(f"a card has 4, 7 or 10 bytes, 8, 14 or 20 digits; this uid has {len(bare)}")
    elif len(bare) == SEVEN_BYTES and bare.endswith(MAKER) and not bare.startswith(MAKER):
        found.append(f"the bytes may be in reverse order: {_reversed(bare)}")
    return found


def _reversed(digits: str) -> str:
    return "".join(digits[at : at + 2] for at in range(len(digits) - 2, -1, -2))
