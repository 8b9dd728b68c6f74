"""Wraps every data key with the current storage key, so that an earlier one may leave the key file.

In the signing process it seals every office's signing key to the current pair as well.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from certificates import resealing
from certificates.signing import NotTheSigningProcess
from migrations_app import uploads
from migrations_app.models import MigrationJob, Upload
from portal.dossiers import documents
from portal.dossiers.models import DocumentPack
from portal.office.keys import storage_keyring
from portal.vault import KeyRing, VaultError, add_signing_pair, add_storage_key, associated_data

_BATCH = 500
_HOLDERS: tuple[tuple[type[Model], str], ...] = (
    (DocumentPack, documents.KEY_PURPOSE),
    (MigrationJob, uploads.KEY_PURPOSE),
    (Upload, uploads.KEY_PURPOSE),
)


class Command(BaseCommand):
    help = "Verpakt elke datasleutel met de huidige opslagsleutel; mag worden onderbroken en herhaald."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="maak eerst een nieuwe opslagsleutel")
        parser.add_argument(
            "--new-signing-pair",
            action="store_true",
            help="maak eerst een nieuw ondertekenpaar (alleen in het ondertekenproces)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new_key"]:
                self.stdout.write(f"Nieuwe opslagsleutel: {add_storage_key(settings.KEY_FILE)}")
            if options["new_signing_pair"]:
                self.stdout.write(f"Nieuw ondertekenpaar: {_new_signing_pair()}")
            keys = storage_keyring()
            for model, purpose in _HOLDERS:
                count = _rewrap_all(model, purpose, keys)
                self.stdout.write(f"{model._meta.label}: {count} sleutel(s) opnieuw verpakt")
            self.stdout.write(f"certificates.Certificate: {_reseal()}")
        except VaultError as error:
            raise CommandError(f"Niet alles is verpakt: {error}") from error


def _new_signing_pair() -> str:
    if settings.SIGNING_KEY_FILE is None:
        raise CommandError("PORTAL_SIGNING_KEY_FILE ontbreekt: alleen het ondertekenproces maakt een paar.")
    return add_signing_pair(settings.KEY_FILE, settings.SIGNING_KEY_FILE)


def _reseal() -> str:
    try:
        return f"{resealing.reseal_all()} sleutel(s) opnieuw verzegeld"
    except NotTheSigningProcess:
        # the web's machine may run this as well: it cannot open these, and must not
        return f"{resealing.waiting()} sleutel(s) wachten op het ondertekenproces"


def _rewrap_all(model: type[Model], purpose: str, keys: KeyRing) -> int:
    """Batch by batch in the order of the ids, each committed: a new run finds what the last one left."""
    after, changed = UUID(int=0), 0
    while True:
        with transaction.atomic():
            rows = model._default_manager.filter(pk__gt=after, wrapped_key__isnull=False).order_by("pk")
            batch = list(rows.select_for_update().values_list("pk", "office_id", "wrapped_key")[:_BATCH])
            changed += sum(_rewrap(model, row, purpose, keys) for row in batch)
        if not batch:
            return changed
        after = batch[-1][0]


def _rewrap(model: type[Model], row: tuple[UUID, UUID, bytes], purpose: str, keys: KeyRing) -> bool:
    pk, office, wrapped = row[0], row[1], bytes(row[2])
    again = keys.rewrap(wrapped, associated_data(office=office, obj=pk, purpose=purpose))
    if again == wrapped:
        return False
    model._default_manager.filter(pk=pk).update(wrapped_key=again)
    return True
