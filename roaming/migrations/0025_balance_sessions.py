"""How many sessions a sum of balances is made of: a CDR may name one that is not here, or none."""

from django.db import migrations, models

COUNT = """
UPDATE roaming_balancesum s SET sessions = found.sessions
FROM (
    SELECT month, token_country_code, token_party_id, country_code, party_id, currency, kind.name, count(*) AS sessions
    FROM roaming_balance b JOIN (VALUES
        ('', NULL), ('no_cdr', '{no_cdr}'::varchar[]), ('no_session', '{no_session}'), ('differs', '{energy,cost,time}'),
        ('undelivered', '{undelivered,no_receiver}'), ('held', '{on_hold,rejected}')
    ) AS kind (name, codes) ON kind.codes IS NULL OR b.problems::varchar[] && kind.codes
    WHERE NOT b.sessionless AND NOT 'no_session' = ANY(b.problems)
    GROUP BY month, token_country_code, token_party_id, country_code, party_id, currency, kind.name
) AS found
WHERE (s.month, s.token_country_code, s.token_party_id, s.country_code, s.party_id, s.currency, s.kind)
    = (found.month, found.token_country_code, found.token_party_id, found.country_code, found.party_id, found.currency,
       found.name)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roaming", "0024_evse_tariffs"),
    ]

    operations = [
        migrations.AddField(
            model_name="balancesum",
            name="sessions",
            field=models.BigIntegerField(default=0, help_text="those that are here: not every CDR's is"),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
