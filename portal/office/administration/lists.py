"""Lists over all offices: a hundred thousand rows long, and still quick."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.office.models import Office

if TYPE_CHECKING:  # generic in the stubs only
    Pages = Paginator[Any]
else:
    Pages = Paginator

MOST_ROWS, MOST_OFFICES = 2000, 50
_DAYS = (1, 7, 30)


class CappedPaginator(Pages):
    """Counts to MOST_ROWS and no further: who needs more searches."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin gives it no list
        return rows.order_by()[:MOST_ROWS].count()

    @property
    def is_capped(self) -> bool:
        """There may be more."""
        return self.count >= MOST_ROWS


class ByOffice(admin.SimpleListFilter):
    """One office, named in the address; a list of two thousand to choose from helps nobody."""

    title = _("kantoor")
    parameter_name = "kantoor"
    path = "office"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked, office = request.GET.get(self.parameter_name), office_named(request)
        return [(asked, office.name if office else str(_("onbekend")))] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        office = office_named(request)
        return queryset.filter(**{self.path: office}) if office else queryset.none()


class Newest(admin.SimpleListFilter):
    """How far back; `field` is a moment."""

    title = _("periode")
    parameter_name = "dagen"
    field = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(n), ngettext("laatste dag", "laatste %(n)d dagen", n) % {"n": n}) for n in _DAYS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = {str(n): n for n in _DAYS}.get(self.value() or "")
        since = timezone.now() - timedelta(days=days or 0)
        return queryset.filter(**{f"{self.field}__gte": since}) if days else queryset


def office_named(request: HttpRequest) -> Office | None:
    """The office to which a list is narrowed; asked of the database once for a request."""
    if not hasattr(request, "desk_office"):
        request.desk_office = _office_with(request.GET.get(ByOffice.parameter_name, ""))  # type: ignore[attr-defined]
    found: Office | None = request.desk_office  # type: ignore[attr-defined]  # set above
    return found


def _office_with(pk: str) -> Office | None:
    try:
        return Office.objects.filter(pk=UUID(pk)).first()
    except ValueError:
        return None


def called(words: str) -> Q:
    """Offices with these words in their name, or with this trade register number."""
    return Q(name__icontains=words) | Q(trade_register_number=words)


def some_offices(words: str) -> list[UUID]:
    """At most MOST_OFFICES of them: who means one of more says more."""
    return list(
        Office.objects.filter(called(words)).order_by("name").values_list("pk", flat=True)[:MOST_OFFICES]
    )
