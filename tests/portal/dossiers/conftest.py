"""Key file and file store of their own for tests of documents."""

import pytest
from django.core.files.storage import default_storage

from portal.vault import create_key_files


@pytest.fixture
def store_folder(tmp_path, settings):
    """An empty file store and fresh keys; the folder in which the store keeps its objects."""
    settings.KEY_FILE = tmp_path / "portal.json"
    create_key_files(settings.KEY_FILE, tmp_path / "signing.json")
    folder = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder)},
        }
    }
    assert default_storage.location == str(folder)
    return folder
