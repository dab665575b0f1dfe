"""The sums of balances, kept as they are settled: what has been settled so far is marked to be settled again."""

from django.db import migrations, models

AGAIN = """
INSERT INTO roaming_balancemark (country_code, party_id, key, of_cdr)
SELECT country_code, party_id, key, sessionless FROM roaming_balance;
DELETE FROM roaming_balance;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roaming", "0021_open_sessions"),
    ]

    operations = [
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BalanceSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(blank=True, max_length=11)),
                ("rows", models.BigIntegerField()),
                ("cdrs", models.BigIntegerField()),
                ("energy_import", models.DecimalField(decimal_places=4, max_digits=20)),
                ("energy_export", models.DecimalField(decimal_places=4, max_digits=20)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=20)),
                ("session_energy", models.DecimalField(decimal_places=4, max_digits=20)),
                ("session_cost", models.DecimalField(decimal_places=4, max_digits=20)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="balance",
            name="balance_payer",
        ),
        migrations.RemoveIndex(
            model_name="balance",
            name="balance_owner",
        ),
        migrations.AddConstraint(
            model_name="balancesum",
            constraint=models.UniqueConstraint(
                fields=(
                    "month",
                    "token_country_code",
                    "token_party_id",
                    "country_code",
                    "party_id",
                    "currency",
                    "kind",
                ),
                name="one_sum_per_month_pair_and_kind",
            ),
        ),
    ]
