"""Who calls: a token, its platform and the platform's parties, read again only when one of these rows has changed.

PostgreSQL tells one version of a row from every other by where it stands and who wrote it (ctid, xmin). A request asks
for those of the rows behind its token, in one statement, and takes what this process has read before if they are the
same: so a revoked token, a suspended platform or a withdrawn party holds from its COMMIT on, in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import Model
from django.db.models.base import ModelState

from roaming import postgres
from roaming.models import IssuedToken, Party, Platform
from roaming.postgres.questions import Question, plain, row_of

M = TypeVar("M", bound=Model)
MOST = 10_000  # tokens

_TOKEN = plain(IssuedToken)
_VERSIONS = """
SELECT token.digest, concat_ws(' ', token.xmin, token.ctid, platform.xmin, platform.ctid, (
    SELECT string_agg(concat_ws(' ', party.xmin, party.ctid), ' ' ORDER BY party.id)
    FROM roaming_party party WHERE party.platform_id = platform.id AND party.withdrawn_at IS NULL))
FROM roaming_issuedtoken token JOIN roaming_platform platform ON platform.id = token.platform_id
WHERE token.digest = ANY (string_to_array(%s, ' '))
"""
_DIGEST, _PLATFORM = "<digest>", -1  # what stands in the questions for the real ones


@dataclass(frozen=True)
class Known:
    """`token.platform` is set. Whoever gets it may change the rows: nobody else has them."""

    token: IssuedToken
    parties: list[Party]  # those of the platform that are not withdrawn


_read: dict[str, tuple[str, Known]] = {}  # by digest: the versions of the rows, and what they say


def by_digest(digests: Iterable[str]) -> Iterator[Known]:
    """Those of these tokens that we issued."""
    wanted = list(digests)
    for digest, versions in _versions(wanted).items():
        held = _read.get(digest)
        known = held[1] if held is not None and held[0] == versions else _again(digest, versions)
        if known is not None:
            yield _twin(known)


def _versions(digests: list[str]) -> dict[str, str]:
    return dict(postgres.fetch(_VERSIONS, [" ".join(digests)], kept=True))


def _again(digest: str, versions: str) -> Known | None:
    """From the rows; kept if they did not change meanwhile."""
    rows = _token().ask({_DIGEST: digest})
    if not rows:
        return None
    token = row_of(IssuedToken, rows[0][: len(_TOKEN)])
    token.platform = row_of(Platform, rows[0][len(_TOKEN) :])
    known = Known(token, [row_of(Party, row) for row in _parties().ask({_PLATFORM: token.platform_id})])
    if _versions([digest]).get(digest) == versions:
        if len(_read) >= MOST:
            _read.clear()
        _read[digest] = versions, known
    return known


@cache
def _token() -> Question:
    rows = IssuedToken.objects.filter(digest=_DIGEST)
    return Question.of(rows.values_list(*_TOKEN, *(f"platform__{name}" for name in plain(Platform))))


@cache
def _parties() -> Question:
    rows = Party.objects.filter(platform_id=_PLATFORM, withdrawn_at=None).order_by("pk")
    return Question.of(rows.values_list(*plain(Party)))


def _twin(known: Known) -> Known:
    token = _copy(known.token)
    token.platform = _copy(known.token.platform)
    return Known(token, [_copy(party) for party in known.parties])


def _copy(row: M) -> M:
    """Of a row as it was read: its values, lists too, and a state of its own."""
    twin = type(row).__new__(type(row))
    values = vars(row)
    vars(twin).update(values)
    for name in _lists(type(row)):
        vars(twin)[name] = values[name][:]
    twin._state = ModelState()
    twin._state.db, twin._state.adding = row._state.db, False
    return twin


@cache
def _lists(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if isinstance(field, ArrayField))
