"""The bucket of a real S3-compatible endpoint on loopback."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from portal.run import prepare, services


@pytest.fixture
def store(settings, monkeypatch, tmp_path):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("STORAGE_URL", f"s3://key:secret@{host}:{port}/sealed?region=us-east-1&secure=0")
    settings.STORAGES = {**settings.STORAGES, "default": services.files(tmp_path)}
    yield
    server.stop()


def test_the_bucket_is_made_once_and_holds_files(store):
    prepare.make_bucket()
    prepare.make_bucket()
    name = storages["default"].save("a/b", ContentFile(b"sealed"))
    with storages["default"].open(name) as file:
        assert file.read() == b"sealed"


def test_a_folder_needs_no_bucket():
    prepare.make_bucket()
    assert not hasattr(storages["default"], "bucket")
