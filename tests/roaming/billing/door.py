"""The billing API's front door for tests: GET with a token, and what came of it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from roaming.models import Party
from roaming.services import billing_tokens


def token(*parties: Party) -> str:
    return billing_tokens.issue("tests", parties)[1]


def get(path: str, bearer: str = "", **query: Any) -> Any:
    """The answer; `path` below /api/v1/billing/, or a whole URL out of an answer."""
    url = path if path.startswith("http") else f"/api/v1/billing/{path}"
    headers = {"Authorization": f"Bearer {bearer or token()}"}
    return Client(SERVER_NAME="localhost").get(url, query or None, headers=headers)


def found(path: str, bearer: str = "", **query: Any) -> Any:
    """The JSON of a success."""
    answer = get(path, bearer, **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(path: str, bearer: str = "", **query: Any) -> tuple[int, str, str]:
    """Status, code and words of a problem."""
    answer = get(path, bearer, **query)
    told = answer.json()
    return answer.status_code, told["code"], told["detail"]


def body(answer: Any) -> bytes:
    """Of a stream."""
    return b"".join(answer.streaming_content)
