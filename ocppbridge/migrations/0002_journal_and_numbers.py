"""The journal's table, partitioned by day with a DEFAULT partition; the sequences of 1.6 transaction ids and of our
charging profiles' ids.

Day partitions are made ahead by ``ocppbridge.services.partitions``.
"""

from django.db import migrations

JOURNAL = """
CREATE TABLE ocppbridge_frame (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    station_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    n integer NOT NULL,
    direction smallint NOT NULL,
    kind smallint NOT NULL,
    message_id text NOT NULL DEFAULT '',
    action text NOT NULL DEFAULT '',
    body text NOT NULL,
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE ocppbridge_frame_default PARTITION OF ocppbridge_frame DEFAULT;
CREATE INDEX frame_station ON ocppbridge_frame (station_id, at DESC);
CREATE INDEX frame_message ON ocppbridge_frame (message_id);
"""

WIRE_ID = "CREATE SEQUENCE ocppbridge_wire_id AS integer MINVALUE 1 MAXVALUE 2147483647 CYCLE;"
PROFILE_ID = "CREATE SEQUENCE ocppbridge_profile_id AS integer MINVALUE 2000000001 MAXVALUE 2147483647 CYCLE;"


class Migration(migrations.Migration):
    replaces = [
        ("ocppbridge", "0002_journal"),
        ("ocppbridge", "0016_profile_ids"),
    ]
    dependencies = [("ocppbridge", "0001_tables")]

    operations = [
        migrations.RunSQL(JOURNAL, "DROP TABLE ocppbridge_frame"),
        migrations.RunSQL(WIRE_ID, "DROP SEQUENCE ocppbridge_wire_id"),
        migrations.RunSQL(PROFILE_ID, "DROP SEQUENCE ocppbridge_profile_id"),
    ]
