"""The returns that a user opened last."""

from __future__ import annotations

from django.utils import timezone

from portal.dossiers.models import RecentReturn, TaxReturn
from portal.office.models import User

_SHOWN = 5


def remember_opened(tax_return: TaxReturn, *, by: User) -> None:
    """Note that `by` has this return open; a return stands in the list once."""
    RecentReturn.objects.bulk_create(
        [RecentReturn(user=by, tax_return=tax_return, opened_at=timezone.now())],
        update_conflicts=True,
        unique_fields=("user", "tax_return"),
        update_fields=("opened_at",),
    )


def recent_returns(user: User) -> list[TaxReturn]:
    """The five returns of the user's office that `user` opened last, newest first, with their clients."""
    opened = RecentReturn.objects.filter(user=user, tax_return__office__memberships__user=user)
    newest = opened.select_related("tax_return__client").order_by("-opened_at")
    return [one.tax_return for one in newest[:_SHOWN]]
