"""Mijn logo's: the one picture of an office."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from portal.ids import uuid7
from portal.office import audit
from portal.office.models import Office, OfficeLogo, User
from portal.office.pictures import Picture


@transaction.atomic
def set_logo(*, office: Office, picture: Picture, by: User) -> None:
    """Make this the office's logo; the one before is deleted once that is certain."""
    _delete_file_of(office)
    name = default_storage.save(f"logos/{office.pk}/{uuid7()}.png", ContentFile(picture.png))
    OfficeLogo.objects.update_or_create(
        office=office,
        defaults={
            "storage_name": name,
            "width": picture.width,
            "height": picture.height,
            "uploaded_by": by,
        },
    )
    audit.record("office.logo_set", office=office, by=by, target=office)


@transaction.atomic
def remove_logo(*, office: Office, by: User) -> bool:
    """Leave the office without a logo; False when it had none."""
    if not _delete_file_of(office):
        return False
    OfficeLogo.objects.filter(office=office).delete()
    audit.record("office.logo_removed", office=office, by=by, target=office)
    return True


def _delete_file_of(office: Office) -> bool:
    old = OfficeLogo.objects.select_for_update().filter(office=office).first()
    if old is None:
        return False
    transaction.on_commit(lambda: default_storage.delete(old.storage_name))
    return True
