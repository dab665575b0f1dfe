"""Triggers that feed the change cursor of billing, and that keep a statement that was issued as it is, whoever asks."""

from django.db import migrations

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

# For SQL that names no flows; Django writes them always.
FLOWS = """
ALTER TABLE roaming_cdr ALTER total_energy_import SET DEFAULT 0, ALTER total_energy_export SET DEFAULT 0;
ALTER TABLE roaming_session ALTER energy_import SET DEFAULT 0, ALTER energy_export SET DEFAULT 0;
"""
NO_FLOWS = """
ALTER TABLE roaming_cdr ALTER total_energy_import DROP DEFAULT, ALTER total_energy_export DROP DEFAULT;
ALTER TABLE roaming_session ALTER energy_import DROP DEFAULT, ALTER energy_export DROP DEFAULT;
"""


class Migration(migrations.Migration):
    replaces = [
        ("roaming", "0017_flows_apart"),
        ("roaming", "0018_billing"),
    ]
    dependencies = [("roaming", "0003_desk")]

    operations = [
        migrations.RunSQL(FLOWS, NO_FLOWS),
        migrations.RunSQL(CHANGES, NO_CHANGES),
        migrations.RunSQL(ISSUED, NOT_KEPT),
    ]
