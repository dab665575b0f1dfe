"""Import and export of CDRs and Sessions as columns of their own; of what is stored already, by the periods' signs."""

from django.db import migrations, models

# A CDR's ENERGY is net and its sign tells the direction; where no period tells, the total is all of one direction.
FILL = """
ALTER TABLE roaming_cdr ALTER total_energy_import SET DEFAULT 0, ALTER total_energy_export SET DEFAULT 0;
ALTER TABLE roaming_session ALTER energy_import SET DEFAULT 0, ALTER energy_export SET DEFAULT 0;
UPDATE roaming_cdr SET
    total_energy_import = CASE WHEN told.periods > 0 THEN told.taken ELSE greatest(total_energy, 0) END,
    total_energy_export = CASE WHEN told.periods > 0 THEN told.given ELSE greatest(-total_energy, 0) END
FROM (
    SELECT cdr.id, count(found.value) AS periods, coalesce(sum(greatest(found.value::numeric, 0)), 0) AS taken,
        coalesce(-sum(least(found.value::numeric, 0)), 0) AS given
    FROM roaming_cdr cdr LEFT JOIN LATERAL jsonb_path_query(
        cdr.document::jsonb, '$.charging_periods[*].dimensions[*] ? (@.type == "ENERGY").volume'
    ) AS found(value) ON true
    GROUP BY cdr.id
) AS told WHERE told.id = roaming_cdr.id;
UPDATE roaming_session SET energy_import = greatest(kwh, 0), energy_export = greatest(-kwh, 0)
WHERE status IN ('COMPLETED', 'INVALID');
"""


class Migration(migrations.Migration):
    dependencies = [("roaming", "0016_assessment")]

    operations = [
        migrations.AddField(
            "cdr",
            "total_energy_import",
            models.DecimalField(decimal_places=4, default=0, help_text="kWh taken", max_digits=14),
        ),
        migrations.AddField(
            "cdr",
            "total_energy_export",
            models.DecimalField(decimal_places=4, default=0, help_text="kWh given back", max_digits=14),
        ),
        migrations.AddField(
            "session",
            "energy_import",
            models.DecimalField(decimal_places=4, default=0, help_text="kWh taken, at the end", max_digits=14),
        ),
        migrations.AddField(
            "session",
            "energy_export",
            models.DecimalField(decimal_places=4, default=0, help_text="kWh given back, at the end", max_digits=14),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
