"""Pages of a long list."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50


def page_of(request: HttpRequest, found: QuerySet[M], rows: QuerySet[M]) -> Page[M]:
    """Fifty of `found`, which are of `rows` (both ordered alike), as `?page=` asks, or the nearest page."""
    page: Page[M] = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    # which fifty is found in an index; the joins are for those alone, and nothing is searched again
    ids = found.values_list("pk", flat=True)[max(0, page.start_index() - 1) : page.end_index()]
    page.object_list = rows.filter(pk__in=list(ids))
    return page
