"""Moves office keys to a new signing pair, so that the earlier one may leave its file."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from certificates.changes import record
from certificates.models import Certificate
from certificates.sealing import open_key, seal_key, signing_key_id_of
from certificates.signing import NotTheSigningProcess
from portal.office.keys import storage_keyring
from portal.vault import SigningPrivateKeys, SigningPublicKey


def reseal_all() -> int:
    """Seal every office's key to the current public half; return how many were not.

    Row by row, each committed: a new run finds what the last one left. NotTheSigningProcess outside the
    signing process; VaultError when a sealed key does not open, with all before it done.
    """
    if settings.SIGNING_KEY_FILE is None:
        raise NotTheSigningProcess
    private = SigningPrivateKeys.load(settings.SIGNING_KEY_FILE)
    public = storage_keyring().signing_public
    ids = Certificate.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_reseal(pk, private, public) for pk in list(ids))


def waiting() -> int:
    """How many keys are still sealed to an earlier pair."""
    current = storage_keyring().signing_public.id
    sealed = Certificate.objects.values_list("sealed_key", flat=True).iterator()
    return sum(signing_key_id_of(bytes(each)) != current for each in sealed)


@transaction.atomic
def _reseal(pk: UUID, private: SigningPrivateKeys, public: SigningPublicKey) -> bool:
    # another run waits here, and then finds the row done; a deleted one is gone
    row = Certificate.objects.select_related("office").select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None or signing_key_id_of(bytes(row.sealed_key)) == public.id:
        return False
    key = open_key(bytes(row.sealed_key), private, office=row.office_id, certificate=pk)
    row.sealed_key = seal_key(key, public, office=row.office_id, certificate=pk)
    row.save(update_fields=["sealed_key"])
    record("certificate.resealed", row, None, signing_pair=public.id)
    return True
