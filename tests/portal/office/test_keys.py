import os

import pytest

from portal.office.keys import storage_keyring
from portal.vault import KeyFileError, add_storage_key, create_key_files


def test_keyring_is_read_once_and_again_when_the_file_changed(tmp_path, settings):
    settings.KEY_FILE = tmp_path / "portal.json"
    create_key_files(settings.KEY_FILE, tmp_path / "signing.json")
    first = storage_keyring()
    assert storage_keyring() is first
    new = add_storage_key(settings.KEY_FILE)
    os.utime(settings.KEY_FILE, (1, 1))
    assert storage_keyring().current_id == new


def test_missing_key_file_is_told(tmp_path, settings):
    settings.KEY_FILE = tmp_path / "portal.json"
    with pytest.raises(KeyFileError):
        storage_keyring()
