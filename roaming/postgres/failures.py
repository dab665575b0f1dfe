"""What a statement failed with, as psycopg says it."""

from __future__ import annotations

from psycopg import errors
from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult


def failure(result: PGresult) -> errors.Error:
    """What psycopg's own cursor raises for it. Without an SQLSTATE it is libpq that speaks, for PostgreSQL is gone: who
    tells a lost connection from a bad statement (the drain, which begins its batch anew) goes by the class."""
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        return errors.OperationalError(result.get_error_message("utf-8"), info=result, encoding="utf-8")
    return errors.error_from_result(result, encoding="utf-8")
