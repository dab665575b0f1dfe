import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ocppbridge", "0004_station_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="LocalAuthority",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=50, unique=True)),
                ("certificate", models.TextField()),
                ("sealed_key", models.TextField(editable=False)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "local authorities",
            },
        ),
        migrations.CreateModel(
            name="PasswordChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("hex_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("sealed", models.TextField(blank=True, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "both passwords are right"),
                            ("used", "the station uses the new one"),
                            ("refused", "the station kept the old one"),
                            ("replaced", "replaced by staff"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("silent", models.BooleanField(default=False, help_text="the last call was sent and not answered")),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="ProfileUpgrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "0: nothing is asked"),
                            (1, "1: password"),
                            (2, "2: password over TLS"),
                            (3, "3: certificate of its own"),
                        ]
                    ),
                ),
                (
                    "slot",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="2.x: where the connection is stored", null=True
                    ),
                ),
                ("url", models.CharField(blank=True, max_length=512)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "the station was asked"),
                            ("preferred", "stored; the station was asked to prefer it"),
                            ("restarting", "taken; the station was asked to restart"),
                            ("done", "the station connects with it"),
                            ("failed", "the station did not take it"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=50)),
                (
                    "urgency",
                    models.CharField(
                        choices=[("critical", "critical"), ("warning", "warning"), ("info", "info")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField(help_text="as the station's clock says")),
                ("received_at", models.DateTimeField()),
                ("info", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="SigningRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("csr", models.TextField()),
                ("certificate_type", models.CharField(blank=True, max_length=50)),
                ("request_id", models.IntegerField(blank=True, help_text="2.1", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for the authority"),
                            ("signed", "signed, on its way to the station"),
                            ("delivered", "taken by the station"),
                            ("failed", "not signed, or not taken"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("try_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StationCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.CharField(help_text="in 2.x's words", max_length=50)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("signed", "signed for the station"),
                            ("installed", "installed by us"),
                            ("reported", "reported by the station"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "on its way"),
                            ("held", "on the station"),
                            ("refused", "refused by the station"),
                            ("gone", "not on the station any more"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=255)),
                ("issuer", models.CharField(blank=True, max_length=255)),
                ("serial_number", models.CharField(blank=True, help_text="hexadecimal", max_length=64)),
                (
                    "fingerprint",
                    models.CharField(blank=True, db_index=True, help_text="SHA-256 of the whole", max_length=64),
                ),
                ("chain", models.TextField(blank=True, help_text="PEM, the certificate itself first")),
                ("hashes", models.JSONField(blank=True, default=dict, help_text="as OCPP names it")),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("not_after", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, help_text="not accepted at the handshake any more", null=True),
                ),
                ("warned_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="connection",
            name="security_profile",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "0: nothing is asked"),
                    (1, "1: password"),
                    (2, "2: password over TLS"),
                    (3, "3: certificate of its own"),
                ],
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="security_minimum",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "0: nothing is asked"),
                    (1, "1: password"),
                    (2, "2: password over TLS"),
                    (3, "3: certificate of its own"),
                ],
                default=1,
                help_text="the least security profile that it may connect with",
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="security_profile",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "0: nothing is asked"),
                    (1, "1: password"),
                    (2, "2: password over TLS"),
                    (3, "3: certificate of its own"),
                ],
                help_text="of the present or last connection",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="security_target",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "0: nothing is asked"),
                    (1, "1: password"),
                    (2, "2: password over TLS"),
                    (3, "3: certificate of its own"),
                ],
                editable=False,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="passwordchange",
            name="call",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="ocppbridge.call",
            ),
        ),
        migrations.AddField(
            model_name="passwordchange",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="password_changes", to="ocppbridge.station"
            ),
        ),
        migrations.AddField(
            model_name="profileupgrade",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="profile_upgrades", to="ocppbridge.station"
            ),
        ),
        migrations.AddField(
            model_name="securityevent",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="security_events", to="ocppbridge.station"
            ),
        ),
        migrations.AddField(
            model_name="signingrequest",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="signing_requests", to="ocppbridge.station"
            ),
        ),
        migrations.AddField(
            model_name="stationcertificate",
            name="call",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="ocppbridge.call",
            ),
        ),
        migrations.AddField(
            model_name="stationcertificate",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="certificates", to="ocppbridge.station"
            ),
        ),
        migrations.AddField(
            model_name="signingrequest",
            name="certificate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="ocppbridge.stationcertificate",
            ),
        ),
        migrations.AddConstraint(
            model_name="passwordchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("station",), name="one_password_change"
            ),
        ),
        migrations.AddConstraint(
            model_name="profileupgrade",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "preferred", "restarting"])),
                fields=("station",),
                name="one_profile_upgrade",
            ),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(fields=["station", "-received_at"], name="security_event_station"),
        ),
        migrations.AddIndex(
            model_name="stationcertificate",
            index=models.Index(fields=["station", "state"], name="certificate_station"),
        ),
        migrations.AddIndex(
            model_name="stationcertificate",
            index=models.Index(
                condition=models.Q(("state", "held"), ("warned_at", None)),
                fields=["not_after"],
                name="certificate_expiry",
            ),
        ),
        migrations.AddIndex(
            model_name="signingrequest",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["try_at"], name="signing_waiting"),
        ),
        migrations.AddIndex(
            model_name="signingrequest",
            index=models.Index(fields=["station", "-received_at"], name="signing_station"),
        ),
    ]
