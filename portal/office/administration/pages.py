"""A list and a page for a kind of thing, as the support desk has them: searched, capped, looks traced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.office import support
from portal.office.administration.lists import CappedPaginator, DeskList, office_named, some_offices
from portal.office.models import Office, User

if TYPE_CHECKING:  # generic in the stubs only
    from django_stubs_ext import StrOrPromise

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

_NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)")


class Desk(ModelAdmin):
    """`office_path` leads from a row to its office; empty for rows that are offices.

    A search for an e-mail address finds rows in which `people_path` leads to its owner, or in which one of
    `exact_fields` is that address; any other search rows of offices so called, or with exactly these words in
    one of `exact_fields`. Each way has its index: no search reads a whole table.
    """

    office_path = "office"
    exact_fields: tuple[str, ...] = ()
    people_path = ""
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    # facets count the whole table once for each choice
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    # what the list is called in the menu, when that is not its rows' own name
    list_title: StrOrPromise = ""
    # switches the search box on; get_search_results does the searching
    search_fields = ("pk",)
    change_form_template = "admin/desk_form.html"

    @property
    def media(self) -> Media:
        """Without Django's scripts: no row is ticked here, and no field opens a window of its own."""
        return Media()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeskList]:
        return DeskList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip().replace("\0", "")
        if not words:
            return queryset, False
        if _NINE_DIGITS.search(words):
            messages.error(request, _("Zoek hier niet op een BSN of RSIN."))
            return queryset.none(), False
        return queryset.filter(self.found(words)), False

    def found(self, words: str) -> Q:
        """The condition of a search."""
        wanted = Q()
        for field in self.exact_fields:
            wanted |= Q(**{field: words})
        if "@" not in words:
            return wanted | Q(**{f"{self.office_path}__in": some_offices(words)})
        if self.people_path:
            people = User.objects.filter(email=words.lower()).values_list("pk", flat=True)
            wanted |= Q(**{f"{self.people_path}__in": list(people)})
        return wanted

    def listed(self) -> str:
        """What heads the list."""
        return str(self.list_title or capfirst(str(self.opts.verbose_name_plural)))

    def called(self, row: Any) -> str:
        """What heads the page of `row`."""
        return str(row)

    def office_of(self, row: Model) -> Office | None:
        """Whose trail says that somebody looked at `row`."""
        found: Any = row
        for name in filter(None, self.office_path.split("__")):
            found = getattr(found, name, None)
        return found if isinstance(found, Office) else None

    def look(self, request: HttpRequest, row: Model) -> None:
        """Tell the office that somebody reads a page about `row`; who sends a form has read it already."""
        office = self.office_of(row)
        if office is not None and request.method == "GET":
            support.looked(office, at=row, what=str(self.opts.verbose_name), by=who(request))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        office = self.office_of(row) if row is not None else None
        context |= {"desk_office": office, "list_title": self.listed()}
        if row is not None:
            self.look(request, row)
            context["name"] = self.called(row)
            context["title"] = f"{capfirst(str(self.opts.verbose_name))} {context['name']}"
            context["subtitle"] = None
        else:
            context["title"] = _("%(what)s toevoegen") % {"what": capfirst(str(self.opts.verbose_name))}
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, {"title": self.listed(), **(extra_context or {})})
        office = office_named(request) or self._only_office(request, response)
        if office is not None and request.method == "GET":
            what = str(self.list_title or self.opts.verbose_name_plural)
            support.looked(office, at=None, what=what, by=who(request))
        return response

    def _only_office(self, request: HttpRequest, response: HttpResponse) -> Office | None:
        """Whose rows a search found, when they are all of one office: that is a list of that office."""
        found = getattr(response, "context_data", None) or {}
        if SEARCH_VAR not in request.GET or "cl" not in found:
            return None
        offices = {self.office_of(row) for row in found["cl"].result_list} - {None}
        return offices.pop() if len(offices) == 1 else None

    def history_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """The trail has it, for the office too; Django's own list would be a look that nobody hears of."""
        raise Http404

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(Desk):
    """Written by the portal itself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def who(request: HttpRequest) -> User:
    """Who asks; the site lets in nobody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
