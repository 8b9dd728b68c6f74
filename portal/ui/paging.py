"""Pages of lists that only grow: nobody turns pages to the millionth row, and counting takes longest."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in its hints only
    """Pages of a query set's first `most` rows; `is_capped` when there are more."""

    def __init__(self, rows: QuerySet[Any], per_page: int, *, most: int = 10_000) -> None:
        super().__init__(rows, per_page)
        self.rows = rows
        self.most = most

    @cached_property
    def _found(self) -> int:
        return self.rows.order_by()[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, self.most)

    @property
    def is_capped(self) -> bool:
        return self._found > self.most
