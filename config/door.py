"""The `web` process's one WSGI callable: partners' requests go straight to their view, all others to Django's handler.

Below /ocpi/ there are no cookies, forms, frames or static files: no session, no CSRF token, no user of ours, and
nothing that Django's request, response and middleware would do but cost. What they do for everybody is done here and in
the view: the Host header is checked, the database connection handed back, and `Server` names no product (S50).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.db import close_old_connections

from roaming.answers import Answer
from roaming.incoming import Incoming, is_ocpi
from roaming.views import ocpi

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
_LINES = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}


class Door:
    def __init__(self, staff: Application) -> None:
        self.staff = staff

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not is_ocpi(environ):
            return self.staff(environ, start_response)
        try:
            answer = ocpi(Incoming(environ))
        finally:
            close_old_connections()
        start_response(_LINES.get(answer.status, f"{answer.status} Unknown"), list(answer.headers.items()))
        return [answer.body] if answer.left is None else _Leaving(answer)


class _Leaving:
    """An answer of which somebody is to be told when its last byte has been handed to the server."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter([self.answer.body])

    def close(self) -> None:
        told, self.answer.left = self.answer.left, None
        try:
            if told is not None:
                told()
        finally:
            close_old_connections()
