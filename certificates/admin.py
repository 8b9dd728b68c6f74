"""Nextens administrators' view of certificates: metadata only, nothing can be changed here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from certificates.models import Certificate
from portal.office.administration.lists import ByOffice, Happened, yes_no
from portal.office.administration.pages import ReadOnly

if TYPE_CHECKING:  # generic in the stubs only
    Rows = QuerySet[Certificate]
else:
    Rows = QuerySet

_WEEKS = (1, 4, 8)
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
    "active",
    "revoked_at",
    "checked_at",
    "check_tried_at",
    "proven_at",
    "uploaded_by",
    "created_at",
)


class Ending(admin.SimpleListFilter):
    """Those that ended, and those that an office must soon replace."""

    title = _("verloopt")
    parameter_name = "verloopt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        soon = [
            (str(weeks), ngettext("binnen %(n)d week", "binnen %(n)d weken", weeks) % {"n": weeks})
            for weeks in _WEEKS
        ]
        return [("0", str(_("verlopen"))), *soon]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        asked, now = self.value(), timezone.now()
        if asked == "0":
            return queryset.filter(not_valid_after__lt=now)
        for weeks in _WEEKS:
            if asked == str(weeks):
                return queryset.filter(not_valid_after__range=(now, now + timedelta(weeks=weeks)))
        return queryset


@admin.register(Certificate)
class CertificateAdmin(ReadOnly):
    """The key, sealed as it is, never leaves the database by this door."""

    active = yes_no("is_active", _("actief"))
    list_display = (
        "office", "subject", "trade_register_number", "active", "not_valid_after", "checked_at",
        "revoked_at", "proven_at",
    )  # fmt: skip
    list_display_links = ("subject",)
    list_filter = (Ending, "is_active", ("revoked_at", Happened), ByOffice)
    list_select_related = ("office",)
    # the list of what ends: that first, whoever it belongs to
    ordering = ("not_valid_after", "id")
    exact_fields = ("subject", "serial_number", "trade_register_number", "oin", "fingerprint")
    search_help_text = _(
        "Kantoor, of geheel: verleend aan, serienummer, handelsregisternummer, OIN of vingerafdruk"
    )
    fields = readonly_fields = _SHOWN

    def get_queryset(self, request: HttpRequest) -> Rows:
        rows: Rows = super().get_queryset(request)
        return rows.defer("sealed_key", "certificate_der", "chain_pem")
