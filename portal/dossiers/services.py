"""What people do with returns."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.dossiers.models import ReturnStatus, TaxReturn
from portal.office import audit
from portal.office.models import User


@transaction.atomic
def unlock(tax_return: TaxReturn, *, by: User) -> bool:
    """Unlock a migrated return; from then on no import touches it. False when it was unlocked already.

    `tax_return` itself is left as it was read.
    """
    moment = timezone.now()
    unlocked = TaxReturn.objects.filter(pk=tax_return.pk, status=ReturnStatus.READY_MIGRATED).update(
        status=ReturnStatus.UNLOCKED,
        unlocked_at=moment,
        unlocked_by=by,
        edited_at=moment,
        updated_at=moment,
    )
    if unlocked:
        audit.record("tax_return.unlocked", office=tax_return.office, by=by, target=tax_return)
    return bool(unlocked)
