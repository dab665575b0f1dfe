"""Every table of the station side, as the models say, but the journal: the file after it."""

import django.core.validators
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("ocppbridge", "0001_initial"),
        ("ocppbridge", "0003_connections"),
        ("ocppbridge", "0004_station_state"),
        ("ocppbridge", "0005_security"),
        ("ocppbridge", "0006_reservations_and_lists"),
        ("ocppbridge", "0007_device_model"),
        ("ocppbridge", "0008_strangers"),
        ("ocppbridge", "0009_v2x"),
        ("ocppbridge", "0010_payment"),
        ("ocppbridge", "0011_smart_charging"),
        ("ocppbridge", "0012_upkeep"),
        ("ocppbridge", "0013_lifted_budgets"),
        ("ocppbridge", "0014_tariff_changes"),
        ("ocppbridge", "0015_transfer_rule_party"),
    ]
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ConfigurationTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("enabled", models.BooleanField(default=True)),
                ("party", models.CharField(blank=True, help_text="the operator, such as NL/VLT", max_length=6)),
                (
                    "vendor",
                    models.CharField(blank=True, help_text="as the station says it at its boot", max_length=100),
                ),
                ("model", models.CharField(blank=True, max_length=100)),
                (
                    "firmware",
                    models.CharField(blank=True, help_text="what the firmware version begins with", max_length=100),
                ),
                (
                    "subprotocol",
                    models.CharField(
                        blank=True,
                        choices=[("ocpp1.6", "ocpp1.6"), ("ocpp2.0.1", "ocpp2.0.1"), ("ocpp2.1", "ocpp2.1")],
                        max_length=10,
                    ),
                ),
                ("notes", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="GridSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("power", "power of each car"),
                            ("total", "power of all together"),
                            ("price", "prices of energy"),
                            ("afrr", "frequency restoration"),
                            ("stop", "no discharge"),
                        ],
                        max_length=5,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "scope",
                    models.JSONField(blank=True, default=dict, help_text="party, location, station: whom it is for"),
                ),
                ("body", models.JSONField(blank=True, default=dict)),
                ("reached", models.PositiveIntegerField(default=0, help_text="cars whose plan it changed")),
                ("missed", models.JSONField(blank=True, default=list, help_text="[[transaction, why]]")),
                ("made_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "indexes": [models.Index(fields=["-at"], name="grid_signal_at")],
            },
        ),
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
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("started_at", models.DateTimeField()),
                ("alive_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("sockets", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("stopped_at", None)), fields=["alive_at"], name="node_alive")
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(help_text="of the question and its address", max_length=64, unique=True)),
                ("source", models.CharField(max_length=4)),
                ("serial_number", models.CharField(max_length=40)),
                ("url", models.CharField(max_length=2000)),
                ("status", models.CharField(help_text="Good, Revoked, Unknown", max_length=8)),
                ("verified", models.BooleanField(default=False, help_text="the signature leads to the issuer")),
                ("answer", models.TextField(blank=True, help_text="the OCSP answer, DER in Base64")),
                ("this_update", models.DateTimeField()),
                ("next_update", models.DateTimeField(db_index=True)),
                ("fetched_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SiteBudget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("location_id", models.CharField(max_length=36)),
                ("active", models.BooleanField(default=True)),
                (
                    "unit",
                    models.CharField(choices=[("A", "A per phase"), ("W", "W in total")], default="A", max_length=1),
                ),
                (
                    "limit",
                    models.DecimalField(
                        decimal_places=1,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "limit_l2",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="else as L1",
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "limit_l3",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="else as L1",
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "periods",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text='other limits at times, by the clock of the location: [{"days": [1, 5], "from": "17:00", "to": "20:00", "limit": 40}]; days 1 (Monday) to 7, without: all',
                    ),
                ),
                (
                    "strategy",
                    models.CharField(
                        choices=[
                            ("equal", "every car the same"),
                            ("priority", "by the weight of station and driver's wishes"),
                        ],
                        default="equal",
                        max_length=8,
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=1,
                        default=6,
                        help_text="of one car; with less it is paused",
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "offline_limit",
                    models.DecimalField(
                        decimal_places=1,
                        default=0,
                        help_text="of a station that is offline when its lease has ended",
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("balanced_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "location_id"), name="one_budget_per_location"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(max_length=255, unique=True)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("location_id", models.CharField(blank=True, max_length=36)),
                ("shard", models.PositiveSmallIntegerField(editable=False)),
                ("password_digest", models.CharField(blank=True, max_length=64)),
                ("password_hex_digest", models.CharField(blank=True, max_length=64)),
                ("password_scrypt", models.CharField(blank=True, max_length=255)),
                (
                    "blocked",
                    models.BooleanField(default=False, help_text="refused at the handshake like an unknown one"),
                ),
                (
                    "lenient",
                    models.BooleanField(default=False, help_text="schema violations are logged and taken, not refused"),
                ),
                (
                    "security_minimum",
                    models.PositiveSmallIntegerField(
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
                (
                    "security_profile",
                    models.PositiveSmallIntegerField(
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
                (
                    "security_target",
                    models.PositiveSmallIntegerField(
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
                (
                    "boot_policy",
                    models.CharField(
                        choices=[("Accepted", "accepted"), ("Pending", "pending"), ("Rejected", "rejected")],
                        default="Accepted",
                        max_length=8,
                    ),
                ),
                (
                    "boot_status",
                    models.CharField(
                        blank=True,
                        choices=[("Accepted", "accepted"), ("Pending", "pending"), ("Rejected", "rejected")],
                        help_text="what the last boot was answered",
                        max_length=8,
                    ),
                ),
                ("vendor", models.CharField(blank=True, max_length=100)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("serial_number", models.CharField(blank=True, max_length=100)),
                ("firmware_version", models.CharField(blank=True, max_length=100)),
                (
                    "boot_reason",
                    models.CharField(blank=True, help_text="2.x: PowerUp, RemoteReset, Watchdog, …", max_length=20),
                ),
                ("booted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        blank=True, help_text="of the whole station (EVSE 0), as it said it", max_length=20
                    ),
                ),
                (
                    "subprotocol",
                    models.CharField(blank=True, help_text="of the present or last connection", max_length=10),
                ),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=255)),
                ("content_type", models.CharField(blank=True, max_length=100)),
                ("size", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("md5", models.CharField(blank=True, help_text="the checksum of PublishFirmware", max_length=32)),
                ("complete", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("complete", False)), fields=["created_at"], name="stored_file_partial"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stranger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(max_length=255, unique=True)),
                ("peer", models.CharField(blank=True, help_text="the address that it came from last", max_length=64)),
                ("offered", models.CharField(blank=True, help_text="sub-protocols", max_length=200)),
                ("count", models.PositiveIntegerField(default=1, help_text="minutes in which it knocked")),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                ("dismissed_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "verbose_name": "unknown station",
                "indexes": [models.Index(fields=["last_at"], name="stranger_last")],
            },
        ),
        migrations.CreateModel(
            name="TransactionLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(help_text="in lower case", max_length=255, unique=True)),
                (
                    "max_cost",
                    models.DecimalField(
                        blank=True, decimal_places=2, help_text="tariff currency", max_digits=10, null=True
                    ),
                ),
                ("max_energy", models.PositiveIntegerField(blank=True, help_text="Wh", null=True)),
                ("max_time", models.PositiveIntegerField(blank=True, help_text="seconds", null=True)),
                ("max_soc", models.PositiveSmallIntegerField(blank=True, help_text="%", null=True)),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, help_text="empty: until somebody takes it away", null=True),
                ),
                ("set_by", models.CharField(blank=True, max_length=150)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TransferRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.CharField(
                        blank=True,
                        help_text="the token's owner, such as DE/EMX",
                        max_length=6,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Za-z]{2}/[A-Za-z0-9]{3}\\Z", "Write it as DE/EMX."
                            )
                        ],
                    ),
                ),
                ("contract_id", models.CharField(blank=True, help_text="of one contract", max_length=36)),
                ("uid", models.CharField(blank=True, help_text="of one token", max_length=36)),
                ("transfers", models.JSONField(default=list, help_text="EnergyTransferModes, such as AC_BPT")),
                ("note", models.CharField(blank=True, max_length=255)),
                ("made_by", models.CharField(blank=True, max_length=150)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("party", "contract_id", "uid"),
                        name="one_transfer_rule_for_each",
                        violation_error_message="There is a rule for exactly this party, contract and token: change that one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("contract_id", ""), ("party", ""), ("uid", ""), _negated=True),
                        name="transfer_rule_is_about_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrustedRoot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "use",
                    models.CharField(
                        choices=[("MO", "mobility operator: contracts"), ("V2G", "V2G root: stations and vehicles")],
                        max_length=3,
                    ),
                ),
                ("subject", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(help_text="SHA-256 of the whole", max_length=64, unique=True)),
                ("certificate", models.TextField(help_text="PEM")),
                ("not_after", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, max_length=150)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="ocppbridge.station",
                    ),
                ),
                ("code", models.CharField(max_length=50)),
                (
                    "severity",
                    models.CharField(
                        choices=[("info", "info"), ("warning", "warning"), ("critical", "critical")],
                        default="warning",
                        max_length=8,
                    ),
                ),
                ("text", models.TextField()),
                ("count", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("acknowledged_at", None)), fields=["station", "code"], name="alert_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calls", to="ocppbridge.station"
                    ),
                ),
                ("action", models.CharField(max_length=50)),
                ("payload", models.JSONField()),
                ("secret_payload", models.TextField(blank=True)),
                ("intent", models.CharField(blank=True, max_length=50)),
                ("intent_data", models.JSONField(blank=True, default=dict)),
                (
                    "purpose",
                    models.CharField(blank=True, help_text="command, staff, api, configuration …", max_length=30),
                ),
                (
                    "reference",
                    models.CharField(blank=True, db_index=True, help_text="e.g. the OCPI command's id", max_length=64),
                ),
                ("correlation_id", models.CharField(blank=True, db_index=True, max_length=64)),
                (
                    "id_token",
                    models.CharField(blank=True, help_text="remote start and reservations: whose", max_length=255),
                ),
                ("evse_number", models.PositiveIntegerField(blank=True, null=True)),
                ("remote_start_id", models.IntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("sent", "sent"),
                            ("answered", "answered"),
                            ("refused", "refused (CALLERROR)"),
                            ("unanswered", "unanswered"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(help_text="not sent after this")),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("sent_on", models.BigIntegerField(blank=True, help_text="connection id", null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.JSONField(blank=True, null=True)),
                ("error_code", models.CharField(blank=True, max_length=50)),
                ("error_description", models.TextField(blank=True)),
                (
                    "outcome",
                    models.CharField(blank=True, help_text="the status that the answer carries", max_length=50),
                ),
                ("requested_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sent"])),
                        fields=["station", "created_at"],
                        name="call_open",
                    ),
                    models.Index(fields=["station", "id_token", "created_at"], name="call_id_token"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sent"])), fields=["expires_at"], name="call_expiry"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChargingLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="charging_limits",
                        to="ocppbridge.station",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField(default=0)),
                ("source", models.CharField(max_length=20)),
                ("schedules", models.JSONField(blank=True, default=list)),
                ("grid_critical", models.BooleanField(default=False)),
                ("local_generation", models.BooleanField(default=False, help_text="adds power of the place")),
                ("since", models.DateTimeField()),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("cleared_at__isnull", True)), fields=["station"], name="charging_limit_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Conformity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conformity", to="ocppbridge.station"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "being read"),
                            ("same", "as wanted"),
                            ("differs", "differs"),
                            ("writing", "being written"),
                            ("reboot", "as wanted after a reboot"),
                            ("refused", "refused: staff must look"),
                        ],
                        default="checking",
                        max_length=8,
                    ),
                ),
                ("wanted", models.PositiveIntegerField(default=0)),
                ("differing", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(blank=True, help_text="of what was wanted", max_length=64)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tries",
                    models.PositiveSmallIntegerField(default=0, help_text="writes since it was last seen as wanted"),
                ),
                ("next_at", models.DateTimeField(blank=True, help_text="not tried again before", null=True)),
            ],
            options={
                "verbose_name_plural": "conformity",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="conformity_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="connections", to="ocppbridge.station"
                    ),
                ),
                ("subprotocol", models.CharField(max_length=10)),
                ("node", models.CharField(max_length=100)),
                ("channel", models.CharField(max_length=150)),
                ("peer", models.CharField(blank=True, max_length=64)),
                (
                    "security_profile",
                    models.PositiveSmallIntegerField(
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
                ("opened_at", models.DateTimeField()),
                ("alive_at", models.DateTimeField(help_text="when something was last heard on it, give or take")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("close_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("close_reason", models.CharField(blank=True, max_length=200)),
                ("aftermath_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("closed_at", None)), fields=["node"], name="connection_open_node"),
                    models.Index(fields=["station", "-id"], name="connection_station"),
                    models.Index(
                        condition=models.Q(("aftermath_at", None), ("closed_at__isnull", False)),
                        fields=["closed_at"],
                        name="connection_aftermath",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DerAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="der_alarms", to="ocppbridge.station"
                    ),
                ),
                ("kind", models.CharField(help_text="the control that it triggers", max_length=30)),
                ("fault", models.CharField(blank=True, max_length=20)),
                ("info", models.CharField(blank=True, max_length=200)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-began_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["station", "kind"], name="der_alarm_on"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DerControl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="der_controls",
                        to="ocppbridge.station",
                    ),
                ),
                ("control_id", models.CharField(max_length=36)),
                ("kind", models.CharField(help_text="DERControlType, such as FreqDroop", max_length=30)),
                ("default", models.BooleanField(default=False, help_text="holds whenever no scheduled one does")),
                ("settings", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("held", "held by the station"),
                            ("superseded", "superseded by another"),
                            ("refused", "refused"),
                            ("cleared", "cleared"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "active",
                    models.BooleanField(default=False, help_text="told to have started, and not to have stopped"),
                ),
                ("switched_at", models.DateTimeField(blank=True, null=True)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["kind", "control_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("station", "control_id"), name="one_der_control_of_an_id")
                ],
            },
        ),
        migrations.CreateModel(
            name="DerInquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="der_inquiries",
                        to="ocppbridge.station",
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=30)),
                ("default", models.BooleanField(blank=True, null=True)),
                ("control_id", models.CharField(blank=True, max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("whole", "whole"),
                            ("empty", "nothing to report"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("found", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DisplayMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="display_messages",
                        to="ocppbridge.station",
                    ),
                ),
                ("message_id", models.BigIntegerField()),
                ("priority", models.CharField(max_length=11)),
                ("state", models.CharField(blank=True, help_text="shown only while the station is so", max_length=11)),
                ("start_at", models.DateTimeField(blank=True, null=True)),
                ("end_at", models.DateTimeField(blank=True, null=True)),
                ("transaction_id", models.CharField(blank=True, max_length=36)),
                ("texts", models.JSONField(default=list)),
                (
                    "component",
                    models.CharField(blank=True, help_text="the display, where it has several", max_length=50),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("asked", "sent to the station"),
                            ("shown", "held by the station"),
                            ("refused", "refused by the station"),
                            ("leaving", "to be taken off"),
                            ("gone", "taken off"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["station", "message_id"],
                "constraints": [models.UniqueConstraint(fields=("station", "message_id"), name="one_message_per_id")],
            },
        ),
        migrations.CreateModel(
            name="EventStream",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_streams",
                        to="ocppbridge.station",
                    ),
                ),
                ("stream_id", models.BigIntegerField()),
                ("monitor_id", models.BigIntegerField(blank=True, null=True)),
                ("interval", models.IntegerField(blank=True, help_text="seconds", null=True)),
                ("values", models.IntegerField(blank=True, help_text="at once", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("refused", "refused"), ("closed", "closed")],
                        default="open",
                        max_length=7,
                    ),
                ),
                ("pending", models.IntegerField(default=0, help_text="values that the station still holds")),
                ("told", models.PositiveIntegerField(default=0, help_text="values that have come")),
                ("opened_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("station", "stream_id"),
                        name="one_open_stream_per_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evses", to="ocppbridge.station"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "uid",
                    models.CharField(
                        blank=True, help_text="OCPI EVSE uid; empty: not offered to roaming", max_length=36
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        blank=True, help_text="of the EVSE as a whole, where its station says it", max_length=20
                    ),
                ),
                (
                    "status",
                    models.CharField(default="UNKNOWN", help_text="OCPI EVSE status last derived", max_length=12),
                ),
                ("status_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "EVSE",
                "ordering": ["number"],
                "indexes": [models.Index(fields=["uid"], name="station_evse_uid")],
                "constraints": [models.UniqueConstraint(fields=("station", "number"), name="one_evse_per_number")],
            },
        ),
        migrations.CreateModel(
            name="FileChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="ocppbridge.storedfile"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "number"), name="one_chunk_per_number")],
            },
        ),
        migrations.CreateModel(
            name="FirmwareImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("vendor", models.CharField(blank=True, help_text="only for its stations; empty: any", max_length=100)),
                ("model", models.CharField(blank=True, help_text="only for this model; empty: any", max_length=100)),
                (
                    "version",
                    models.CharField(
                        blank=True,
                        help_text="what a station with it says at its boot; empty: updates are not verified",
                        max_length=100,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ocppbridge.storedfile",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        blank=True, help_text="where it is, if it is not here", max_length=2000, verbose_name="URL"
                    ),
                ),
                ("certificate", models.TextField(blank=True, help_text="PEM of whoever signed it; empty: unsigned")),
                ("signature", models.CharField(blank=True, help_text="Base64", max_length=800)),
                ("notes", models.TextField(blank=True)),
                ("created_by", models.CharField(blank=True, editable=False, max_length=150)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Frame",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "station",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="frames",
                        to="ocppbridge.station",
                    ),
                ),
                ("connection_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("direction", models.SmallIntegerField(choices=[(0, "from the station"), (1, "to the station")])),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (0, "invalid"),
                            (2, "CALL"),
                            (3, "CALLRESULT"),
                            (4, "CALLERROR"),
                            (5, "CALLRESULTERROR"),
                            (6, "SEND"),
                        ]
                    ),
                ),
                ("message_id", models.TextField()),
                ("action", models.TextField(help_text="of an answer: the action it answers")),
                ("body", models.TextField(help_text="the frame as text; invalid ones cut to 4 kB")),
                ("error", models.TextField(help_text="why it was refused or is suspect; empty when fine")),
            ],
            options={
                "db_table": "ocppbridge_frame",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="InboxItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shard", models.PositiveSmallIntegerField()),
                (
                    "station",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ocppbridge.station",
                    ),
                ),
                ("connection_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("frame_id", models.BigIntegerField()),
                ("frame_at", models.DateTimeField()),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True, default="")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shard", "priority"], name="inbox_shard"),
                    models.Index(fields=["station", "connection_id", "n"], name="inbox_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InstalledProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="charging_profiles",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "evse_number",
                    models.PositiveIntegerField(default=0, help_text="0: the station, or all of its EVSEs"),
                ),
                ("profile_id", models.IntegerField()),
                ("level", models.PositiveIntegerField(help_text="stack level: the highest leads")),
                ("purpose", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=10)),
                ("transaction_id", models.CharField(blank=True, help_text="as the station knows it", max_length=36)),
                ("source", models.CharField(default="CSO", help_text="CSO: us; EMS, SO, Other", max_length=20)),
                ("wanted", models.BooleanField(default=False, help_text="set by us")),
                ("profile", models.JSONField()),
                (
                    "drift",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("missing", "not there any more"),
                            ("different", "not as it was set"),
                            ("foreign", "not set by us"),
                        ],
                        max_length=9,
                    ),
                ),
                ("set_for", models.CharField(blank=True, help_text="command, staff, api, budget …", max_length=30)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["evse_number", "purpose", "-level", "profile_id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("drift", ""), _negated=True),
                        fields=["drift"],
                        name="charging_profile_drift",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("station", "profile_id"), name="one_row_per_charging_profile")
                ],
            },
        ),
        migrations.CreateModel(
            name="Monitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "component",
                    models.CharField(blank=True, help_text="empty: an OCPP 1.6 configuration key", max_length=50),
                ),
                ("component_instance", models.CharField(blank=True, max_length=50)),
                ("evse_number", models.PositiveIntegerField(default=0, help_text="0: the station")),
                ("connector_number", models.PositiveIntegerField(default=0, help_text="0: none")),
                ("name", models.CharField(help_text="variable, or configuration key", max_length=100)),
                ("instance", models.CharField(blank=True, max_length=50)),
                (
                    "attribute",
                    models.CharField(
                        blank=True,
                        choices=[("Target", "Target"), ("MinSet", "MinSet"), ("MaxSet", "MaxSet")],
                        help_text="empty: Actual",
                        max_length=6,
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="monitors", to="ocppbridge.station"
                    ),
                ),
                ("monitor_id", models.BigIntegerField(blank=True, null=True)),
                ("type", models.CharField(max_length=20)),
                ("value", models.DecimalField(decimal_places=9, max_digits=30)),
                ("severity", models.PositiveSmallIntegerField(help_text="0 danger … 9 debug")),
                ("transaction", models.BooleanField(default=False, help_text="only during transactions")),
                (
                    "origin",
                    models.CharField(
                        blank=True, help_text="CustomMonitor, PreconfiguredMonitor, HardWired… (2.1)", max_length=25
                    ),
                ),
                (
                    "interval",
                    models.IntegerField(blank=True, help_text="seconds, of its event stream (2.1)", null=True),
                ),
                ("values", models.IntegerField(blank=True, help_text="at once, of its event stream (2.1)", null=True)),
                ("status", models.CharField(blank=True, help_text="what the station made of it", max_length=30)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["component", "evse_number", "name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("monitor_id__isnull", False)),
                        fields=("station", "monitor_id"),
                        name="one_monitor_per_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileUpgrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile_upgrades",
                        to="ocppbridge.station",
                    ),
                ),
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "preferred", "restarting"])),
                        fields=("station",),
                        name="one_profile_upgrade",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quarantined", to="ocppbridge.station"
                    ),
                ),
                ("connection_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("frame_id", models.BigIntegerField()),
                ("frame_at", models.DateTimeField()),
                ("action", models.CharField(max_length=50)),
                ("parks", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name_plural": "quarantined frames",
                "indexes": [
                    models.Index(
                        condition=models.Q(("parks", True), ("resolved_at", None)),
                        fields=["station"],
                        name="quarantine_parked",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="ocppbridge.station"
                    ),
                ),
                ("action", models.CharField(max_length=50)),
                ("at", models.DateTimeField()),
                ("summary", models.CharField(blank=True, max_length=255)),
                ("payload", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["station", "action", "-at"], name="report_station")],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reservations",
                        to="ocppbridge.station",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField(blank=True, null=True)),
                ("connector_type", models.CharField(blank=True, max_length=20)),
                ("id_token", models.CharField(max_length=255)),
                ("id_token_type", models.CharField(blank=True, max_length=20)),
                ("group_id", models.CharField(blank=True, max_length=36)),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked of the station"),
                            ("held", "held"),
                            ("used", "used"),
                            ("expired", "expired"),
                            ("cancelled", "cancelled"),
                            ("refused", "refused by the station"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why it ended, in the station's word or ours", max_length=50
                    ),
                ),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("partner", models.CharField(blank=True, help_text="country/party of the eMSP", max_length=6)),
                ("partner_reservation_id", models.CharField(blank=True, max_length=36)),
                (
                    "command_reference",
                    models.CharField(blank=True, help_text="OCPI command of the RESERVE_NOW", max_length=36),
                ),
                (
                    "session_id",
                    models.UUIDField(blank=True, help_text="OCPI Session, which a transaction takes over", null=True),
                ),
                ("cdr_id", models.CharField(blank=True, max_length=36)),
                ("cdr_token", models.JSONField(blank=True, help_text="OCPI CdrToken", null=True)),
                ("authorization_reference", models.CharField(blank=True, max_length=36)),
                ("location", models.TextField(blank=True, help_text="the OCPI CdrLocation as of then, as JSON")),
                ("tariff", models.TextField(blank=True, help_text="the tariff as of then, as JSON")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["station", "state"], name="reservation_station"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "held"])),
                        fields=["expires_at"],
                        name="reservation_open",
                    ),
                    models.Index(fields=["partner", "partner_reservation_id"], name="reservation_partner"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedule_checks",
                        to="ocppbridge.station",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("start", models.DateTimeField()),
                ("duration", models.PositiveIntegerField()),
                ("unit", models.CharField(max_length=1)),
                ("told", models.JSONField(blank=True, default=list)),
                ("computed", models.JSONField(blank=True, default=list)),
                ("difference", models.TextField(blank=True, help_text="empty: they agree")),
            ],
            options={
                "ordering": ["evse_number"],
                "constraints": [models.UniqueConstraint(fields=("station", "evse_number"), name="one_check_per_evse")],
            },
        ),
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="security_events",
                        to="ocppbridge.station",
                    ),
                ),
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
            options={
                "indexes": [models.Index(fields=["station", "-received_at"], name="security_event_station")],
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "component",
                    models.CharField(blank=True, help_text="empty: an OCPP 1.6 configuration key", max_length=50),
                ),
                ("component_instance", models.CharField(blank=True, max_length=50)),
                ("evse_number", models.PositiveIntegerField(default=0, help_text="0: the station")),
                ("connector_number", models.PositiveIntegerField(default=0, help_text="0: none")),
                ("name", models.CharField(help_text="variable, or configuration key", max_length=100)),
                ("instance", models.CharField(blank=True, max_length=50)),
                (
                    "attribute",
                    models.CharField(
                        blank=True,
                        choices=[("Target", "Target"), ("MinSet", "MinSet"), ("MaxSet", "MaxSet")],
                        help_text="empty: Actual",
                        max_length=6,
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="settings", to="ocppbridge.station"
                    ),
                ),
                ("value", models.TextField(blank=True, help_text="as last reported or read", null=True)),
                ("mutability", models.CharField(blank=True, max_length=9)),
                ("persistent", models.BooleanField(default=False)),
                ("constant", models.BooleanField(default=False)),
                ("data_type", models.CharField(blank=True, max_length=12)),
                ("unit", models.CharField(blank=True, max_length=16)),
                ("least", models.CharField(blank=True, help_text="minLimit", max_length=40)),
                (
                    "most",
                    models.CharField(
                        blank=True, help_text="maxLimit; of texts and lists the longest length", max_length=40
                    ),
                ),
                ("choices", models.TextField(blank=True, help_text="valuesList")),
                ("monitored", models.BooleanField(default=False, help_text="supports monitoring")),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("written", models.TextField(blank=True, help_text="the value that was last asked for")),
                ("write_status", models.CharField(blank=True, help_text="what the station made of it", max_length=30)),
                ("write_reason", models.CharField(blank=True, max_length=255)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["component", "evse_number", "name", "instance", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "station",
                            "component",
                            "component_instance",
                            "evse_number",
                            "connector_number",
                            "name",
                            "instance",
                            "attribute",
                        ),
                        name="one_row_per_setting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StationEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "component",
                    models.CharField(blank=True, help_text="empty: an OCPP 1.6 configuration key", max_length=50),
                ),
                ("component_instance", models.CharField(blank=True, max_length=50)),
                ("evse_number", models.PositiveIntegerField(default=0, help_text="0: the station")),
                ("connector_number", models.PositiveIntegerField(default=0, help_text="0: none")),
                ("name", models.CharField(help_text="variable, or configuration key", max_length=100)),
                ("instance", models.CharField(blank=True, max_length=50)),
                (
                    "attribute",
                    models.CharField(
                        blank=True,
                        choices=[("Target", "Target"), ("MinSet", "MinSet"), ("MaxSet", "MaxSet")],
                        help_text="empty: Actual",
                        max_length=6,
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="ocppbridge.station"
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("trigger", models.CharField(help_text="Alerting, Delta or Periodic", max_length=10)),
                ("kind", models.CharField(help_text="what told it", max_length=25)),
                ("value", models.TextField(blank=True)),
                ("cause", models.BigIntegerField(blank=True, help_text="event id of what caused it", null=True)),
                ("cleared", models.BooleanField(default=False)),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="of the event, else of its monitor", null=True
                    ),
                ),
                ("monitor_id", models.BigIntegerField(blank=True, null=True)),
                ("transaction_id", models.CharField(blank=True, max_length=36)),
                ("tech_code", models.CharField(blank=True, max_length=50)),
                ("tech_info", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["station", "-received_at"], name="station_event_station"),
                    models.Index(fields=["received_at"], name="station_event_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WantedSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "component",
                    models.CharField(blank=True, help_text="empty: an OCPP 1.6 configuration key", max_length=50),
                ),
                ("component_instance", models.CharField(blank=True, max_length=50)),
                ("evse_number", models.PositiveIntegerField(default=0, help_text="0: the station")),
                ("connector_number", models.PositiveIntegerField(default=0, help_text="0: none")),
                ("name", models.CharField(help_text="variable, or configuration key", max_length=100)),
                ("instance", models.CharField(blank=True, max_length=50)),
                (
                    "attribute",
                    models.CharField(
                        blank=True,
                        choices=[("Target", "Target"), ("MinSet", "MinSet"), ("MaxSet", "MaxSet")],
                        help_text="empty: Actual",
                        max_length=6,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wanted",
                        to="ocppbridge.configurationtemplate",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wanted",
                        to="ocppbridge.station",
                    ),
                ),
                ("value", models.CharField(max_length=2500)),
            ],
            options={
                "ordering": ["component", "name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "template",
                            "station",
                            "component",
                            "component_instance",
                            "evse_number",
                            "connector_number",
                            "name",
                            "instance",
                            "attribute",
                        ),
                        name="wanted_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("template", None), ("station", None), _connector="XOR"),
                        name="wanted_of_a_template_or_a_station",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Availability",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="availabilities",
                        to="ocppbridge.station",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField(default=0)),
                ("connector_number", models.PositiveIntegerField(default=0)),
                ("operative", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("accepted", "done"),
                            ("scheduled", "when the transaction ends"),
                            ("refused", "refused by the station"),
                            ("unanswered", "no answer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "availabilities",
                "ordering": ["evse_number", "connector_number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("station", "evse_number", "connector_number"), name="one_availability_per_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BatterySwap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="battery_swaps",
                        to="ocppbridge.station",
                    ),
                ),
                ("request_id", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked of the station"),
                            ("refused", "refused by the station"),
                            ("taken", "batteries taken in"),
                            ("done", "batteries handed out"),
                            ("timeout", "batteries not taken out in time"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("id_token", models.CharField(max_length=255)),
                ("id_token_type", models.CharField(blank=True, max_length=20)),
                (
                    "authorization",
                    models.CharField(blank=True, help_text="what its token is worth here", max_length=20),
                ),
                ("token_owner", models.CharField(blank=True, help_text="country/party of the token", max_length=6)),
                ("taken", models.JSONField(blank=True, default=list, help_text="batteries that went in")),
                ("given", models.JSONField(blank=True, default=list, help_text="batteries that came out")),
                (
                    "charge",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="state of charge out less in, in points",
                        max_digits=7,
                        null=True,
                    ),
                ),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, help_text="as staff settled it", max_digits=10, null=True
                    ),
                ),
                ("settled_by", models.CharField(blank=True, max_length=150)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=255)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-began_at"], name="battery_swap_began")],
                "constraints": [models.UniqueConstraint(fields=("station", "request_id"), name="one_swap_per_request")],
            },
        ),
        migrations.CreateModel(
            name="BudgetShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "budget",
                    models.ForeignKey(
                        help_text="none: its limit is taken away",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="shares",
                        to="ocppbridge.sitebudget",
                    ),
                ),
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_share",
                        to="ocppbridge.station",
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField(default=1, help_text="where the budget goes by priority")),
                (
                    "phases",
                    models.CharField(default="L1L2L3", help_text="of the site that it hangs on, e.g. L2", max_length=6),
                ),
                ("wanted", models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                (
                    "sent",
                    models.DecimalField(
                        blank=True, decimal_places=1, help_text="waits for its answer", max_digits=10, null=True
                    ),
                ),
                ("sent_lease_end", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                (
                    "accepted",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="none yet: counted as what it is built for",
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "lease_end",
                    models.DateTimeField(
                        blank=True, help_text="then its offline limit holds; none: it stays", null=True
                    ),
                ),
                (
                    "fallback",
                    models.DecimalField(blank=True, decimal_places=1, help_text="accepted", max_digits=10, null=True),
                ),
                ("fallback_sent", models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                (
                    "fallback_call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("built_for", models.DecimalField(decimal_places=1, default=0, max_digits=10)),
                ("cars", models.PositiveSmallIntegerField(default=0)),
                ("measured", models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ("turn_since", models.DateTimeField(blank=True, help_text="charging, or waiting, since", null=True)),
                ("trouble", models.CharField(blank=True, max_length=255)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["station__identity"],
            },
        ),
        migrations.CreateModel(
            name="Connector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "evse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="connectors", to="ocppbridge.evse"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(blank=True, help_text="as the station said it (1.6 or 2.x word)", max_length=20),
                ),
                ("error_code", models.CharField(blank=True, max_length=50)),
                ("info", models.CharField(blank=True, max_length=255)),
                ("vendor_error_code", models.CharField(blank=True, max_length=50)),
                ("state_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("evse", "number"), name="one_connector_per_number")],
            },
        ),
        migrations.CreateModel(
            name="DeviceReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_reports",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "inventory",
                    models.CharField(help_text="ConfigurationInventory, FullInventory, … or Custom", max_length=30),
                ),
                (
                    "first",
                    models.ForeignKey(
                        blank=True,
                        help_text="of several into which a long question was split",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rest",
                        to="ocppbridge.devicereport",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("coming", "parts are coming"),
                            ("whole", "whole"),
                            ("empty", "nothing to report"),
                            ("refused", "refused by the station"),
                            ("broken", "broken off"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("parts", models.JSONField(blank=True, default=list, help_text="numbers of the parts that have come")),
                (
                    "last_part",
                    models.IntegerField(
                        blank=True, help_text="the number of the last one, once it is known", null=True
                    ),
                ),
                ("entries", models.PositiveIntegerField(default=0, help_text="settings that came in them")),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("tries", models.PositiveSmallIntegerField(default=1)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "coming"])),
                        fields=["asked_at"],
                        name="device_report_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="enquiries", to="ocppbridge.station"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monitors", "monitors"),
                            ("messages", "messages on displays"),
                            ("customer", "a customer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("about", models.CharField(blank=True, help_text="what was asked for", max_length=255)),
                (
                    "everything",
                    models.BooleanField(default=True, help_text="what is not reported is not there any more"),
                ),
                ("clears", models.BooleanField(default=False, help_text="the station shall forget the customer")),
                ("id_token", models.CharField(blank=True, help_text="of the customer", max_length=255)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("coming", "parts are coming"),
                            ("whole", "whole"),
                            ("empty", "nothing to report"),
                            ("refused", "refused by the station"),
                            ("broken", "broken off"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("parts", models.JSONField(blank=True, default=list, help_text="numbers of the pages that have come")),
                ("last_part", models.IntegerField(blank=True, null=True)),
                ("entries", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                (
                    "erased_at",
                    models.DateTimeField(blank=True, help_text="what was told is not kept any more", null=True),
                ),
            ],
            options={
                "verbose_name_plural": "enquiries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "coming"])), fields=["asked_at"], name="enquiry_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmwareCampaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="ocppbridge.firmwareimage",
                    ),
                ),
                ("vendor", models.CharField(blank=True, help_text="empty: the image's, else any", max_length=100)),
                ("model", models.CharField(blank=True, help_text="empty: the image's, else any", max_length=100)),
                (
                    "from_version",
                    models.CharField(blank=True, help_text="only stations with this one; empty: any", max_length=100),
                ),
                (
                    "identities",
                    models.TextField(blank=True, help_text="only these stations, one a line; empty: all that fit"),
                ),
                (
                    "canary",
                    models.PositiveIntegerField(default=1, help_text="stations of the first wave; 0: none goes ahead"),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        default=25,
                        help_text="of all the stations, in each wave after it",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "stop_above",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="percent of the updates that have ended; if more have failed, the campaign stops",
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                ("window_from", models.TimeField(blank=True, help_text="updates begin only from … (UTC)", null=True)),
                ("window_to", models.TimeField(blank=True, help_text="… to (may be past midnight)", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "not started"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("stopped", "stopped"),
                            ("done", "done"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, editable=False, max_length=255)),
                ("created_by", models.CharField(blank=True, editable=False, max_length=150)),
                ("started_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "running")), fields=["id"], name="campaign_running")
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmwarePublication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="ocppbridge.firmwareimage",
                    ),
                ),
                ("location", models.CharField(max_length=2000)),
                ("checksum", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("under way", "under way"),
                            ("published", "published"),
                            ("failed", "failed"),
                            ("refused", "refused by the station"),
                            ("ended", "not published any more"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("status", models.CharField(blank=True, help_text="the station's last word", max_length=30)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("locations", models.JSONField(blank=True, default=list, help_text="where its stations fetch it")),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FirmwareUpdate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firmware_updates",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="ocppbridge.firmwareimage",
                    ),
                ),
                (
                    "location",
                    models.CharField(help_text="as the station was told; its secret part is masked", max_length=2000),
                ),
                (
                    "version",
                    models.CharField(blank=True, help_text="that the station should boot with", max_length=100),
                ),
                ("signed", models.BooleanField(default=False)),
                ("retrieve_at", models.DateTimeField()),
                ("install_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("under way", "under way"),
                            ("installed", "installed, waiting for a boot"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("refused", "refused by the station"),
                            ("cancelled", "cancelled"),
                            ("silent", "nothing more was heard"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("status", models.CharField(blank=True, help_text="the station's last word", max_length=30)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("booted_version", models.CharField(blank=True, help_text="of the last boot since", max_length=100)),
                ("booted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "under way", "installed"])),
                        fields=["station", "-asked_at"],
                        name="firmware_update_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LocalList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="local_list", to="ocppbridge.station"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unknown", "not compared yet"),
                            ("sending", "on its way"),
                            ("same", "as it should be"),
                            ("doubtful", "in doubt: the station is asked for its version"),
                            ("none", "the station has no local list"),
                            ("failed", "the station does not take it"),
                        ],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("version", models.IntegerField(default=0, help_text="that we left it at; 0: none")),
                (
                    "reported_version",
                    models.IntegerField(blank=True, help_text="that the station named last", null=True),
                ),
                ("tokens", models.JSONField(blank=True, default=list, help_text="what the station holds of us")),
                ("entries", models.PositiveIntegerField(default=0, help_text="how many that are")),
                (
                    "drift",
                    models.PositiveIntegerField(default=0, help_text="entries that differ from what it should hold"),
                ),
                ("left_out", models.PositiveIntegerField(default=0, help_text="tokens that the station cannot hold")),
                (
                    "longest",
                    models.PositiveIntegerField(blank=True, help_text="entries that the station can hold", null=True),
                ),
                (
                    "per_message",
                    models.PositiveIntegerField(blank=True, help_text="entries that one message may carry", null=True),
                ),
                (
                    "wanted",
                    models.CharField(
                        blank=True,
                        choices=[("full", "full"), ("clear", "empty")],
                        help_text="what staff asked for",
                        max_length=5,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        blank=True, help_text="when the station was last asked for its version", null=True
                    ),
                ),
                (
                    "seen_until",
                    models.DateTimeField(blank=True, help_text="changes of tokens up to here are in it", null=True),
                ),
                (
                    "stale_since",
                    models.DateTimeField(blank=True, help_text="since when a token has changed", null=True),
                ),
                ("due_at", models.DateTimeField(blank=True, help_text="when it is looked at again", null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=255)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="local_list_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LogRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="logs", to="ocppbridge.station"
                    ),
                ),
                (
                    "kind",
                    models.CharField(help_text="DiagnosticsLog, SecurityLog, or DataCollectorLog (2.1)", max_length=20),
                ),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("accepted", "will be uploaded"),
                            ("uploading", "uploading"),
                            ("uploaded", "uploaded"),
                            ("failed", "failed"),
                            ("refused", "refused by the station"),
                            ("cancelled", "replaced by a later one"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("status", models.CharField(blank=True, help_text="the station's last word", max_length=30)),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "location",
                    models.CharField(help_text="as the station was told; its secret part is masked", max_length=2000),
                ),
                ("ours", models.BooleanField(default=True, help_text="the location is the hub's own")),
                (
                    "filename",
                    models.CharField(blank=True, help_text="as the station named it in its answer", max_length=255),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="logs",
                        to="ocppbridge.storedfile",
                    ),
                ),
                ("retries", models.PositiveSmallIntegerField(default=0)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(help_text="nothing is taken after this")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "accepted", "uploading"])),
                        fields=["station", "-asked_at"],
                        name="log_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PasswordChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_changes",
                        to="ocppbridge.station",
                    ),
                ),
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
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("silent", models.BooleanField(default=False, help_text="the last call was sent and not answered")),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("station",), name="one_password_change"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileInquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile_inquiries",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                (
                    "narrowed",
                    models.BooleanField(default=False, help_text="by criteria: what it does not tell may be there"),
                ),
                ("seen", models.JSONField(blank=True, default=list, help_text="ids of the profiles told")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("whole", "whole"),
                            ("none", "no such profiles"),
                            ("refused", "refused by the station"),
                            ("silent", "not answered"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "profile inquiries",
            },
        ),
        migrations.CreateModel(
            name="StationCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certificates",
                        to="ocppbridge.station",
                    ),
                ),
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
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["station", "state"], name="certificate_station"),
                    models.Index(
                        condition=models.Q(("state", "held"), ("warned_at", None)),
                        fields=["not_after"],
                        name="certificate_expiry",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StationTariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tariffs", to="ocppbridge.station"
                    ),
                ),
                ("evse_number", models.PositiveIntegerField()),
                ("ocpi_id", models.CharField(blank=True, help_text="of our tariff", max_length=36)),
                ("tariff_id", models.CharField(blank=True, help_text="as the station should know it", max_length=60)),
                ("document", models.JSONField(blank=True, help_text="OCPP TariffType", null=True)),
                (
                    "losses",
                    models.JSONField(
                        blank=True, default=list, help_text="[[code, weight, text]] of what OCPP cannot say"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "to be sent"),
                            ("sent", "on its way"),
                            ("held", "on the station"),
                            ("refused", "refused by the station"),
                            ("unsayable", "OCPP cannot say it"),
                            ("none", "no tariff"),
                        ],
                        default="none",
                        max_length=9,
                    ),
                ),
                ("held_id", models.CharField(blank=True, help_text="the last one that it accepted", max_length=60)),
                (
                    "by_hand",
                    models.BooleanField(default=False, help_text="sent by staff: the hub does not change it by itself"),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "reported",
                    models.JSONField(blank=True, help_text="what it said that it holds (GetTariffs)", null=True),
                ),
                (
                    "drift",
                    models.CharField(
                        blank=True, help_text="how that differs from what it has accepted", max_length=255
                    ),
                ),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("try_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["try_at"], name="station_tariff_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("station", "evse_number"), name="one_default_tariff_per_evse")
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="ocppbridge.eventstream"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("value", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["stream", "-at"], name="stream_value_stream"),
                    models.Index(fields=["at"], name="stream_value_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transactions",
                        to="ocppbridge.station",
                    ),
                ),
                ("wire_id", models.IntegerField(blank=True, null=True)),
                ("transaction_id", models.CharField(blank=True, max_length=36)),
                ("session_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("cdr_id", models.CharField(blank=True, max_length=36)),
                ("evse_number", models.PositiveIntegerField(blank=True, null=True)),
                ("connector_number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("ended", "ended"), ("closed", "closed by staff")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("charging_state", models.CharField(blank=True, max_length=20)),
                ("id_token", models.CharField(blank=True, max_length=255)),
                ("id_token_type", models.CharField(blank=True, max_length=20)),
                ("group_id", models.CharField(blank=True, max_length=36)),
                (
                    "authorization",
                    models.CharField(blank=True, help_text="what the station was answered", max_length=20),
                ),
                ("auth_method", models.CharField(blank=True, help_text="OCPI AuthMethod", max_length=12)),
                ("authorization_reference", models.CharField(blank=True, max_length=36)),
                ("token_owner", models.CharField(blank=True, help_text="country/party of the token", max_length=6)),
                ("cdr_token", models.JSONField(blank=True, help_text="OCPI CdrToken for Session and CDR", null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                ("remote_start_id", models.IntegerField(blank=True, null=True)),
                ("reservation_id", models.IntegerField(blank=True, null=True)),
                (
                    "reserved_from",
                    models.DateTimeField(blank=True, help_text="since when its EVSE was held for it", null=True),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "meter_start",
                    models.DecimalField(blank=True, decimal_places=3, help_text="Wh", max_digits=18, null=True),
                ),
                (
                    "meter_stop",
                    models.DecimalField(blank=True, decimal_places=3, help_text="Wh", max_digits=18, null=True),
                ),
                (
                    "export_start",
                    models.DecimalField(blank=True, decimal_places=3, help_text="Wh", max_digits=18, null=True),
                ),
                (
                    "export_stop",
                    models.DecimalField(blank=True, decimal_places=3, help_text="Wh", max_digits=18, null=True),
                ),
                (
                    "energy_import",
                    models.DecimalField(decimal_places=3, default=0, help_text="Wh so far", max_digits=18),
                ),
                (
                    "energy_export",
                    models.DecimalField(decimal_places=3, default=0, help_text="Wh so far", max_digits=18),
                ),
                ("stop_reason", models.CharField(blank=True, max_length=30)),
                ("offline", models.BooleanField(default=False)),
                ("last_seq_no", models.IntegerField(blank=True, null=True)),
                (
                    "start_seen",
                    models.BooleanField(default=True, help_text="false while only later events have arrived"),
                ),
                (
                    "states",
                    models.JSONField(blank=True, default=list, help_text="[[at, charging state]] as they changed"),
                ),
                (
                    "findings",
                    models.JSONField(blank=True, default=list, help_text="[[code, text]] that staff should look at"),
                ),
                ("tariff", models.TextField(blank=True, help_text="the tariff at the start, as JSON (TAR-26)")),
                (
                    "location",
                    models.TextField(blank=True, help_text="the OCPI CdrLocation as of the start, as JSON (CDR-13)"),
                ),
                (
                    "course",
                    models.JSONField(
                        blank=True, default=dict, editable=False, help_text="charging.transactions, as stored"
                    ),
                ),
                (
                    "start_key",
                    models.CharField(
                        blank=True, editable=False, help_text="what makes two 1.6 starts one", max_length=200
                    ),
                ),
                (
                    "cdr_edition",
                    models.PositiveSmallIntegerField(default=1, help_text="more than 1: earlier ones were credited"),
                ),
                (
                    "silent_since",
                    models.DateTimeField(blank=True, help_text="running, and nothing was heard of it since", null=True),
                ),
                (
                    "closed_by",
                    models.CharField(
                        blank=True, help_text="of the staff, where no station told the end", max_length=150
                    ),
                ),
                (
                    "cost_told",
                    models.DecimalField(
                        blank=True, decimal_places=4, help_text="to the driver", max_digits=14, null=True
                    ),
                ),
                ("cost_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "station_cost",
                    models.JSONField(blank=True, help_text="costDetails: what the station calculated (2.1)", null=True),
                ),
                (
                    "station_tariff",
                    models.CharField(blank=True, help_text="by which tariff, in the station's words", max_length=60),
                ),
                (
                    "limits",
                    models.JSONField(
                        blank=True, default=dict, help_text="how far it may go: OCPP TransactionLimitType"
                    ),
                ),
                (
                    "limits_due",
                    models.BooleanField(default=False, help_text="the limits wait for an answer that can carry them"),
                ),
                ("limit_reached", models.CharField(blank=True, help_text="the trigger that told it", max_length=20)),
                (
                    "released_at",
                    models.DateTimeField(blank=True, help_text="staff looked at the findings: bill it", null=True),
                ),
                ("last_news_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["station", "evse_number"],
                        name="transaction_running",
                    ),
                    models.Index(
                        condition=models.Q(("start_key", ""), _negated=True),
                        fields=["station", "start_key"],
                        name="transaction_start",
                    ),
                    models.Index(fields=["id_token", "-started_at"], name="transaction_token"),
                    models.Index(fields=["-started_at"], name="transaction_started"),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["last_news_at"], name="transaction_news"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("wire_id__isnull", False)),
                        fields=("station", "wire_id"),
                        name="one_wire_id_per_station",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("transaction_id", ""), _negated=True),
                        fields=("station", "transaction_id"),
                        name="one_transaction_id_per_station",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="web_payments",
                        to="ocppbridge.station",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "being paid"),
                            ("paid", "paid, the start is on its way"),
                            ("started", "started"),
                            ("failed", "paid, but not started"),
                            ("cancelled", "cancelled"),
                            ("expired", "not paid in time"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("psp_ref", models.CharField(blank=True, max_length=255)),
                (
                    "limits",
                    models.JSONField(blank=True, default=dict, help_text="OCPP TransactionLimitType that was paid for"),
                ),
                ("until", models.DateTimeField(help_text="the EVSE is held for it")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                (
                    "notice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
                (
                    "start",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["until"], name="web_payment_open"),
                    models.Index(
                        condition=models.Q(("psp_ref", ""), _negated=True),
                        fields=["psp_ref"],
                        name="web_payment_reference",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("station", "evse_number"),
                        name="one_open_web_payment_per_evse",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="ocppbridge.firmwarecampaign",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaign_targets",
                        to="ocppbridge.station",
                    ),
                ),
                ("wave", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("updating", "updating"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("skipped", "skipped"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "update",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="campaign_targets",
                        to="ocppbridge.firmwareupdate",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "ordering": ["wave", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "station"), name="a_station_once_in_a_campaign")
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pages", to="ocppbridge.enquiry"
                    ),
                ),
                ("seq_no", models.IntegerField()),
                ("sealed", models.TextField()),
            ],
            options={
                "ordering": ["seq_no"],
                "constraints": [models.UniqueConstraint(fields=("enquiry", "seq_no"), name="one_page_per_number")],
            },
        ),
        migrations.CreateModel(
            name="EnergyPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="energy_plan",
                        to="ocppbridge.transaction",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="energy_plans",
                        to="ocppbridge.station",
                    ),
                ),
                ("allowed", models.JSONField(blank=True, default=list, help_text="kinds of transfer that it may have")),
                ("allowed_by", models.CharField(blank=True, help_text="the rule, or who of the staff", max_length=150)),
                (
                    "allowed_outcome",
                    models.CharField(blank=True, help_text="what the station made of being told", max_length=50),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("none", "nothing is wished"),
                            ("sent", "sent"),
                            ("holds", "holds"),
                            ("refused", "refused by the station"),
                            ("stale", "to be sent again"),
                            ("cleared", "cleared"),
                            ("ended", "ended with its transaction"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("control", models.CharField(blank=True, help_text="scheduled, pushed, pulled", max_length=10)),
                ("mode", models.CharField(blank=True, help_text="operation mode of its first period", max_length=20)),
                ("wish", models.JSONField(blank=True, default=dict, help_text="as it was asked for")),
                ("profile", models.JSONField(blank=True, default=dict, help_text="as it was sent")),
                (
                    "figures",
                    models.JSONField(blank=True, default=dict, help_text="of a dynamic plan, as they hold now"),
                ),
                ("cut", models.JSONField(blank=True, default=list, help_text="what the car cannot do of the wish")),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "edition",
                    models.PositiveIntegerField(default=0, help_text="how often the station was told something new"),
                ),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("holds_since", models.DateTimeField(blank=True, null=True)),
                ("pulled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["station", "state"], name="energy_plan_of_station")],
            },
        ),
        migrations.CreateModel(
            name="EvNeeds",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ev_needs", to="ocppbridge.station"
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ev_needs",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, help_text="by the station's clock", null=True)),
                ("requested", models.CharField(help_text="EnergyTransferMode", max_length=20)),
                ("available", models.JSONField(blank=True, default=list)),
                ("control_mode", models.CharField(blank=True, max_length=20)),
                ("mobility", models.CharField(blank=True, max_length=20)),
                ("departure", models.DateTimeField(blank=True, null=True)),
                ("parameters", models.JSONField(blank=True, default=dict, help_text="ac, dc, v2x, der, offer")),
                ("status", models.CharField(help_text="what the station was answered", max_length=20)),
                ("code", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("digest", models.CharField(help_text="the same needs again are not a second row", max_length=32)),
            ],
            options={
                "verbose_name_plural": "needs of cars",
                "indexes": [models.Index(fields=["station", "evse_number", "-received_at"], name="needs_of_evse")],
                "constraints": [models.UniqueConstraint(fields=("station", "digest"), name="needs_once")],
            },
        ),
        migrations.CreateModel(
            name="EvSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ev_schedules",
                        to="ocppbridge.station",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ev_schedules",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("evse_number", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("begins_at", models.DateTimeField()),
                ("schedule", models.JSONField()),
                (
                    "selected",
                    models.IntegerField(blank=True, help_text="which of the schedules that it was offered", null=True),
                ),
                ("tolerance_accepted", models.BooleanField(blank=True, null=True)),
                (
                    "excess",
                    models.CharField(
                        blank=True, help_text="where it means to take or give more than it may", max_length=255
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["station", "-received_at"], name="ev_schedule_of_station")],
            },
        ),
        migrations.CreateModel(
            name="FileKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="file_keys", to="ocppbridge.station"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        help_text="to be fetched",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="ocppbridge.storedfile",
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        blank=True,
                        help_text="what is brought",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="ocppbridge.logrequest",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="ocppbridge.firmwareupdate",
                    ),
                ),
                ("limit", models.BigIntegerField(default=0, help_text="bytes that may be brought")),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, help_text="brought, or last fetched", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="file_key_expiry")],
            },
        ),
        migrations.CreateModel(
            name="FirmwareStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "update",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="ocppbridge.firmwareupdate",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("status", models.CharField(max_length=30)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MeterReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("context", models.CharField(blank=True, max_length=30)),
                (
                    "energy_import",
                    models.DecimalField(
                        blank=True, decimal_places=3, help_text="Wh register", max_digits=18, null=True
                    ),
                ),
                (
                    "energy_export",
                    models.DecimalField(
                        blank=True, decimal_places=3, help_text="Wh register", max_digits=18, null=True
                    ),
                ),
                (
                    "power",
                    models.DecimalField(
                        blank=True, decimal_places=3, help_text="W, import positive", max_digits=14, null=True
                    ),
                ),
                (
                    "current",
                    models.DecimalField(
                        blank=True, decimal_places=3, help_text="A, all phases", max_digits=12, null=True
                    ),
                ),
                ("soc", models.DecimalField(blank=True, decimal_places=2, help_text="%", max_digits=5, null=True)),
                ("samples", models.JSONField(default=list)),
                (
                    "digest",
                    models.CharField(help_text="of the samples: a replayed reading is stored once", max_length=32),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transaction", "at", "digest"), name="one_reading_per_instant_and_content"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PriorityCharging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="priority_charging",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("activated", models.BooleanField(default=True)),
                ("by", models.CharField(help_text="the station, or who asked for it", max_length=150)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="settlements", to="ocppbridge.station"
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="settlements",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("named_transaction", models.CharField(blank=True, help_text="as the station named it", max_length=36)),
                ("psp_ref", models.CharField(help_text="of the payment provider", max_length=255)),
                ("status", models.CharField(max_length=20)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="of the transaction's tariff; OCPP tells none", max_length=3
                    ),
                ),
                ("settled_at", models.DateTimeField()),
                ("info", models.CharField(blank=True, max_length=500)),
                (
                    "receipt_id",
                    models.CharField(blank=True, help_text="the station's or the terminal's", max_length=50),
                ),
                ("receipt_url", models.CharField(blank=True, max_length=2000)),
                (
                    "company",
                    models.JSONField(blank=True, help_text="OCPP AddressType, for a company's receipt", null=True),
                ),
                ("vat_number", models.CharField(blank=True, max_length=20)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-received_at"], name="settlement_received")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("station", "psp_ref", "status"), name="one_settlement_per_reference"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signing_requests",
                        to="ocppbridge.station",
                    ),
                ),
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
                (
                    "certificate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.stationcertificate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["try_at"], name="signing_waiting"),
                    models.Index(fields=["station", "-received_at"], name="signing_station"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TariffChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tariff_changes",
                        to="ocppbridge.transaction",
                    ),
                ),
                ("ocpi_id", models.CharField(max_length=36)),
                (
                    "tariff_id",
                    models.CharField(blank=True, help_text="in the station's words; empty: it has none", max_length=60),
                ),
                ("document", models.TextField(help_text="the OCPI tariff as it stood then, as JSON")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "asked of the station"), ("holds", "counts"), ("refused", "refused")],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("requested_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("since", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ocppbridge.call",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="Station",
            name="connection",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="ocppbridge.connection",
            ),
        ),
    ]
