"""The one door to the audit trail."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from portal.office.models import AuditEvent, Office, User

Fact = str | int | bool | None


def record(
    act: str,
    *,
    office: Office | None,
    by: User | None,
    target: models.Model | None = None,
    **facts: Fact,
) -> AuditEvent:
    """Add one event, in the transaction of the act itself.

    `act` is `thing.verb` (`certificate.uploaded`). `facts` hold no personal number, key or password.
    """
    return AuditEvent.objects.create(
        office=office,
        actor=by,
        act=act,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None and isinstance(target.pk, UUID) else None,
        facts=facts,
    )
