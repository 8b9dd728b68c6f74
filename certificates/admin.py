"""Nextens administrators' view of certificates: metadata only, nothing can be changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from certificates.models import Certificate

if TYPE_CHECKING:  # generic in the stubs only
    ModelAdmin = admin.ModelAdmin[Certificate]
else:
    ModelAdmin = admin.ModelAdmin

_SHOWN = (
    "office",
    "subject",
    "issuer",
    "serial_number",
    "fingerprint",
    "not_valid_before",
    "not_valid_after",
    "trade_register_number",
    "oin",
    "policy",
    "is_active",
    "revoked_at",
    "proven_at",
    "uploaded_by",
    "created_at",
)


@admin.register(Certificate)
class CertificateAdmin(ModelAdmin):
    """The key, sealed as it is, never leaves the database by this door."""

    list_display = ("office", "subject", "trade_register_number", "is_active", "not_valid_after", "proven_at")
    list_filter = ("is_active", "not_valid_after")
    list_select_related = ("office",)
    search_fields = ("office__name", "trade_register_number", "oin", "fingerprint")
    date_hierarchy = "not_valid_after"
    fields = readonly_fields = _SHOWN

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
