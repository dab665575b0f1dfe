"""Triggers that keep the tallies.

Inserts and deletes are counted a statement at a time. Updates are looked at row by row, but only those that move an
object from one count to another: an ordinary change of a document pays a comparison.
"""

from django.db import migrations

SLOTS = 16
COUNTED = [
    ("locations", "roaming_location", "true"),
    ("tariffs", "roaming_tariff", "{row}deleted_at IS NULL"),
    ("tokens", "roaming_token", "true"),
]

# Sorted, so that two writers of the same owners take their rows in one order.
ADD = """
    INSERT INTO roaming_tally (module, country_code, party_id, addressed, slot, count)
    SELECT '{module}', country_code, party_id, addressed, {slot}, sum(change) FROM ({changes}) AS changes
    GROUP BY country_code, party_id, addressed HAVING sum(change) <> 0 ORDER BY country_code, party_id, addressed
    ON CONFLICT (module, country_code, party_id, addressed, slot)
    DO UPDATE SET count = roaming_tally.count + EXCLUDED.count"""

OF_ROWS = (
    "SELECT country_code, party_id, addressees <> '{{}}' AS addressed, {change} AS change FROM {rows} WHERE {counts}"
)
OF_ONE = (
    "SELECT {row}country_code AS country_code, {row}party_id AS party_id, {row}addressees <> '{{}}' AS addressed,"
    " {change} AS change WHERE {counts}"
)

FUNCTION = """
CREATE FUNCTION {table}_tally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {inserted};
    ELSIF TG_OP = 'DELETE' THEN {deleted};
    ELSIF TG_OP = 'UPDATE' THEN {updated};
    ELSE DELETE FROM roaming_tally WHERE module = '{module}';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER {table}_tally_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_tally();
CREATE TRIGGER {table}_tally_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_tally();
CREATE TRIGGER {table}_tally_update AFTER UPDATE ON {table} FOR EACH ROW
    WHEN ((OLD.country_code, OLD.party_id, OLD.addressees <> '{{}}', {old})
        IS DISTINCT FROM (NEW.country_code, NEW.party_id, NEW.addressees <> '{{}}', {new}))
    EXECUTE FUNCTION {table}_tally();
CREATE TRIGGER {table}_tally_truncate AFTER TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_tally();
"""


def kept(module: str, table: str, counts: str) -> str:
    """The function and its triggers of one table."""
    any_row, old, new = (counts.format(row=row) for row in ("", "OLD.", "NEW."))

    def add(changes: str) -> str:
        return ADD.format(module=module, slot=f"pg_backend_pid() % {SLOTS}", changes=changes)

    def of_rows(rows: str, change: int) -> str:
        return OF_ROWS.format(rows=rows, change=change, counts=any_row)

    sides = (("OLD.", -1, old), ("NEW.", 1, new))
    moved = " UNION ALL ".join(OF_ONE.format(row=row, change=change, counts=said) for row, change, said in sides)
    function = FUNCTION.format(
        table=table,
        module=module,
        inserted=add(of_rows("new_rows", 1)),
        deleted=add(of_rows("old_rows", -1)),
        updated=add(moved),
    )
    return function + TRIGGERS.format(table=table, old=old, new=new)


def dropped(table: str) -> str:
    return f"DROP FUNCTION {table}_tally() CASCADE"


class Migration(migrations.Migration):
    replaces = [("roaming", "0006_tally")]
    dependencies = [("roaming", "0001_tables")]

    operations = [
        *(migrations.RunSQL(kept(module, table, counts), dropped(table)) for module, table, counts in COUNTED),
    ]
