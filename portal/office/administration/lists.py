"""Lists over all offices: a hundred thousand rows long, and still quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.office.models import Office

if TYPE_CHECKING:  # generic in the stubs only
    from django_stubs_ext import StrOrPromise

    Pages = Paginator[Any]
else:
    Pages = Paginator

MOST_ROWS, MOST_OFFICES = 2000, 50
_DAYS = (1, 7, 30)
# in the address of a list: the row after which it begins
AFTER = "vervolg"


class CappedPaginator(Pages):
    """Counts to MOST_ROWS and no further; what lies beyond is a list of its own, after `last_of_more`."""

    @cached_property
    def count(self) -> int:
        return self._rows.order_by()[:MOST_ROWS].count()

    @cached_property
    def last_of_more(self) -> object | None:
        """The key of the last row that is counted; None if no row comes after it."""
        if self.count < MOST_ROWS:
            return None
        last_and_next = list(self._rows.values_list("pk", flat=True)[MOST_ROWS - 1 : MOST_ROWS + 1])
        return last_and_next[0] if len(last_and_next) > 1 else None

    @property
    def _rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin gives it no list
        return rows


class DeskList(ChangeList):
    """A list that may go on where an earlier one was cut off, in the same order."""

    @property
    def goes_on(self) -> bool:
        return AFTER in self.params

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        if not self.goes_on:
            return rows
        try:
            last = self.model._default_manager.filter(pk=self.params[AFTER]).first()
        except ValidationError:  # no key at all
            last = None
        return rows.filter(_beyond(last, rows.query.order_by)) if last else rows.none()

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name != AFTER}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Another choice begins at the beginning; another page does not."""
        stays = PAGE_VAR in (new_params or {})
        return str(super().get_query_string(new_params, remove if stays else [*(remove or ()), AFTER]))


def _beyond(last: Model, order: Iterable[Any]) -> Q:
    """Rows that come after `last` in `order`: names of columns that hold no null, the key among them."""
    found, same, names = Q(), Q(), list(map(str, order))
    for name in names:
        column, way = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{column}__{way}": getattr(last, column)})
        same &= Q(**{column: getattr(last, column)})
    first, way = names[0].removeprefix("-"), "lte" if names[0].startswith("-") else "gte"
    # says the same as the first of `found`, for the index
    return Q(**{f"{first}__{way}": getattr(last, first)}) & found


class Happened(admin.EmptyFieldListFilter):
    """By a moment that came or did not: no or yes, where Django speaks of empty."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        words = (_("Alle"), _("Nee"), _("Ja"))
        for choice, word in zip(super().choices(changelist), words, strict=True):
            yield {**choice, "display": word}


def yes_no(name: str, text: StrOrPromise) -> Callable[[Any, Any], str]:
    """A column of an administration, in words: a red cross would make every no an error."""

    @admin.display(description=text)
    def shown(self: Any, row: Any) -> str:
        return in_words(getattr(row, name))

    return shown


def in_words(value: bool | None) -> str:
    return "-" if value is None else str(_("ja")) if value else str(_("nee"))


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
