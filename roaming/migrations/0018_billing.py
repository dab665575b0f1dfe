"""Billing: its tokens, the change cursor with the triggers that feed it, exports, statements, webhooks.

The tables of CDRs and assessments are locked against writers from the making of their triggers until what they hold
already has been noted, so that no change is missed. A statement that was issued is kept as it is by triggers, whoever
asks.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import roaming.models.fields
from django.db import migrations, models

NOTE = """
    INSERT INTO roaming_unnumberedchange (cdr_id, kind, verdict, at, country_code, party_id, token_country_code,
        token_party_id)
    SELECT c.id, '{kind}', {verdict}, statement_timestamp(), c.country_code, c.party_id, c.token_country_code,
        c.token_party_id
    FROM {rows}"""
HELD = "coalesce((SELECT a.verdict FROM roaming_assessment a WHERE a.cdr_id = c.id), 'PENDING')"
OF_ASSESSED = "{rows} n JOIN roaming_cdr c ON c.id = n.cdr_id"
CHANGES = f"""
CREATE FUNCTION roaming_cdr_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {NOTE.format(kind="made", verdict="'PENDING'", rows="new_rows c ORDER BY c.id")};
    ELSE {NOTE.format(kind="made", verdict=HELD, rows="roaming_cdr c WHERE c.id = NEW.id")};
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER roaming_cdr_noted_made AFTER INSERT ON roaming_cdr REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION roaming_cdr_noted();
CREATE TRIGGER roaming_cdr_noted_shown AFTER UPDATE ON roaming_cdr FOR EACH ROW
    WHEN (OLD.withheld AND NOT NEW.withheld) EXECUTE FUNCTION roaming_cdr_noted();

CREATE FUNCTION roaming_verdict_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {NOTE.format(kind="verdict", verdict="n.verdict", rows=OF_ASSESSED.format(rows="new_rows"))};
    ELSE {NOTE.format(kind="verdict", verdict="NEW.verdict", rows="roaming_cdr c WHERE c.id = NEW.cdr_id")};
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER roaming_verdict_noted_first AFTER INSERT ON roaming_assessment REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION roaming_verdict_noted();
CREATE TRIGGER roaming_verdict_noted_again AFTER UPDATE ON roaming_assessment FOR EACH ROW
    WHEN ((OLD.verdict, OLD.stands) IS DISTINCT FROM (NEW.verdict, NEW.stands))
    EXECUTE FUNCTION roaming_verdict_noted();
{NOTE.format(kind="made", verdict=HELD, rows="roaming_cdr c ORDER BY c.id")};
"""
NO_CHANGES = """
DROP FUNCTION roaming_cdr_noted() CASCADE;
DROP FUNCTION roaming_verdict_noted() CASCADE;
"""

ISSUED = """
CREATE FUNCTION roaming_statement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statement % was issued and does not change any more', OLD.id;
END $$;
CREATE TRIGGER roaming_statement_kept BEFORE UPDATE OR DELETE ON roaming_statement FOR EACH ROW
    WHEN (OLD.state = 'ISSUED') EXECUTE FUNCTION roaming_statement_kept();

CREATE FUNCTION roaming_statementrow_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.statement_id ELSE OLD.statement_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM roaming_statement WHERE id = whose AND state = 'ISSUED') THEN
        RAISE EXCEPTION 'statement % was issued and does not change any more', whose;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER roaming_statementrow_kept BEFORE INSERT OR UPDATE OR DELETE ON roaming_statementrow FOR EACH ROW
    EXECUTE FUNCTION roaming_statementrow_kept();
