"""manage.py rewrap_keys: every data key, resumable, and nothing else changes."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from migrations_app.models import MigrationJob, Upload
from portal.dossiers import documents
from portal.dossiers.models import DocumentPack
from portal.ids import uuid7
from portal.management.commands import rewrap_keys
from portal.office.keys import storage_keyring
from portal.vault import add_storage_key, associated_data, create_key_files, key_id_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def packs(office, tmp_path, settings):
    """Three packs with their data keys, wrapped with the first storage key."""
    settings.KEY_FILE = tmp_path / "portal.json"
    create_key_files(settings.KEY_FILE, tmp_path / "signing.json")
    return {pack.pk: key for pack, key in (pack_of(office) for _ in range(3))}


def pack_of(office):
    pk = uuid7()
    key, wrapped = storage_keyring().new_data_key(aad(office.pk, pk))
    pack = DocumentPack.objects.create(
        id=pk, office=office, storage_name=str(pk), wrapped_key=wrapped, size=1
    )
    return pack, key


def aad(office, pk):
    return associated_data(office=office, obj=pk, purpose=documents.KEY_PURPOSE)


def opened():
    return {
        pack.pk: storage_keyring().unwrap(bytes(pack.wrapped_key), aad(pack.office_id, pack.pk))
        for pack in DocumentPack.objects.all()
    }


def key_ids():
    return {key_id_of(bytes(pack.wrapped_key)) for pack in DocumentPack.objects.all()}


def test_every_key_moves_to_the_new_one_and_still_opens(packs, capsys):
    call_command("rewrap_keys", "--new-key")
    assert key_ids() == {storage_keyring().current_id}
    assert opened() == packs
    assert "dossiers.DocumentPack: 3 sleutel(s)" in capsys.readouterr().out


def test_a_second_run_finds_nothing(packs, capsys):
    call_command("rewrap_keys", "--new-key")
    capsys.readouterr()
    call_command("rewrap_keys")
    assert "dossiers.DocumentPack: 0 sleutel(s)" in capsys.readouterr().out


def test_an_interrupted_run_is_finished_by_the_next(packs, settings, monkeypatch):
    add_storage_key(settings.KEY_FILE)
    real = rewrap_keys._rewrap
    monkeypatch.setattr(rewrap_keys, "_BATCH", 1)
    monkeypatch.setattr(rewrap_keys, "_rewrap", stop_after(2, real))
    with pytest.raises(KeyboardInterrupt):
        call_command("rewrap_keys")
    assert len(key_ids()) == 2
    monkeypatch.setattr(rewrap_keys, "_rewrap", real)
    call_command("rewrap_keys")
    assert key_ids() == {storage_keyring().current_id}
    assert opened() == packs


def stop_after(count, real):
    done = []

    def limited(*arguments):
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(arguments)
        return real(*arguments)

    return limited


def test_a_key_that_does_not_open_is_told(packs):
    DocumentPack.objects.filter(pk=min(packs)).update(wrapped_key=b"nonsense")
    with pytest.raises(CommandError, match="no wrapped data key"):
        call_command("rewrap_keys")


def test_the_holders_are_all_that_hold_a_wrapped_key():
    holders = {m for m in apps.get_models() if "wrapped_key" in {field.name for field in m._meta.fields}}
    assert holders == {model for model, _ in rewrap_keys._HOLDERS} == {DocumentPack, MigrationJob, Upload}
