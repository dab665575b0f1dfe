"""The CDR desk; the editions of tariffs, which a trigger keeps; the desk's trail, which nobody changes (S48)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


EDITIONS = """
CREATE FUNCTION roaming_tariff_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO roaming_tariffedition (tariff_id, version, document, held_until)
    VALUES (OLD.id, OLD.version, OLD.document, statement_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER roaming_tariff_edition AFTER UPDATE ON roaming_tariff FOR EACH ROW
    WHEN (OLD.document IS DISTINCT FROM NEW.document) EXECUTE FUNCTION roaming_tariff_edition();
"""
KEPT = """
CREATE FUNCTION roaming_deskentry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail of the CDR desk is only added to';
END $$;
CREATE TRIGGER roaming_deskentry_kept BEFORE UPDATE ON roaming_deskentry
    FOR EACH ROW EXECUTE FUNCTION roaming_deskentry_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roaming", "0015_several_agreements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("ended_at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[("ACCEPTED", "accepted"), ("ON_HOLD", "on hold"), ("REJECTED", "rejected")],
                        max_length=8,
                    ),
                ),
                (
                    "reasons",
                    models.JSONField(
                        blank=True, default=list, help_text="code, severity, pointer, message, amounts, …"
                    ),
                ),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="of the errors and warnings",
                        size=None,
                    ),
                ),
                (
                    "bill",
                    models.JSONField(
                        blank=True, help_text="what we compute; of our own CDRs the CDR has it", null=True
                    ),
                ),
                (
                    "rounding",
                    models.CharField(blank=True, help_text="the rounding that gives its totals", max_length=40),
                ),
                (
                    "reading",
                    models.CharField(blank=True, help_text="the reading of the tariff, if not ours", max_length=60),
                ),
                ("stands", models.BooleanField(default=False)),
                ("assessed_at", models.DateTimeField()),
                ("settled_by", models.CharField(blank=True, max_length=150)),
                (
                    "settled_as",
                    models.CharField(
                        blank=True,
                        choices=[("RELEASED", "released"), ("DISPUTED", "disputed"), ("REJECTED", "rejected")],
                        max_length=8,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DeskEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(help_text="a member of staff, or desk", max_length=150)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("ASSESSED", "assessed"),
                            ("RELEASED", "released"),
                            ("DISPUTED", "disputed"),
                            ("REJECTED", "rejected"),
                            ("ANNOTATED", "annotated"),
                            ("REOPENED", "reopened"),
                            ("CORRECTED", "credited and replaced"),
                            ("CONFLICT", "sent again with other content"),
                        ],
                        max_length=9,
                    ),
                ),
                ("from_verdict", models.CharField(blank=True, max_length=8)),
                ("to_verdict", models.CharField(blank=True, max_length=8)),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "desk entries",
            },
        ),
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                (
                    "roundings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "reading",
                    models.CharField(blank=True, help_text="empty: as we read the tariff texts", max_length=60),
                ),
                ("cdrs", models.PositiveIntegerField(default=0, help_text="that have shown it")),
                ("since", models.DateTimeField()),
                ("changed_at", models.DateTimeField(blank=True, help_text="when a CDR last did not fit it", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TariffEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("document", models.TextField()),
                ("held_until", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="cdr",
            name="desk_due",
            field=models.BooleanField(default=True, help_text="the desk has still to look at it, or again"),
        ),
        migrations.AddField(
            model_name="cdr",
            name="withheld",
            field=models.BooleanField(default=False, help_text="shown and sent to nobody until the desk releases it"),
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(condition=models.Q(("desk_due", True)), fields=["id"], name="cdr_desk_due"),
        ),
        migrations.AddIndex(
            model_name="cdr",
            index=models.Index(condition=models.Q(("withheld", True)), fields=["id"], name="cdr_withheld"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="cdr",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="assessment", to="roaming.cdr"
            ),
        ),
        migrations.AddField(
            model_name="deskentry",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="roaming.assessment"
            ),
        ),
        migrations.AddConstraint(
            model_name="habit",
            constraint=models.UniqueConstraint(fields=("country_code", "party_id"), name="one_habit_per_party"),
        ),
        migrations.AddField(
            model_name="tariffedition",
            name="tariff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="editions", to="roaming.tariff"
            ),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["ended_at", "id"], name="assessment_ended"),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["verdict", "ended_at", "id"], name="assessment_verdict"),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["country_code", "party_id", "ended_at", "id"], name="assessment_owner"),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("verdict__in", ["ON_HOLD", "REJECTED"])),
                fields=["country_code", "party_id", "ended_at", "id"],
                name="assessment_not_accepted",
            ),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("settled_at", None), ("verdict", "ON_HOLD")),
                fields=["ended_at", "id"],
                name="assessment_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=django.contrib.postgres.indexes.GinIndex(fields=["codes"], name="assessment_codes"),
        ),
        migrations.AddIndex(
            model_name="tariffedition",
            index=models.Index(fields=["tariff", "held_until"], name="tariff_edition_held"),
        ),
        migrations.AddIndex(
            model_name="tariffedition",
            index=models.Index(fields=["held_until"], name="tariff_edition_old"),
        ),
        migrations.RunSQL(EDITIONS, "DROP FUNCTION roaming_tariff_edition() CASCADE"),
        migrations.RunSQL(KEPT, "DROP FUNCTION roaming_deskentry_kept() CASCADE"),
    ]
