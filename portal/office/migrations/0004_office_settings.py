import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import portal.ids
from django.conf import settings
from django.db import migrations, models


# One exception: within a transaction that names an office (`set_config('portal.deleting_office', ..., true)`)
# the events of that office may be deleted, which only the command `delete_office` does. No event can be changed.
RULE = """
CREATE OR REPLACE FUNCTION office_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {exception}
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
EXCEPTION = """IF TG_OP = 'DELETE' AND OLD.office_id::text = current_setting('portal.deleting_office', true) THEN
        RETURN OLD;
    END IF;"""


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0003_login_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="naam")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("certificates", "Certificaten beheren"),
                                ("migrations:write", "Migratiebestanden uploaden"),
                                ("migrations:read", "Voortgang en verslagen van migraties lezen"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="rechten",
                    ),
                ),
                ("prefix", models.CharField(max_length=8, unique=True, verbose_name="begin")),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="gemaakt")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="verloopt")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="laatst gebruikt")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="ingetrokken")),
            ],
            options={
                "verbose_name": "API-token",
                "verbose_name_plural": "API-tokens",
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="OfficeLogo",
            fields=[
                (
                    "office",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="logo",
                        serialize=False,
                        to="office.office",
                    ),
                ),
                ("storage_name", models.CharField(max_length=200, unique=True)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("uploaded_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "logo",
                "verbose_name_plural": "logo's",
            },
        ),
        migrations.CreateModel(
            name="SiteSettings",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "migration_tool_url",
                    models.URLField(
                        blank=True,
                        help_text="Staat op de pagina Help. Begint met https://.",
                        validators=[django.core.validators.URLValidator(schemes=["https"])],
                        verbose_name="adres van de Migratie Tool",
                    ),
                ),
                (
                    "fiscaal_totaal_url",
                    models.URLField(
                        blank=True,
                        help_text="Staat in het hoofdmenu zolang het is ingevuld.",
                        validators=[django.core.validators.URLValidator(schemes=["https"])],
                        verbose_name="adres van FiscaalTotaal",
                    ),
                ),
                (
                    "naslag_url",
                    models.URLField(
                        blank=True,
                        help_text="Staat in het hoofdmenu zolang het is ingevuld.",
                        validators=[django.core.validators.URLValidator(schemes=["https"])],
                        verbose_name="adres van Naslag",
                    ),
                ),
            ],
            options={
                "verbose_name": "adressen buiten het portaal",
                "verbose_name_plural": "adressen buiten het portaal",
            },
        ),
        migrations.AddField(
            model_name="office",
            name="taxes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("IB", "IB"),
                        ("VPB", "VPB"),
                        ("OB", "OB"),
                        ("ICP", "ICP"),
                        ("ERF", "Erfbelasting"),
                        ("SCHENK", "Schenkbelasting"),
                        ("LH", "LH"),
                    ],
                    max_length=10,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="producten",
            ),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taxes__contained_by", ["IB", "VPB", "OB", "ICP", "ERF", "SCHENK", "LH"])
                ),
                name="office_taxes_known",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="door",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="api_tokens", to="office.office"
            ),
        ),
        migrations.AddField(
            model_name="officelogo",
            name="uploaded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="sitesettings",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="site_settings_one_row"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="token_digest_sha256"
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__contained_by", ["certificates", "migrations:write", "migrations:read"]),
                    ("scopes__len__gt", 0),
                ),
                name="token_scopes_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__isnull", True), ("expires_at__gt", models.F("created_at")), _connector="OR"
                ),
                name="token_expires_after_it_was_made",
            ),
        ),
        migrations.RunSQL(RULE.format(exception=EXCEPTION), RULE.format(exception="")),
    ]
