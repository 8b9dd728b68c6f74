"""The document store: packs of documents in the file store, each document compressed and sealed by itself."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

import zstandard
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from portal.dossiers.models import Document, DocumentPack
from portal.ids import uuid7
from portal.office.keys import storage_keyring
from portal.office.models import Office
from portal.vault import KeyRing, VaultError, associated_data, open_bytes, seal_bytes

KEY_PURPOSE = "document-pack"
_IN_MEMORY = 8 * 1024**2
_LEVEL = 3


class DocumentUnreadable(Exception):
    """The stored document is gone, was changed, or is not what its row says."""

    code = "document-unreadable"


class StoredDocument(NamedTuple):
    """The values of a row of Document but office and pack. Sizes in bytes; `sha256` is of the plain bytes."""

    id: UUID
    sha256: bytes
    size: int
    media_type: str
    offset: int
    stored_size: int


@dataclass(frozen=True)
class FinishedPack:
    """A pack in the file store that no row names yet: `pack` is unsaved."""

    pack: DocumentPack
    documents: tuple[StoredDocument, ...]


class PackWriter:
    """Collects documents of one office into one object of the file store.

    Documents go to a spool, sealed already; only `finish` writes to the store. A transaction that is rolled
    back afterwards leaves an object that no row names, and nothing else.
    """

    def __init__(self, office: Office, keyring: KeyRing, storage: Storage) -> None:
        self._id = uuid7()
        self._office = office
        self._storage = storage
        self._aad = associated_data(office=office.pk, obj=self._id, purpose=KEY_PURPOSE)
        self._key, self._wrapped_key = keyring.new_data_key(self._aad)
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        spool_dir = os.fspath(settings.FILE_UPLOAD_TEMP_DIR)
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=spool_dir)  # noqa: SIM115 - it closes with this
        self._size = 0
        self._documents: dict[bytes, StoredDocument] = {}

    def add(self, data: bytes, media_type: str) -> StoredDocument:
        """Take a document. The same bytes again give the first one back."""
        digest = hashlib.sha256(data).digest()
        if digest not in self._documents:
            sealed = seal_bytes(self._compressor.compress(data), self._key, self._aad)
            self._spool.write(sealed)
            self._documents[digest] = StoredDocument(
                uuid7(), digest, len(data), media_type, self._size, len(sealed)
            )
            self._size += len(sealed)
        return self._documents[digest]

    def finish(self) -> FinishedPack | None:
        """Write the object durably and say which rows belong to it; without documents None and no object."""
        if not self._documents:
            self.close()
            return None
        name = self._storage.save(f"documents/{self._office.pk}/{self._id}", File(self._spool))
        self.close()
        _make_durable(self._storage, name)
        pack = DocumentPack(
            id=self._id,
            office=self._office,
            storage_name=name,
            wrapped_key=self._wrapped_key,
            size=self._size,
        )
        return FinishedPack(pack, tuple(self._documents.values()))

    def close(self) -> None:
        """Drop the spool; what was added and not finished is gone."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_document(document: Document) -> bytes:
    """The document as it came in, its checksum checked; DocumentUnreadable when that cannot be."""
    try:
        return _checked(document, _open_sealed(document))
    except (OSError, BotoCoreError, ClientError, VaultError, zstandard.ZstdError) as error:
        raise DocumentUnreadable(str(document.pk)) from error


def _open_sealed(document: Document) -> bytes:
    pack = document.pack
    aad = associated_data(office=pack.office_id, obj=pack.pk, purpose=KEY_PURPOSE)
    key = storage_keyring().unwrap(bytes(pack.wrapped_key), aad)
    with default_storage.open(pack.storage_name) as stored:
        stored.seek(document.offset)
        sealed = stored.read(document.stored_size)
    return zstandard.ZstdDecompressor().decompress(open_bytes(sealed, key, aad), document.size)


def _checked(document: Document, data: bytes) -> bytes:
    if hashlib.sha256(data).digest() != bytes(document.sha256):
        raise DocumentUnreadable(str(document.pk))
    return data


def _make_durable(storage: Storage, name: str) -> None:
    """A file outlives a power cut only once it and the folders that name it are synced."""
    if not isinstance(storage, FileSystemStorage):
        # an object store answers only once it keeps the object
        return
    path = Path(storage.path(name))
    for place in (path, path.parent, path.parent.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
