"""Every table of the roaming side, as the models say. What PostgreSQL keeps by triggers: the files after it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import roaming.models.fields
import roaming.models.platform
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("roaming", "0001_initial"),
        ("roaming", "0002_retry_and_result_body"),
        ("roaming", "0003_addressees"),
        ("roaming", "0004_ambiguous"),
        ("roaming", "0005_withdrawn_and_token_out_encoding"),
        ("roaming", "0007_pull"),
        ("roaming", "0008_partners_life"),
        ("roaming", "0009_reach"),
        ("roaming", "0010_special_tariffs"),
        ("roaming", "0011_preferences"),
        ("roaming", "0012_short_texts"),
        ("roaming", "0013_token_contract"),
        ("roaming", "0014_second_factor"),
        ("roaming", "0015_several_agreements"),
        ("roaming", "0019_desk_indexes"),
        ("roaming", "0021_open_sessions"),
        ("roaming", "0023_desk_names"),
        ("roaming", "0024_evse_tariffs"),
        ("roaming", "0026_cdr_searches"),
        ("roaming", "0027_moved_parties"),
    ]
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuthorizationRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_uid", models.CharField(max_length=36)),
                ("token_type", models.CharField(default="RFID", max_length=11)),
                ("cpo_country_code", models.CharField(max_length=2)),
                ("cpo_party_id", models.CharField(max_length=3)),
                ("location_id", models.CharField(blank=True, max_length=36)),
                (
                    "evse_uids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=36), blank=True, default=list, size=None
                    ),
                ),
                ("station", models.CharField(blank=True, max_length=255)),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKING", "asking"),
                            ("ANSWERED", "answered"),
                            ("UNREACHABLE", "nobody could be reached"),
                        ],
                        default="ASKING",
                        max_length=11,
                    ),
                ),
                ("allowed", models.CharField(blank=True, help_text="AllowedType of the answer", max_length=11)),
                ("answered_by", models.CharField(blank=True, max_length=6)),
                ("info", models.TextField(blank=True, help_text="the AuthorizationInfo as answered")),
                ("correlation_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deadline_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["token_uid", "-created_at"], name="authorization_token")],
            },
        ),
        migrations.CreateModel(
            name="BalanceMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("key", models.CharField(max_length=39)),
                ("of_cdr", models.BooleanField(help_text="key is that of a CDR, not of a session")),
            ],
        ),
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
                ("sessions", models.BigIntegerField(default=0, help_text="those that are here: not every CDR's is")),
                ("cdrs", models.BigIntegerField()),
                ("energy_import", models.DecimalField(decimal_places=4, max_digits=20)),
                ("energy_export", models.DecimalField(decimal_places=4, max_digits=20)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=20)),
                ("session_energy", models.DecimalField(decimal_places=4, max_digits=20)),
                ("session_cost", models.DecimalField(decimal_places=4, max_digits=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
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
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingCounter",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=8)),
                ("last", models.BigIntegerField(default=0)),
                ("forgotten", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="DecisionValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision_id", models.CharField(max_length=60)),
                (
                    "scope",
                    models.CharField(
                        choices=[("hub", "the whole hub"), ("partner", "one platform"), ("station", "one station")],
                        default="hub",
                        max_length=7,
                    ),
                ),
                (
                    "scope_key",
                    models.CharField(blank=True, help_text="platform id or station identity", max_length=255),
                ),
                ("value", models.CharField(max_length=100)),
                ("reason", models.TextField(blank=True)),
                ("decided_by", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("decision_id", "scope", "scope_key"), name="one_value_per_scope")
                ],
            },
        ),
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                (
                    "ways",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        default=list,
                        help_text="reading/rounding; our reading is empty",
                        size=None,
                    ),
                ),
                (
                    "cdrs",
                    models.PositiveIntegerField(default=0, help_text="that have shown it, counted up to a hundred"),
                ),
                ("since", models.DateTimeField()),
                ("changed_at", models.DateTimeField(blank=True, help_text="when a CDR last did not fit it", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("country_code", "party_id"), name="one_habit_per_party")
                ],
            },
        ),
        migrations.CreateModel(
            name="OperatorToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "read"), ("operate", "read and call stations")], default="read", max_length=7
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Platform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("INVITED", "invited (TOKEN_A handed out)"),
                            ("CONNECTED", "connected"),
                            ("OFFLINE", "offline (does not answer)"),
                            ("SUSPENDED", "suspended by staff"),
                            ("UNREGISTERED", "unregistered"),
                        ],
                        default="INVITED",
                        max_length=12,
                    ),
                ),
                ("versions_url", models.CharField(blank=True, max_length=255)),
                (
                    "version",
                    models.CharField(blank=True, help_text="OCPI version agreed in the handshake", max_length=10),
                ),
                (
                    "offered_versions",
                    models.JSONField(blank=True, default=list, help_text="versions the peer offered last"),
                ),
                (
                    "token_out",
                    roaming.models.fields.EncryptedTextField(blank=True, help_text="the token we present to this peer"),
                ),
                (
                    "token_encoding",
                    models.CharField(
                        choices=[
                            ("auto", "auto (fixed after the first success)"),
                            ("base64", "Base64, as the specification says"),
                            ("raw", "raw, as 2.1.1 and 2.2 peers do"),
                        ],
                        default="auto",
                        help_text="how the peer writes the token that we gave it; any other spelling is a wrong token",
                        max_length=6,
                    ),
                ),
                (
                    "token_out_encoding",
                    models.CharField(
                        choices=[
                            ("auto", "auto (fixed after the first success)"),
                            ("base64", "Base64, as the specification says"),
                            ("raw", "raw, as 2.1.1 and 2.2 peers do"),
                        ],
                        default="auto",
                        help_text="how the peer wants our token written",
                        max_length=6,
                    ),
                ),
                (
                    "allowed_hosts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=255),
                        blank=True,
                        default=list,
                        help_text="hosts beside the one of its versions URL that we may call for this peer, comma separated",
                        size=None,
                    ),
                ),
                (
                    "explicit_nulls",
                    models.BooleanField(
                        default=False,
                        help_text="send null for every absent optional field, in pushes and in lists: some libraries refuse an object that leaves fields out",
                    ),
                ),
                (
                    "short_texts",
                    models.BooleanField(
                        default=False,
                        help_text="cut addresses to 45, states to 20 and plain_data to 512 characters: the limits of OCPI 2.2.1 as first printed, which some peers still hold objects to",
                    ),
                ),
                (
                    "bare_success",
                    models.BooleanField(
                        default=False,
                        help_text="take a 2xx without any body for success: some peers acknowledge a push without an OCPI envelope",
                    ),
                ),
                (
                    "only_http_200",
                    models.BooleanField(
                        default=False,
                        help_text="answer 200 where we would say 201 or 404, for peers that give up at any other HTTP status; the OCPI status code still tells",
                    ),
                ),
                (
                    "request_timeout",
                    models.PositiveSmallIntegerField(
                        default=15,
                        help_text="total seconds for one request, from the first packet to the last byte",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                    ),
                ),
                (
                    "client_networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43, validators=[roaming.models.platform.network]),
                        blank=True,
                        default=list,
                        help_text="networks that the peer calls from, such as 198.51.100.0/24, comma separated; empty: any",
                        size=None,
                    ),
                ),
                (
                    "client_certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=95, validators=[roaming.models.platform.fingerprint]),
                        blank=True,
                        default=list,
                        help_text="SHA-256 fingerprints of the peer's client certificates; a proxy of TRUSTED_PROXIES tells which one it saw. Empty: none is asked for",
                        size=None,
                    ),
                ),
                (
                    "second_factor",
                    models.BooleanField(
                        default=False,
                        help_text="each request shows a time-based one-time password (RFC 6238) in the header TOTP",
                    ),
                ),
                (
                    "second_secret",
                    roaming.models.fields.EncryptedTextField(
                        blank=True, help_text="what its one-time passwords are made from, in Base32"
                    ),
                ),
                (
                    "announced",
                    models.CharField(
                        blank=True,
                        help_text="digest of what our version details said at the last handshake (VER-07)",
                        max_length=64,
                    ),
                ),
                ("timeouts_in_a_row", models.PositiveSmallIntegerField(default=0)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                ("status_since", models.DateTimeField(auto_now_add=True)),
                (
                    "retry_at",
                    models.DateTimeField(
                        blank=True, help_text="deliveries wait until then (it did not answer)", null=True
                    ),
                ),
                ("next_probe_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("month", models.DateField(help_text="its first day")),
                (
                    "state",
                    models.CharField(
                        choices=[("COLLECTING", "being drawn up"), ("DRAFT", "draft"), ("ISSUED", "issued")],
                        default="COLLECTING",
                        max_length=10,
                    ),
                ),
                ("collected", models.PositiveIntegerField(default=0, help_text="CDRs so far")),
                ("place", models.CharField(blank=True, help_text="the CDR looked at last", max_length=60)),
                ("seller_name", models.CharField(blank=True, max_length=100)),
                ("payer_name", models.CharField(blank=True, max_length=100)),
                (
                    "sums",
                    models.JSONField(blank=True, default=list, help_text="by currency, VAT rate, and credits apart"),
                ),
                (
                    "unbilled",
                    models.JSONField(blank=True, default=dict, help_text="CDRs of the month not on it, by verdict"),
                ),
                ("created_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(help_text="when it last got on")),
                ("issued_at", models.DateTimeField(blank=True, null=True)),
                ("issued_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "token_country_code", "token_party_id", "month"),
                        name="one_statement_per_month",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("module", models.CharField(max_length=36)),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                (
                    "addressed",
                    models.BooleanField(help_text="those that were pushed to some parties by name; else those for all"),
                ),
                ("slot", models.SmallIntegerField()),
                ("count", models.BigIntegerField(help_text="of one slot, so it may be below zero")),
            ],
            options={
                "verbose_name_plural": "tallies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("module", "country_code", "party_id", "addressed", "slot"),
                        name="one_tally_per_owner_and_slot",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="announcements", to="roaming.platform"
                    ),
                ),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("role", models.CharField(max_length=5)),
                ("status", models.CharField(max_length=9)),
                ("last_updated", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "country_code", "party_id", "role"),
                        name="one_announcement_per_hub_and_role",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Cdr",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_id", models.CharField(max_length=39)),
                ("object_key", models.CharField(max_length=39)),
                ("document", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document without last_updated", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("last_updated", models.DateTimeField()),
                ("listed_at", models.DateTimeField()),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        help_text="pushed to these parties only; empty: to all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("session_key", models.CharField(blank=True, help_text="folded session_id", max_length=36)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("token_uid", models.CharField(max_length=36)),
                ("authorization_reference", models.CharField(blank=True, max_length=36)),
                ("start_date_time", models.DateTimeField()),
                ("end_date_time", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("total_energy", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "total_energy_import",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh taken", max_digits=14),
                ),
                (
                    "total_energy_export",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh given back", max_digits=14),
                ),
                ("total_cost_excl_vat", models.DecimalField(decimal_places=4, max_digits=14)),
                ("total_cost_incl_vat", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("credit", models.BooleanField(default=False)),
                ("credit_reference_id", models.CharField(blank=True, max_length=39)),
                (
                    "withheld",
                    models.BooleanField(default=False, help_text="shown and sent to nobody until the desk releases it"),
                ),
                ("desk_due", models.BooleanField(default=True, help_text="the desk has still to look at it, or again")),
                (
                    "bill",
                    models.JSONField(
                        blank=True, help_text="each priced line with its reason, for our own CDRs", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "CDR",
                "indexes": [
                    models.Index(fields=["token_country_code", "token_party_id", "listed_at", "id"], name="cdr_listed"),
                    models.Index(fields=["token_country_code", "token_party_id", "id"], name="cdr_page"),
                    models.Index(fields=["country_code", "party_id", "session_key"], name="cdr_session"),
                    models.Index(fields=["country_code", "party_id", "start_date_time"], name="cdr_started"),
                    models.Index(
                        models.F("country_code"),
                        models.F("party_id"),
                        django.db.models.functions.text.Upper("credit_reference_id"),
                        condition=models.Q(("credit", True)),
                        name="cdr_credited",
                    ),
                    models.Index(django.db.models.functions.text.Upper("token_uid"), name="cdr_token_uid"),
                    models.Index(
                        condition=models.Q(("authorization_reference", ""), _negated=True),
                        fields=["authorization_reference"],
                        name="cdr_authorization",
                    ),
                    models.Index(condition=models.Q(("desk_due", True)), fields=["id"], name="cdr_desk_due"),
                    models.Index(condition=models.Q(("withheld", True)), fields=["id"], name="cdr_withheld"),
                    models.Index(fields=["end_date_time", "id"], name="cdr_ended"),
                    models.Index(fields=["country_code", "party_id", "end_date_time", "id"], name="cdr_owner_ended"),
                    models.Index(
                        fields=["token_country_code", "token_party_id", "end_date_time", "id"], name="cdr_payer_ended"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("country_code", "party_id", "object_key"), name="one_cdr_per_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="endpoints", to="roaming.platform"
                    ),
                ),
                ("module", models.CharField(max_length=36)),
                ("role", models.CharField(choices=[("SENDER", "SENDER"), ("RECEIVER", "RECEIVER")], max_length=8)),
                ("url", models.CharField(max_length=255)),
                ("overridden", models.BooleanField(default=False, help_text="set by staff; a new handshake keeps it")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "module", "role"), name="one_url_per_interface")
                ],
            },
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("direction", models.CharField(choices=[("IN", "received"), ("OUT", "sent")], max_length=3)),
                (
                    "platform",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("method", models.CharField(max_length=7)),
                ("url", models.TextField(help_text="path and query; callback keys masked")),
                ("module", models.CharField(blank=True, max_length=36)),
                ("routing", models.CharField(blank=True, help_text="the routing decision, in words", max_length=40)),
                ("from_party", models.CharField(blank=True, max_length=6)),
                ("to_party", models.CharField(blank=True, max_length=6)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("correlation_id", models.CharField(blank=True, max_length=64)),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("ocpi_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                ("duration_ms", models.PositiveIntegerField(default=0)),
                ("request_body", models.TextField(blank=True)),
                ("response_body", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["correlation_id"], name="exchange_correlation"),
                    models.Index(fields=["request_id"], name="exchange_request"),
                    models.Index(fields=["-at"], name="exchange_at"),
                    models.Index(fields=["platform", "-at"], name="exchange_platform"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handshake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="handshakes", to="roaming.platform"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("REGISTER", "registering"), ("ROTATE", "rotating tokens"), ("PART", "parting")],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waiting for a worker"),
                            ("RUNNING", "under way"),
                            ("DONE", "done"),
                            ("FAILED", "failed"),
                        ],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                (
                    "token",
                    roaming.models.fields.EncryptedTextField(
                        blank=True, help_text="their TOKEN_A; forgotten when it is over"
                    ),
                ),
                (
                    "expected_roles",
                    models.JSONField(blank=True, default=list, help_text="whom the peer may bring; empty: anybody new"),
                ),
                ("result", models.TextField(blank=True, help_text="what came of it, in words")),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["platform", "-asked_at"], name="handshake_platform")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["WAITING", "RUNNING"])),
                        fields=("platform",),
                        name="one_open_handshake",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="issued_tokens", to="roaming.platform"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("A", "registration (TOKEN_A)"), ("C", "connection")], max_length=1),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "allowed_roles",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text='[{"role": "EMSP", "country_code": "DE", "party_id": "EMX"}] (S14)',
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "used_at",
                    models.DateTimeField(
                        blank=True, help_text="A: registered with it; C: first request with it", null=True
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_id", models.CharField(max_length=39)),
                ("object_key", models.CharField(max_length=39)),
                ("document", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document without last_updated", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("last_updated", models.DateTimeField()),
                ("listed_at", models.DateTimeField()),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        help_text="pushed to these parties only; empty: to all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=255)),
                ("address", models.CharField(blank=True, max_length=255)),
                ("city", models.CharField(blank=True, max_length=45)),
                ("country", models.CharField(blank=True, max_length=3)),
                ("time_zone", models.CharField(blank=True, max_length=255)),
                ("publish", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["listed_at", "id"], name="location_listed"),
                    models.Index(
                        condition=models.Q(("addressees", [])),
                        fields=["listed_at", "id"],
                        include=("country_code", "party_id"),
                        name="location_counted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "object_key"), name="one_location_per_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="roaming.platform",
                    ),
                ),
                ("code", models.CharField(max_length=50)),
                ("text", models.TextField()),
                ("count", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("acknowledged_at", None)),
                        fields=("platform", "code"),
                        name="one_open_notice",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parties",
                        to="roaming.platform",
                    ),
                ),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("CPO", "CPO"),
                            ("EMSP", "eMSP"),
                            ("HUB", "hub"),
                            ("NAP", "NAP"),
                            ("NSP", "NSP"),
                            ("OTHER", "other"),
                            ("SCSP", "SCSP"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "spelled",
                    models.CharField(blank=True, help_text="country/party as the owner spells it", max_length=6),
                ),
                ("name", models.CharField(blank=True, max_length=100)),
                ("business_details", models.JSONField(blank=True, default=dict)),
                (
                    "hub_says",
                    models.CharField(
                        blank=True,
                        help_text="what the hub that it is behind told of it last (HubClientInfo); empty: a role of its platform's own",
                        max_length=9,
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="since when its platform no longer lists this role (never deleted, HCI-05)",
                        null=True,
                    ),
                ),
                (
                    "moved_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="since when its objects are in the lists of others, or in none any more (PAG-02)",
                        null=True,
                    ),
                ),
                (
                    "special_tariffs",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="an agreement shows it other tariffs than everybody else (TAR-30)",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_updated", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "parties",
                "constraints": [
                    models.UniqueConstraint(fields=("country_code", "party_id", "role"), name="one_party_per_role"),
                    models.CheckConstraint(
                        condition=models.Q(("country_code", django.db.models.functions.text.Upper("country_code"))),
                        name="country_code_folded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("party_id", django.db.models.functions.text.Upper("party_id"))),
                        name="party_id_folded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_id", models.CharField(max_length=39)),
                ("object_key", models.CharField(max_length=39)),
                ("document", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document without last_updated", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("last_updated", models.DateTimeField()),
                ("listed_at", models.DateTimeField()),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        help_text="pushed to these parties only; empty: to all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("status", models.CharField(max_length=11)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("token_uid", models.CharField(max_length=36)),
                ("location_id", models.CharField(max_length=36)),
                ("evse_uid", models.CharField(max_length=36)),
                ("authorization_reference", models.CharField(blank=True, max_length=36)),
                ("start_date_time", models.DateTimeField()),
                ("end_date_time", models.DateTimeField(blank=True, null=True)),
                ("kwh", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "energy_import",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh taken, at the end", max_digits=14),
                ),
                (
                    "energy_export",
                    models.DecimalField(
                        decimal_places=4, default=0, help_text="kWh given back, at the end", max_digits=14
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("total_cost", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                (
                    "switched",
                    models.BooleanField(default=False, help_text="charging preferences switched its tariff (TAR-28)"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["token_country_code", "token_party_id", "listed_at", "id"], name="session_listed"
                    ),
                    models.Index(fields=["token_country_code", "token_party_id", "id"], name="session_page"),
                    models.Index(fields=["token_uid"], name="session_token_uid"),
                    models.Index(fields=["-listed_at"], name="session_recent"),
                    models.Index(
                        condition=models.Q(("status__in", ["ACTIVE", "PENDING", "RESERVATION"])),
                        fields=["-listed_at"],
                        name="session_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "object_key"), name="one_session_per_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_id", models.CharField(max_length=39)),
                ("object_key", models.CharField(max_length=39)),
                ("document", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document without last_updated", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("last_updated", models.DateTimeField()),
                ("listed_at", models.DateTimeField()),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        help_text="pushed to these parties only; empty: to all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("type", models.CharField(blank=True, max_length=20)),
                ("start_date_time", models.DateTimeField(blank=True, null=True)),
                ("end_date_time", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["listed_at", "id"], name="tariff_listed"),
                    models.Index(
                        condition=models.Q(("addressees", []), ("deleted_at", None)),
                        fields=["listed_at", "id"],
                        include=("country_code", "party_id"),
                        name="tariff_counted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "object_key"), name="one_tariff_per_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_id", models.CharField(max_length=39)),
                ("object_key", models.CharField(max_length=39)),
                ("document", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document without last_updated", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("last_updated", models.DateTimeField()),
                ("listed_at", models.DateTimeField()),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        help_text="pushed to these parties only; empty: to all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.platform",
                    ),
                ),
                ("type", models.CharField(max_length=11)),
                ("contract_id", models.CharField(max_length=36)),
                ("visual_number", models.CharField(blank=True, max_length=64)),
                ("issuer", models.CharField(max_length=64)),
                ("group_id", models.CharField(blank=True, max_length=36)),
                ("valid", models.BooleanField()),
                ("whitelist", models.CharField(max_length=15)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_key"], name="token_uid"),
                    models.Index(
                        django.db.models.functions.text.Left(
                            django.db.models.functions.text.Upper(
                                django.db.models.functions.text.Replace("contract_id", models.Value("-"))
                            ),
                            14,
                        ),
                        name="token_contract",
                    ),
                    models.Index(fields=["listed_at", "id"], name="token_listed"),
                    models.Index(
                        condition=models.Q(("addressees", [])),
                        fields=["listed_at", "id"],
                        include=("country_code", "party_id"),
                        name="token_counted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "object_key", "type"), name="one_token_per_key_and_type"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cpo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements_as_cpo",
                        to="roaming.party",
                    ),
                ),
                (
                    "emsp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements_as_emsp",
                        to="roaming.party",
                    ),
                ),
                (
                    "modules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=36),
                        blank=True,
                        default=list,
                        help_text="comma separated; empty: all modules",
                        size=None,
                    ),
                ),
                (
                    "open_auth",
                    models.BooleanField(default=False, help_text="ask this eMSP about tokens nobody knows (TOK-27)"),
                ),
                ("suspended", models.BooleanField(default=False)),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "changed_at",
                    models.DateTimeField(
                        auto_now=True,
                        help_text="what the pair shares counts as changed since then: delta lists show it again",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cdr",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assessment", to="roaming.cdr"
                    ),
                ),
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
            options={
                "verbose_name": "CDR at the desk",
                "verbose_name_plural": "CDRs at the desk",
                "indexes": [
                    models.Index(fields=["ended_at", "id"], name="assessment_ended"),
                    models.Index(fields=["verdict", "ended_at", "id"], name="assessment_verdict"),
                    models.Index(fields=["country_code", "party_id", "ended_at", "id"], name="assessment_owner"),
                    models.Index(
                        condition=models.Q(("verdict__in", ["ON_HOLD", "REJECTED"])),
                        fields=["country_code", "party_id", "ended_at", "id"],
                        name="assessment_not_accepted",
                    ),
                    models.Index(
                        condition=models.Q(("settled_at", None), ("verdict", "ON_HOLD")),
                        fields=["ended_at", "id"],
                        name="assessment_waiting",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["codes"], name="assessment_codes"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("key", models.CharField(help_text="of the session, or of a CDR that names none", max_length=39)),
                ("sessionless", models.BooleanField(default=False)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("month", models.DateField(help_text="its first day")),
                ("ended_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.session",
                    ),
                ),
                (
                    "session_energy",
                    models.DecimalField(blank=True, decimal_places=4, help_text="kWh", max_digits=14, null=True),
                ),
                ("session_cost", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                (
                    "cdr",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="the one to look at first",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roaming.cdr",
                    ),
                ),
                ("cdrs", models.PositiveIntegerField(default=0, help_text="all, credits too")),
                ("standing", models.PositiveIntegerField(default=0, help_text="those that count")),
                (
                    "energy_import",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh that stand", max_digits=16),
                ),
                (
                    "energy_export",
                    models.DecimalField(decimal_places=4, default=0, help_text="kWh that stand", max_digits=16),
                ),
                (
                    "cost",
                    models.DecimalField(decimal_places=4, default=0, help_text="excl. VAT, what stands", max_digits=16),
                ),
                (
                    "problems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("no_cdr", "session without CDR"),
                                ("no_session", "CDR without session"),
                                ("energy", "energy differs"),
                                ("cost", "money differs"),
                                ("time", "times differ"),
                                ("undelivered", "never delivered"),
                                ("no_receiver", "nobody to deliver to"),
                                ("on_hold", "on hold"),
                                ("rejected", "rejected"),
                            ],
                            max_length=11,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("settled_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("problems", []), _negated=True),
                        fields=["month", "token_country_code", "token_party_id", "id"],
                        name="balance_payer_wrong",
                    ),
                    models.Index(
                        condition=models.Q(("problems", []), _negated=True),
                        fields=["month", "country_code", "party_id", "id"],
                        name="balance_owner_wrong",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country_code", "party_id", "key", "sessionless"), name="one_balance_per_session"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingChange",
            fields=[
                (
                    "cdr",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.cdr"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "a CDR was stored, or released to its reader"),
                            ("verdict", "the desk judged it, or judges it otherwise now"),
                        ],
                        max_length=7,
                    ),
                ),
                ("verdict", models.CharField(help_text="at that moment", max_length=8)),
                ("at", models.DateTimeField(help_text="when it was written; it may have committed later")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("numbered_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["token_country_code", "token_party_id", "position"], name="billing_change_payer"
                    ),
                    models.Index(fields=["country_code", "party_id", "position"], name="billing_change_owner"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "bound",
                    models.BooleanField(default=False, help_text="sees its parties only; without one it sees nothing"),
                ),
                ("parties", models.ManyToManyField(blank=True, related_name="billing_tokens", to="roaming.party")),
            ],
        ),
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="commands_sent", to="roaming.party"
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commands_received",
                        to="roaming.party",
                    ),
                ),
                (
                    "sender_platform",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.platform"
                    ),
                ),
                ("request", models.TextField(help_text="the body as sent, response_url masked")),
                ("response_url", models.TextField()),
                (
                    "callback_digest",
                    models.CharField(blank=True, db_index=True, help_text="forwarded commands only", max_length=64),
                ),
                ("token_uid", models.CharField(blank=True, max_length=36)),
                ("token_type", models.CharField(blank=True, max_length=11)),
                ("location_id", models.CharField(blank=True, max_length=36)),
                ("evse_uid", models.CharField(blank=True, max_length=36)),
                ("connector_id", models.CharField(blank=True, max_length=36)),
                ("session_key", models.CharField(blank=True, max_length=36)),
                ("authorization_reference", models.CharField(blank=True, max_length=36)),
                ("reservation_id", models.CharField(blank=True, max_length=36)),
                ("correlation_id", models.CharField(blank=True, max_length=64)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("response", models.CharField(blank=True, help_text="CommandResponseType", max_length=15)),
                ("message", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "responded_at",
                    models.DateTimeField(blank=True, help_text="when the CommandResponse had left", null=True),
                ),
                ("expires_at", models.DateTimeField()),
                ("result", models.CharField(blank=True, help_text="CommandResultType", max_length=22)),
                ("result_message", models.TextField(blank=True)),
                (
                    "result_body",
                    models.TextField(blank=True, help_text="the CommandResult of a partner, passed on as it came"),
                ),
                ("result_at", models.DateTimeField(blank=True, null=True)),
                (
                    "result_state",
                    models.CharField(
                        choices=[
                            ("NONE", "none due (not accepted)"),
                            ("WAITING", "waiting for the station or the partner"),
                            ("DUE", "to be sent"),
                            ("SENT", "sent"),
                            ("FAILED", "the partner did not take it"),
                        ],
                        default="NONE",
                        max_length=7,
                    ),
                ),
                ("result_error", models.TextField(blank=True)),
                (
                    "call_reference",
                    models.CharField(blank=True, help_text="id of the station call it became", max_length=36),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["result_state", "expires_at"], name="command_result_state"),
                    models.Index(fields=["token_uid", "created_at"], name="command_token"),
                    models.Index(fields=["correlation_id"], name="command_correlation"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="roaming.platform"
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="roaming.party"
                    ),
                ),
                ("module", models.CharField(max_length=16)),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("object_key", models.CharField(max_length=39)),
                ("token_type", models.CharField(blank=True, max_length=11)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "to be sent"),
                            ("DELIVERED", "accepted by the receiver"),
                            ("MUST_PULL", "not sent: the partner must pull"),
                            ("REFUSED", "refused by the receiver"),
                            ("WITHDRAWN", "no longer visible to the receiver"),
                        ],
                        default="PENDING",
                        max_length=9,
                    ),
                ),
                ("deletion", models.BooleanField(default=False, help_text="the object is gone: send DELETE (tariffs)")),
                ("wanted_version", models.PositiveIntegerField(default=1)),
                ("accepted_version", models.PositiveIntegerField(default=0)),
                ("accepted_document", models.TextField(blank=True)),
                (
                    "needs_put",
                    models.BooleanField(default=True, help_text="first time, or after any failed or ambiguous attempt"),
                ),
                (
                    "ambiguous",
                    models.BooleanField(default=False, help_text="an earlier attempt may have arrived (CDRs)"),
                ),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("first_failed_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "remote_url",
                    models.TextField(blank=True, help_text="Location header the receiver gave for a CDR; opaque"),
                ),
                ("correlation_id", models.CharField(blank=True, max_length=64)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "PENDING")), fields=["platform", "due_at"], name="delivery_due"
                    ),
                    models.Index(fields=["module", "country_code", "party_id", "object_key"], name="delivery_object"),
                    models.Index(
                        condition=models.Q(("state", "WITHDRAWN")),
                        fields=["country_code", "party_id"],
                        name="delivery_withdrawn",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("receiver", "module", "country_code", "party_id", "object_key", "token_type"),
                        name="one_delivery_per_receiver_and_object",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evses", to="roaming.location"
                    ),
                ),
                ("uid", models.CharField(max_length=36)),
                ("uid_key", models.CharField(max_length=36)),
                ("evse_id", models.CharField(blank=True, max_length=48)),
                ("status", models.CharField(max_length=12)),
                (
                    "tariff_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=36), blank=True, default=list, size=None
                    ),
                ),
                ("last_updated", models.DateTimeField()),
            ],
            options={
                "verbose_name": "EVSE",
                "indexes": [
                    models.Index(fields=["uid_key"], name="evse_uid"),
                    django.contrib.postgres.indexes.GinIndex(fields=["tariff_ids"], name="evse_tariffs"),
                ],
                "constraints": [models.UniqueConstraint(fields=("location", "uid_key"), name="one_evse_per_uid")],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="preferences", to="roaming.session"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.party"
                    ),
                ),
                ("profile_type", models.CharField(max_length=7)),
                ("departure_time", models.DateTimeField(blank=True, null=True)),
                (
                    "energy_need",
                    models.DecimalField(blank=True, decimal_places=4, help_text="kWh", max_digits=10, null=True),
                ),
                ("discharge_allowed", models.BooleanField(default=False)),
                ("response", models.CharField(help_text="ChargingPreferencesResponse", max_length=26)),
                (
                    "tariff",
                    models.TextField(
                        blank=True, help_text="what prices the session from then on (TAR-28), as it stood then"
                    ),
                ),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-received_at", "-pk"],
                "indexes": [models.Index(fields=["session", "-received_at"], name="preference_of_session")],
            },
        ),
        migrations.CreateModel(
            name="Pull",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pulls", to="roaming.platform"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.party"
                    ),
                ),
                ("module", models.CharField(max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("IDLE", "waiting for its time"),
                            ("RUNNING", "under way"),
                            ("FAILED", "stopped; will be tried again"),
                        ],
                        default="IDLE",
                        max_length=7,
                    ),
                ),
                ("next_at", models.DateTimeField(blank=True, help_text="empty: only when staff ask for it", null=True)),
                ("known_until", models.DateTimeField(blank=True, help_text="date_from of the next delta", null=True)),
                ("full", models.BooleanField(default=True, help_text="the present crawl reads everything")),
                ("date_from", models.DateTimeField(blank=True, null=True)),
                ("url", models.TextField(blank=True, help_text="the page to be asked for next")),
                ("offset", models.PositiveIntegerField(default=0)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("objects_seen", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(blank=True, help_text="X-Total-Count", null=True)),
                ("stored", models.PositiveIntegerField(default=0, help_text="new or changed")),
                ("invalid", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("page_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, help_text="of the last object or page that could not be taken")),
            ],
            options={
                "indexes": [models.Index(fields=["next_at"], name="pull_due")],
                "constraints": [models.UniqueConstraint(fields=("party", "module"), name="one_pull_per_list")],
            },
        ),
        migrations.CreateModel(
            name="StatementRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="roaming.statement"
                    ),
                ),
                (
                    "cdr",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statement_row", to="roaming.cdr"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("credit", models.BooleanField()),
                ("excl_vat", models.DecimalField(decimal_places=4, max_digits=14)),
                ("incl_vat", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("imported", models.DecimalField(decimal_places=4, help_text="kWh", max_digits=14)),
                ("exported", models.DecimalField(decimal_places=4, help_text="kWh", max_digits=14)),
                ("shares", models.JSONField(help_text="its amounts by VAT rate")),
            ],
        ),
        migrations.CreateModel(
            name="TariffEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="editions", to="roaming.tariff"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("document", models.TextField()),
                ("held_until", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tariff", "held_until"], name="tariff_edition_held"),
                    models.Index(fields=["held_until"], name="tariff_edition_old"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnnumberedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cdr",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roaming.cdr"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "a CDR was stored, or released to its reader"),
                            ("verdict", "the desk judged it, or judges it otherwise now"),
                        ],
                        max_length=7,
                    ),
                ),
                ("verdict", models.CharField(help_text="at that moment", max_length=8)),
                ("at", models.DateTimeField(help_text="when it was written; it may have committed later")),
                ("country_code", models.CharField(max_length=2)),
                ("party_id", models.CharField(max_length=3)),
                ("token_country_code", models.CharField(max_length=2)),
                ("token_party_id", models.CharField(max_length=3)),
            ],
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("url", models.URLField(max_length=500)),
                ("secret", roaming.models.fields.EncryptedTextField(editable=False, help_text="signs what is sent")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=7), default=list, help_text="made, verdict", size=None
                    ),
                ),
                (
                    "bound",
                    models.BooleanField(default=False, help_text="hears of its parties only; without one of nothing"),
                ),
                (
                    "position",
                    models.BigIntegerField(default=0, help_text="the last change it was told, or that was not for it"),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, help_text="in a row that failed")),
                ("due_at", models.DateTimeField(blank=True, help_text="not before then, after a failure", null=True)),
                ("first_failed_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("ping_wanted_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("parties", models.ManyToManyField(blank=True, related_name="webhooks", to="roaming.party")),
            ],
        ),
        migrations.CreateModel(
            name="BillingExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="roaming.billingtoken",
                    ),
                ),
                ("asked_by", models.CharField(max_length=150)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("jsonl", "JSON Lines")], max_length=5)),
                ("selection", models.JSONField(help_text="which CDRs")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RUNNING", "being written"),
                            ("READY", "ready"),
                            ("FAILED", "stopped"),
                            ("FORGOTTEN", "its file was deleted"),
                        ],
                        default="RUNNING",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveBigIntegerField(default=0, help_text="CDRs, counted at the start")),
                ("written", models.PositiveBigIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes of the file")),
                ("stored", models.PositiveBigIntegerField(default=0, help_text="bytes of its compressed parts")),
                ("place", models.CharField(blank=True, help_text="the CDR written last", max_length=60)),
                ("created_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(help_text="when it last got on")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="roaming.delivery"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("method", models.CharField(max_length=6)),
                ("version", models.PositiveIntegerField()),
                ("outcome", models.CharField(max_length=20)),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("ocpi_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="DeskEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="roaming.assessment"
                    ),
                ),
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
            name="PulledKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "pull",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="roaming.pull"
                    ),
                ),
                ("object_key", models.CharField(max_length=39)),
            ],
            options={
                "indexes": [models.Index(fields=["pull", "object_key"], name="pulled_key")],
            },
        ),
        migrations.CreateModel(
            name="Substitution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="substitutions",
                        to="roaming.agreement",
                    ),
                ),
                (
                    "tariff_id",
                    models.CharField(help_text="as everybody else sees it", max_length=36, verbose_name="tariff"),
                ),
                (
                    "substitute_id",
                    models.CharField(
                        help_text="what this eMSP sees and pays instead", max_length=36, verbose_name="substitute"
                    ),
                ),
                ("exclusive", models.BooleanField(default=True, help_text="no other eMSP sees the substitute")),
                ("tariff_key", models.CharField(editable=False, max_length=36)),
                ("substitute_key", models.CharField(editable=False, max_length=36)),
            ],
            options={
                "indexes": [models.Index(fields=["substitute_key"], name="substitution_substitute")],
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "tariff_key"), name="one_substitute_per_tariff"),
                    models.CheckConstraint(
                        condition=models.Q(("tariff_key", models.F("substitute_key")), _negated=True),
                        name="substitute_is_another_tariff",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="roaming.webhook"
                    ),
                ),
                ("kind", models.CharField(choices=[("change", "change"), ("ping", "test ping")], max_length=6)),
                ("position", models.BigIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("taken", models.BooleanField()),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("duration_ms", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["webhook", "-at"], name="webhook_attempts"),
                    models.Index(fields=["at"], name="webhook_attempt_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingExportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="roaming.billingexport"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("export", "number"), name="one_part_per_number")],
            },
        ),
    ]
