"""A contract's personal data, taken out of everything (S49): objects, bills, outbox, both journals, stations' data.

What a contract is known by (its id, the uids of its tokens, their visual numbers) gives way to a pseudonym made of a
keyed digest, in every text of every table, so that sums and references still hold. Prices, times and energy stay: they
are the bill. A CDR thus changed is no longer the one that was sent; its payer has that one. Files of CDRs that name the
contract are deleted.

Lists on stations are left to their own synchronisation, which takes off what is no token any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Replace, Upper
from psycopg import sql

from roaming.models import Cdr, Session, Token
from roaming.models.fields import EncryptedTextField
from roaming.ocpi import json
from roaming.services import billing_exports, secrets, sessions

SHORTEST = 6  # characters: what is shorter cannot be told from other data
_OURS = frozenset({"roaming", "ocppbridge", "admin"})  # the last: who did what in the admin
_LEFT_OUT = frozenset({"ocppbridge_locallist"})
Column: TypeAlias = "models.Field[Any, Any]"
_TEXTS = (models.CharField, models.TextField, models.JSONField)


class CannotErase(Exception):
    """Why not, as a sentence for staff."""


@dataclass(frozen=True)
class Erasure:
    """What goes, or went: `rows` by table."""

    words: tuple[str, ...]
    pseudonyms: tuple[str, ...]
    rows: dict[str, int] = field(default_factory=dict)


def known_by(contract_id: str) -> list[str]:
    """All that the contract and its tokens are called by. Raises CannotErase."""
    tokens = list(_tokens(contract_id))
    found = {contract_id, *(row.contract_id for row in tokens), *(row.object_id for row in tokens)}
    found |= {row.visual_number for row in tokens if row.visual_number}
    found |= _named_in(Session, contract_id) | _named_in(Cdr, contract_id)
    if found == {contract_id}:
        raise CannotErase(f"Nothing here names the contract {contract_id}.")
    short = sorted(word for word in found if len(word) < SHORTEST)
    if short:
        raise CannotErase(f"“{short[0]}” is too short to be told from other data; change its objects by hand.")
    if any(row.valid for row in tokens):
        raise CannotErase("A token of this contract is valid still: its eMSP revokes it first, or would send it again.")
    uids = [row.object_id for row in tokens]
    if Session.objects.filter(token_uid__in=uids).exclude(status__in=sessions.FINAL).exists():
        raise CannotErase("A session of this contract is not over yet.")
    return sorted(found, key=lambda word: (-len(word), word))  # what contains another goes first


@transaction.atomic
def erase(contract_id: str, now: datetime) -> Erasure:
    """Everywhere, or nowhere. Raises CannotErase."""
    words = known_by(contract_id)
    pseudonyms = [_pseudonym(word) for word in words]
    keys = list(_tokens(contract_id).values_list("pk", flat=True))
    rows = {table: count for table, columns in _tables() if (count := _replace(table, columns, words, pseudonyms))}
    gone = billing_exports.erase(_finder(words), f"a driver's data was erased on {now:%Y-%m-%d}: ask for it again")
    if gone:
        rows["roaming_billingexport"] = rows.get("roaming_billingexport", 0) + gone
    for token in Token.objects.filter(pk__in=keys):
        document = {name: value for name, value in json.loads(token.document).items() if name != "visual_number"}
        token.document, token.visual_number, token.listed_at = json.dumps(document), "", now
        token.save(update_fields=["document", "visual_number", "listed_at"])
    return Erasure(tuple(words), tuple(pseudonyms), rows)


def _tokens(contract_id: str) -> models.QuerySet[Token]:
    """With or without separators, in whichever case (TOK-12)."""
    bare = Upper(Replace("contract_id", Value("-")))
    return Token.objects.annotate(bare=bare).filter(bare=contract_id.upper().replace("-", ""))


def _named_in(model: type[Session] | type[Cdr], contract_id: str) -> set[str]:
    """The uid and the contract id of objects that outlive their token's row."""
    named = KeyTextTransform("contract_id", KeyTransform("cdr_token", Cast("document", models.JSONField())))
    bare = Upper(Replace("told", Value("-"), output_field=TextField()))
    rows = model._default_manager.annotate(told=named).annotate(bare=bare)
    same = rows.filter(bare=contract_id.upper().replace("-", ""))
    return {word for pair in same.values_list("told", "token_uid") for word in pair}


def _pseudonym(word: str) -> str:
    """The same for the same word; not to be turned back without the server's key."""
    return f"ERASED-{secrets.digest(word.upper())[:12].upper()}"


def _tables() -> Iterable[tuple[str, list[Column]]]:
    for app in apps.get_app_configs():
        for model in app.get_models(include_auto_created=True) if app.label in _OURS else ():
            columns: list[Column] = [one for one in model._meta.local_concrete_fields if _is_text(one)]
            if columns and model._meta.db_table not in _LEFT_OUT:
                yield model._meta.db_table, columns


def _is_text(column: Column) -> bool:
    return isinstance(column, _TEXTS) and not isinstance(column, EncryptedTextField) and not column.primary_key


def _replace(table: str, columns: list[Column], words: list[str], pseudonyms: list[str]) -> int:
    """One statement; whole words only, whatever their case. The number of rows."""
    patterns = [_whole(word) for word in words]
    every = sql.Literal("|".join(patterns))
    sets, finds = [], []
    for column in columns:
        name, stored = sql.Identifier(str(column.column)), column.db_type(connection)
        new: sql.Composable = sql.SQL("{}::text").format(name)
        for pattern, pseudonym in zip(patterns, pseudonyms, strict=True):
            new = sql.SQL("regexp_replace({}, {}, {}, 'gi')").format(new, sql.Literal(pattern), sql.Literal(pseudonym))
        sets.append(sql.SQL("{} = ({})::{}").format(name, new, sql.SQL(stored or "text")))
        finds.append(sql.SQL("{}::text ~* {}").format(name, every))
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(
        sql.Identifier(table), sql.SQL(", ").join(sets), sql.SQL(" OR ").join(finds)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def _finder(words: list[str]) -> Callable[[str], bool]:
    """Whether a text holds one of them: a look that is cheap first, for files are long."""
    lowered, whole = [word.lower() for word in words], re.compile("|".join(map(_whole, words)), re.IGNORECASE)

    def holds(text: str) -> bool:
        low = text.lower()
        return any(word in low for word in lowered) and whole.search(text) is not None

    return holds


def _whole(word: str) -> str:
    """A regular expression, to PostgreSQL and to Python the same."""
    escaped = re.sub(r"([^A-Za-z0-9])", r"\\\1", word)
    return rf"(?<![A-Za-z0-9-]){escaped}(?![A-Za-z0-9-])"
