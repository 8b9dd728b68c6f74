"""What calls about certificates send and get, as the OpenAPI document has it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from portal.office.strict_fields import Shape

_ID = "0199a8f0-0000-7000-8000-0000000000c1"
_CERTIFICATE: dict[str, Any] = {
    "id": _ID,
    "subject": "migratie.kantoor.example",
    "issuer": "KPN PKIoverheid Private Services CA - G1",
    "serial_number": "5A3C9E1F",
    "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "not_valid_before": "2025-01-14T12:00:00+01:00",
    "not_valid_after": "2028-01-14T12:00:00+01:00",
    "trade_register_number": "12345678",
    "oin": None,
    "is_active": True,
    "revoked_at": None,
    "revocation_checked_at": "2026-11-22T15:58:00+01:00",
    "key_proven_at": "2026-11-22T15:58:00+01:00",
    "created_at": "2026-11-22T15:57:00+01:00",
}


class Warning(Shape):
    """Something to heed before the certificate is used; it stops nobody."""

    code = serializers.CharField()
    message = serializers.CharField()


class Certificate(Shape):
    """What a certificate says, and how it stands. Never its key."""

    id = serializers.UUIDField()
    subject = serializers.CharField()
    issuer = serializers.CharField()
    serial_number = serializers.CharField()
    fingerprint = serializers.CharField(help_text="SHA-256, in hex.")
    not_valid_before = serializers.DateTimeField()
    not_valid_after = serializers.DateTimeField()
    trade_register_number = serializers.CharField(allow_null=True)
    oin = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    revocation_checked_at = serializers.DateTimeField(allow_null=True)
    key_proven_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class CertificateWithWarnings(Certificate):
    warnings = Warning(many=True)


class Certificates(Shape):
    certificates = Certificate(many=True)


class NewCertificate(Shape):
    certificate = serializers.FileField(help_text="A .pfx or .p12 file.")
    password = serializers.CharField(help_text="That of the file.", required=False)
    is_active = serializers.BooleanField(
        default=False, help_text="Make it active, unless there is something to heed."
    )


LIST = OpenApiExample(
    "One certificate", value={"certificates": [_CERTIFICATE]}, response_only=True, status_codes=["200"]
)
ONE = OpenApiExample(
    "Active", value={**_CERTIFICATE, "warnings": []}, response_only=True, status_codes=["200", "201"]
)
