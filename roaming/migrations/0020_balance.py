"""Balances of sessions, and the triggers that mark what has to be settled anew (services.balances).

A mark is a plain insert in the transaction of the change: nobody waits for anybody. What is stored already is marked
here; the tables are locked against writers from the making of their triggers until then, so nothing is missed.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

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
    + OF_SESSIONS.format(rows=f"roaming_session WHERE {ENDED};")
    + OF_CDRS.format(rows="roaming_cdr;")
)
TABLES = ("roaming_session", "roaming_cdr", "roaming_assessment", "roaming_delivery")
DROPPED = "".join(f"DROP FUNCTION {table}_balance() CASCADE;" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("roaming", "0019_desk_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BalanceMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("key", models.CharField(max_length=39)),
                ("of_cdr", models.BooleanField(help_text="key is that of a CDR, not of a session")),
            ],
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("key", models.CharField(help_text="of the session, or of a CDR that names none", max_length=39)),
                ("sessionless", models.BooleanField(default=False)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("month", models.DateField(help_text="its first day")),
                ("ended_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "session_energy",
                    models.DecimalField(blank=True, decimal_places=4, help_text="kWh", max_digits=14, null=True),
                ),
                ("session_cost", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("cdrs", models.PositiveIntegerField(default=0, help_text="all, credits too")),
                ("standing", models.PositiveIntegerField(default=0, help_text="those that count")),
                (
                    "energy_import",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh that stand", max_digits=16),
                ),
                (
                    "energy_export",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh that stand", max_digits=16),
                ),
                (
                    "cost",
                    models.DecimalField(decimal_places=4, default=0, help_text="excl. VAT, what stands", max_digits=16),
                ),
                (
                    "problems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("no_cdr", "session without CDR"),
                                ("no_session", "CDR without session"),
                                ("energy", "energy differs"),
                                ("cost", "money differs"),
                                ("time", "times differ"),
                                ("undelivered", "never delivered"),
                                ("no_receiver", "nobody to deliver to"),
                                ("on_hold", "on hold"),
                                ("rejected", "rejected"),
                            ],
                            max_length=11,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("settled_at", models.DateTimeField()),
                (
                    "cdr",
                    models.ForeignKey(
                        blank=True,
                        help_text="the one to look at first",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        db_constraint=False,
                        to="roaming.cdr",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        db_constraint=False,
                        to="roaming.session",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["month", "token_country_code", "token_party_id", "country_code", "party_id"],
                        include=("currency", "cdrs", "energy_import", "energy_export", "cost"),
                        name="balance_payer",
                    ),
                    models.Index(
                        fields=["month", "country_code", "party_id", "token_country_code", "token_party_id"],
                        include=("currency", "cdrs", "energy_import", "energy_export", "cost"),
                        name="balance_owner",
                    ),
                    models.Index(
                        condition=models.Q(("problems", []), _negated=True),
                        fields=["month", "token_country_code", "token_party_id", "id"],
                        name="balance_payer_wrong",
                    ),
                    models.Index(
                        condition=models.Q(("problems", []), _negated=True),
                        fields=["month", "country_code", "party_id", "id"],
                        name="balance_owner_wrong",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "key", "sessionless"), name="one_balance_per_session"
                    )
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, DROPPED),
    ]
