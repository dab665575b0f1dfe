"""Triggers that mark which balances of sessions have to be settled anew (services.balances).

A mark is a plain insert in the transaction of the change: nobody waits for anybody.
"""

from django.db import migrations

MARK = "INSERT INTO roaming_balancemark (country_code, party_id, key, of_cdr) SELECT "
ENDED = "status IN ('COMPLETED', 'INVALID')"
OF_SESSIONS = MARK + "country_code, party_id, object_key, false FROM {rows}"
OF_CDRS = MARK + (
    "country_code, party_id, CASE session_key WHEN '' THEN object_key ELSE session_key END, session_key = '' FROM {rows}"
)
OF_ASSESSED = OF_CDRS.format(rows="roaming_cdr WHERE id IN (SELECT cdr_id FROM {rows})")
OF_DELIVERY = MARK + "NEW.country_code, NEW.party_id, NEW.object_key, true"


def marked(table: str, statement: str, condition: str = "true", moved: str = "true") -> str:
    """Inserts and deletes a statement at a time; an update only where it is of what a balance is made of."""
    made, gone = (statement.format(rows=f"{rows} WHERE {condition}") for rows in ("new_rows", "old_rows"))
    again = statement.format(rows=f"(SELECT NEW.*) AS one WHERE {condition}")
    return f"""
        CREATE FUNCTION {table}_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN {made};
            ELSIF TG_OP = 'DELETE' THEN {gone};
            ELSE {again};
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {table}_balance_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_balance();
        CREATE TRIGGER {table}_balance_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_balance();
        CREATE TRIGGER {table}_balance_update AFTER UPDATE ON {table} FOR EACH ROW
            WHEN ({moved}) EXECUTE FUNCTION {table}_balance();
    """


DELIVERIES = f"""
    CREATE FUNCTION roaming_delivery_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {OF_DELIVERY};
        RETURN NULL;
    END $$;
    CREATE TRIGGER roaming_delivery_balance_insert AFTER INSERT ON roaming_delivery FOR EACH ROW
        WHEN (NEW.module = 'cdrs') EXECUTE FUNCTION roaming_delivery_balance();
    CREATE TRIGGER roaming_delivery_balance_update AFTER UPDATE ON roaming_delivery FOR EACH ROW
        WHEN (NEW.module = 'cdrs' AND OLD.state <> NEW.state) EXECUTE FUNCTION roaming_delivery_balance();
"""
TRIGGERS = (
    marked("roaming_session", OF_SESSIONS, ENDED, moved=f"NEW.{ENDED}")
    + marked(
        "roaming_cdr", OF_CDRS, moved="(OLD.withheld, OLD.source_id) IS DISTINCT FROM (NEW.withheld, NEW.source_id)"
    )
    + marked(
        "roaming_assessment",
        OF_ASSESSED,
        moved="(OLD.verdict, OLD.stands) IS DISTINCT FROM (NEW.verdict, NEW.stands)",
    )
    + DELIVERIES
)
TABLES = ("roaming_session", "roaming_cdr", "roaming_assessment", "roaming_delivery")
DROPPED = "".join(f"DROP FUNCTION {table}_balance() CASCADE;" for table in TABLES)


class Migration(migrations.Migration):
    replaces = [
        ("roaming", "0020_balance"),
        ("roaming", "0022_balance_sums"),
        ("roaming", "0025_balance_sessions"),
    ]
    dependencies = [("roaming", "0004_billing")]

    operations = [
        migrations.RunSQL(TRIGGERS, DROPPED),
    ]
