"""What calls about migrations send and get, as the OpenAPI document has it; requests are checked by these."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from migrations_app.accepting import TICKED_KINDS
from migrations_app.models import ImportType, Outcome, PartKind, Status
from portal.dossiers.models import MessageStatus, SourceKind
from portal.office.strict_fields import Choice, Sent, Several, Shape, Text, Whole

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_FILE_NAME = r"^[^\x00-\x1f\x7f/\\]{1,200}\.[zZ][iI][pP]$"
_REMARKS = (Outcome.REJECTED, Outcome.SKIPPED, Outcome.WARNED)
PER_PAGE, MOST_PER_PAGE = 50, 200


@extend_schema_field(
    {"type": "string", "pattern": _FILE_NAME, "description": "Without folders; ends in .zip."}
)
class FileName(Text):
    default_error_messages = {"no_zip": _("Het migratiebestand moet een .zip-bestand zijn.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(trim_whitespace=False, **more)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not re.fullmatch(_FILE_NAME.strip("^$"), name):
            self.fail("no_zip")
        return name


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE})
class Limit(serializers.IntegerField):
    """Digits in a query."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch("[0-9]{1,9}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class _Page(Sent):
    limit = Limit(min_value=1, max_value=MOST_PER_PAGE, default=PER_PAGE, help_text="How many, at most.")
    after = serializers.RegexField(
        _UUID, required=False, help_text="The id of the last one of the page before; `next` holds it."
    )


class MigrationsQuery(_Page):
    status = serializers.ChoiceField(Status.choices, required=False, help_text="Only those that stand so.")


class ProblemsQuery(_Page):
    outcome = serializers.ChoiceField(
        [(outcome.value, outcome.label) for outcome in _REMARKS], required=False, help_text="Only these."
    )


class NewMigration(Sent):
    """What page 2 of the wizard asks, and the file that is to come."""

    file_name = FileName()
    size = Whole(
        min_value=1, max_value=settings.MIGRATION_MAX_BYTES, help_text="Bytes of the file that is to come."
    )
    import_type = Choice(ImportType.choices, default=ImportType.COMBINED)
    parts = Several(
        child=Choice([(kind.value, kind.label) for kind in TICKED_KINDS]),
        default=lambda: [kind.value for kind in TICKED_KINDS],
        min_length=1,
        max_length=len(TICKED_KINDS),
        help_text="Which parts of the file; service messages and responsibilities follow from `import_type`.",
    )
    message_status = Choice(
        MessageStatus.choices,
        default=MessageStatus.UNOPENED,
        help_text="For service messages of which the file gives none.",
    )


class Upload(Shape):
    """Where the bytes go, by tus 1.0.0 with the same token."""

    url = serializers.URLField()
    offset = serializers.IntegerField(help_text="How many bytes are kept.")
    length = serializers.IntegerField()
    expires_at = serializers.DateTimeField(help_text="Each piece that arrives puts this off.")


class Migration(Shape):
    """One migration, from its upload to its end."""

    id = serializers.UUIDField()
    reference = serializers.CharField(allow_null=True, help_text="As in mails; null until the file is whole.")
    status = serializers.ChoiceField(Status.choices)
    status_label = serializers.CharField(help_text="The same, in Dutch.")
    is_final = serializers.BooleanField(help_text="Nothing more will happen by itself.")
    import_type = serializers.ChoiceField(ImportType.choices)
    parts = serializers.ListField(child=serializers.ChoiceField(PartKind.choices))
    message_status = serializers.ChoiceField(MessageStatus.choices)
    file_name = serializers.CharField()
    file_size = serializers.IntegerField()
    sha256 = serializers.CharField(allow_null=True, help_text="Of the whole file, as the server counted it.")
    upload = Upload(allow_null=True, help_text="Null once the file is whole.")
    upload_percentage = serializers.IntegerField(min_value=0, max_value=100)
    processing_percentage = serializers.IntegerField(min_value=0, max_value=100)
    records_announced = serializers.IntegerField()
    records_processed = serializers.IntegerField()
    queue_position = serializers.IntegerField(
        allow_null=True, help_text="1: the next of all. Null when it is not queued, or cannot be told."
    )
    expected_start = serializers.DateTimeField(allow_null=True)
    code = serializers.CharField(allow_null=True, help_text="Why it was refused or failed, for programs.")
    reason = serializers.CharField(allow_null=True, help_text="The same in Dutch, with what to do.")
    created_by = serializers.CharField(help_text="Whose upload it is.")
    created_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class Migrations(Shape):
    results = Migration(many=True)
    next = serializers.URLField(allow_null=True, help_text="The page after this one.")


class Numbers(Shape):
    """Announced is created + updated + unchanged + skipped + rejected, and what was not read yet."""

    announced = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    rejected = serializers.IntegerField()


class Row(Numbers):
    """The records of a source, a product and a tax year."""

    kind = serializers.ChoiceField(PartKind.choices)
    source_id = serializers.UUIDField()
    source_kind = serializers.ChoiceField(SourceKind.choices)
    product = serializers.CharField(allow_null=True)
    product_year = serializers.IntegerField(allow_null=True)
    tax_year = serializers.IntegerField(allow_null=True, help_text="Null: none, or not read yet.")


class CodeCount(Shape):
    outcome = serializers.ChoiceField([(outcome.value, outcome.label) for outcome in _REMARKS])
    code = serializers.CharField()
    count = serializers.IntegerField()


class Report(Shape):
    """What became of the records. While the migration runs: until now."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    totals = Numbers()
    rows = Row(many=True)
    codes = CodeCount(many=True)


class RecordProblem(Shape):
    """A record that was skipped or rejected, or that was warned of."""

    id = serializers.UUIDField()
    outcome = serializers.ChoiceField([(outcome.value, outcome.label) for outcome in _REMARKS])
    code = serializers.CharField()
    path = serializers.CharField(help_text="The part of the file.")
    line = serializers.IntegerField(help_text="The line in that part, from 1.")
    client = serializers.CharField()
    tax = serializers.CharField(allow_null=True)
    tax_year = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    remedy = serializers.CharField()


class RecordProblems(Shape):
    results = RecordProblem(many=True)
    next = serializers.URLField(allow_null=True, help_text="The page after this one.")
