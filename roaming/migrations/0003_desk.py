"""Triggers that keep the editions of tariffs, and the desk's trail as it is: nobody changes it (S48)."""

from django.db import migrations

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
    replaces = [("roaming", "0016_assessment")]
    dependencies = [("roaming", "0002_tallies")]

    operations = [
        migrations.RunSQL(EDITIONS, "DROP FUNCTION roaming_tariff_edition() CASCADE"),
        migrations.RunSQL(KEPT, "DROP FUNCTION roaming_deskentry_kept() CASCADE"),
    ]