"""
NOT_KEPT = """
DROP FUNCTION roaming_statement_kept() CASCADE;
DROP FUNCTION roaming_statementrow_kept() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roaming", "0017_flows_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillingChange",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "a CDR was stored, or released to its reader"),
                            ("verdict", "the desk judged it, or judges it otherwise now"),
                        ],
                        max_length=7,
                    ),
                ),
                ("verdict", models.CharField(help_text="at that moment", max_length=8)),
                ("at", models.DateTimeField(help_text="when it was written; it may have committed later")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("numbered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BillingCounter",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=8)),
                ("last", models.BigIntegerField(default=0)),
                ("forgotten", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="BillingExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=150)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("jsonl", "JSON Lines")], max_length=5)),
                ("selection", models.JSONField(help_text="which CDRs")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RUNNING", "being written"),
                            ("READY", "ready"),
                            ("FAILED", "stopped"),
                            ("FORGOTTEN", "its file was deleted"),
                        ],
                        default="RUNNING",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveBigIntegerField(default=0, help_text="CDRs, counted at the start")),
                ("written", models.PositiveBigIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes of the file")),
                ("stored", models.PositiveBigIntegerField(default=0, help_text="bytes of its compressed parts")),
                ("place", models.CharField(blank=True, help_text="the CDR written last", max_length=60)),
                ("created_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(help_text="when it last got on")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="BillingExportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="BillingToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "bound",
                    models.BooleanField(default=False, help_text="sees its parties only; without one it sees nothing"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("month", models.DateField(help_text="its first day")),
                (
                    "state",
                    models.CharField(
                        choices=[("COLLECTING", "being drawn up"), ("DRAFT", "draft"), ("ISSUED", "issued")],
                        default="COLLECTING",
                        max_length=10,
                    ),
                ),
                ("collected", models.PositiveIntegerField(default=0, help_text="CDRs so far")),
                ("place", models.CharField(blank=True, help_text="the CDR looked at last", max_length=60)),
                ("seller_name", models.CharField(blank=True, max_length=100)),
                ("payer_name", models.CharField(blank=True, max_length=100)),
                (
                    "sums",
                    models.JSONField(blank=True, default=list, help_text="by currency, VAT rate, and credits apart"),
                ),
                (
                    "unbilled",
                    models.JSONField(blank=True, default=dict, help_text="CDRs of the month not on it, by verdict"),
                ),
                ("created_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(help_text="when it last got on")),
                ("issued_at", models.DateTimeField(blank=True, null=True)),
                ("issued_by", models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="StatementRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("credit", models.BooleanField()),
                ("excl_vat", models.DecimalField(decimal_places=4, max_digits=14)),
                ("incl_vat", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("imported", models.DecimalField(decimal_places=4, help_text="kWh", max_digits=14)),
                ("exported", models.DecimalField(decimal_places=4, help_text="kWh", max_digits=14)),
                ("shares", models.JSONField(help_text="its amounts by VAT rate")),
            ],
        ),
        migrations.CreateModel(
            name="UnnumberedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "a CDR was stored, or released to its reader"),
                            ("verdict", "the desk judged it, or judges it otherwise now"),
                        ],
                        max_length=7,
                    ),
                ),
                ("verdict", models.CharField(help_text="at that moment", max_length=8)),
                ("at", models.DateTimeField(help_text="when it was written; it may have committed later")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("url", models.URLField(max_length=500)),
                ("secret", roaming.models.fields.EncryptedTextField(editable=False, help_text="signs what is sent")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=7), default=list, help_text="made, verdict", size=None
                    ),
                ),
                (
                    "bound",
                    models.BooleanField(default=False, help_text="hears of its parties only; without one of nothing"),
                ),
                (
                    "position",
                    models.BigIntegerField(default=0, help_text="the last change it was told, or that was not for it"),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, help_text="in a row that failed")),
                ("due_at", models.DateTimeField(blank=True, help_text="not before then, after a failure", null=True)),
                ("first_failed_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("ping_wanted_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("change", "change"), ("ping", "test ping")], max_length=6)),
                ("position", models.BigIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("taken", models.BooleanField()),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("duration_ms", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(fields=["end_date_time", "id"], name="cdr_ended"),
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(fields=["country_code", "party_id", "end_date_time", "id"], name="cdr_owner_ended"),
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(
                fields=["token_country_code", "token_party_id", "end_date_time", "id"], name="cdr_payer_ended"
            ),
        ),
        migrations.AddField(
            model_name="billingchange",
            name="cdr",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.cdr"),
        ),
        migrations.AddField(
            model_name="billingexportpart",
            name="export",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="roaming.billingexport"
            ),
        ),
        migrations.AddField(
            model_name="billingtoken",
            name="parties",
            field=models.ManyToManyField(blank=True, related_name="billing_tokens", to="roaming.party"),
        ),
        migrations.AddField(
            model_name="billingexport",
            name="token",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exports",
                to="roaming.billingtoken",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=("country_code", "party_id", "token_country_code", "token_party_id", "month"),
                name="one_statement_per_month",
            ),
        ),
        migrations.AddField(
            model_name="statementrow",
            name="cdr",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="statement_row", to="roaming.cdr"
            ),
        ),
        migrations.AddField(
            model_name="statementrow",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="roaming.statement"
            ),
        ),
        migrations.AddField(
            model_name="unnumberedchange",
            name="cdr",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.cdr"),
        ),
        migrations.AddField(
            model_name="webhook",
            name="parties",
            field=models.ManyToManyField(blank=True, related_name="webhooks", to="roaming.party"),
        ),
        migrations.AddField(
            model_name="webhookattempt",
            name="webhook",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="roaming.webhook"
            ),
        ),
        migrations.AddIndex(
            model_name="billingchange",
            index=models.Index(
                fields=["token_country_code", "token_party_id", "position"], name="billing_change_payer"
            ),
        ),
        migrations.AddIndex(
            model_name="billingchange",
            index=models.Index(fields=["country_code", "party_id", "position"], name="billing_change_owner"),
        ),
        migrations.AddConstraint(
            model_name="billingexportpart",
            constraint=models.UniqueConstraint(fields=("export", "number"), name="one_part_per_number"),
        ),
        migrations.AddIndex(
            model_name="webhookattempt",
            index=models.Index(fields=["webhook", "-at"], name="webhook_attempts"),
        ),
        migrations.AddIndex(
            model_name="webhookattempt",
            index=models.Index(fields=["at"], name="webhook_attempt_age"),
        ),
        migrations.RunSQL(
            f"LOCK TABLE roaming_cdr, roaming_assessment IN SHARE ROW EXCLUSIVE MODE; {CHANGES}", NO_CHANGES
        ),
        migrations.RunSQL(ISSUED, NOT_KEPT),
    ]
