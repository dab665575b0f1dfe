from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("ocppbridge", "0017_campaign_under_way")]
    dependencies = [
        ("ocppbridge", "0002_journal_and_numbers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="campaigntarget",
            index=models.Index(
                condition=models.Q(("state", "updating")), fields=["campaign"], name="campaign_under_way"
            ),
        ),
    ]
