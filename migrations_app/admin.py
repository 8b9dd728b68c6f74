"""Migrations in /admin/: how they stand, never what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from migrations_app.models import MigrationJob, Part

if TYPE_CHECKING:  # generic in the stubs only
    ModelAdmin = admin.ModelAdmin[MigrationJob]
    Inline = admin.TabularInline[Part, MigrationJob]
else:
    ModelAdmin, Inline = admin.ModelAdmin, admin.TabularInline


class _ReadOnly:
    """Everything here is written by the portal itself."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartInline(_ReadOnly, Inline):
    model = Part
    fields = (
        "path",
        "kind",
        "announced",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "rejected",
        "is_closed",
    )
    extra = 0


@admin.register(MigrationJob)
class MigrationJobAdmin(_ReadOnly, ModelAdmin):
    list_display = ("reference", "office", "status", "created_by", "created_at", "started_at", "finished_at")
    list_filter = ("status", "office")
    search_fields = ("reference", "office__name")
    list_select_related = ("office", "created_by")
    date_hierarchy = "created_at"
    inlines = (PartInline,)
    # no storage name, key or digest: they lead to the file
    fields = (
        "reference",
        "office",
        "status",
        "import_type",
        "selected_kinds",
        "file_size",
        "created_by",
        "created_at",
        "checked_at",
        "start_after",
        "started_at",
        "finished_at",
        "records_total",
        "records_done",
        "refusal_code",
        "reason",
        "attempts",
        "worker",
        "lease_expires_at",
    )
