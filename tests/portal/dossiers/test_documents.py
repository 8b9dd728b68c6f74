import hashlib
import os
import stat

import pytest
from django.core.files.storage import InMemoryStorage, default_storage

from portal.dossiers.documents import DocumentUnreadable, PackWriter, read_document
from portal.dossiers.models import Document, DocumentPack
from portal.office.keys import storage_keyring
from tests.portal.dossiers.rows import store

pytestmark = pytest.mark.django_db
XBRL = b"<xbrli:xbrl>" + b"a fact " * 1000 + b"</xbrli:xbrl>"


def objects(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_documents_come_back(office, store_folder):
    contents = [XBRL, b"", os.urandom(200_000), b"x"]
    assert [read_document(row) for row in store(office, *contents)] == contents


def test_pack_is_one_object_and_rows_say_where(office, store_folder):
    first, second = store(office, XBRL, b"x" * 50)
    (stored,) = objects(store_folder)
    assert first.pack == second.pack
    assert (first.offset, second.offset) == (0, first.stored_size)
    assert first.pack.size == stored.stat().st_size == first.stored_size + second.stored_size
    assert (first.size, bytes(first.sha256)) == (len(XBRL), hashlib.sha256(XBRL).digest())


def test_stored_object_is_sealed_and_small(office, store_folder):
    store(office, XBRL)
    content = objects(store_folder)[0].read_bytes()
    assert b"fact" not in content
    assert len(content) < len(XBRL) / 10


def test_same_bytes_are_stored_once(office, store_folder):
    with PackWriter(office, storage_keyring(), InMemoryStorage()) as writer:
        assert writer.add(XBRL, "application/xml") is writer.add(XBRL, "application/xml")
        assert len(writer.finish().documents) == 1


def test_pack_without_documents_leaves_no_object(office, store_folder):
    with PackWriter(office, storage_keyring(), default_storage) as writer:
        assert writer.finish() is None
    assert not objects(store_folder)


def test_unfinished_pack_leaves_no_object(office, store_folder):
    storage = InMemoryStorage()
    with pytest.raises(RuntimeError), PackWriter(office, storage_keyring(), storage) as writer:
        writer.add(XBRL, "application/xml")
        raise RuntimeError
    assert storage.listdir("") == ([], [])


def test_store_without_a_folder_is_written_too(office, store_folder):
    storage = InMemoryStorage()
    with PackWriter(office, storage_keyring(), storage) as writer:
        writer.add(XBRL, "application/xml")
        finished = writer.finish()
    assert storage.size(finished.pack.storage_name) == finished.pack.size


def test_finish_syncs_file_and_folders(office, store_folder, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle)))
    store(office, XBRL)
    kinds = [stat.S_ISREG(one.st_mode) for one in synced]
    assert kinds == [True, False, False]
    assert synced[0].st_ino == objects(store_folder)[0].stat().st_ino


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [lambda path: flip(path, 40), lambda path: path.unlink(), lambda path: os.truncate(path, 20)]
)
def test_damaged_object_is_unreadable(office, store_folder, damage):
    (row,) = store(office, XBRL)
    damage(objects(store_folder)[0])
    with pytest.raises(DocumentUnreadable):
        read_document(row)


def test_row_that_points_at_another_document_is_unreadable(office, store_folder):
    first, second = store(office, b"a" * 100, b"b" * 100)
    first.offset, first.stored_size = second.offset, second.stored_size
    with pytest.raises(DocumentUnreadable):
        read_document(first)


def test_pack_moved_to_another_office_is_unreadable(office, neighbour, store_folder):
    (row,) = store(office, XBRL)
    row.pack.office = neighbour
    with pytest.raises(DocumentUnreadable):
        read_document(row)


def test_dropped_data_key_is_deletion(office, store_folder):
    (row,) = store(office, XBRL)
    DocumentPack.objects.update(wrapped_key=b"")
    with pytest.raises(DocumentUnreadable):
        read_document(Document.objects.get(pk=row.pk))
