"""Uploads in an S3-compatible store: the same as in a folder, and not held in memory."""

import boto3
import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from migrations_app.models import Status
from migrations_app.uploads import discard, open_upload
from portal.ids import uuid7
from portal.run import services
from tests.migrations_app.conftest import GOOD


@pytest.fixture
def bucket(stored, settings, monkeypatch):
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    # moto's buckets outlive its server
    name = f"files-{uuid7()}"
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setenv("STORAGE_URL", f"s3://key:secret@{host}:{port}/{name}?secure=0&region=eu-west-1")
    settings.STORAGES = settings.STORAGES | {"default": services.files(None)}
    yield lambda: client.list_objects_v2(Bucket=name)["KeyCount"]
    server.stop()


def test_upload_is_checked_read_from_anywhere_and_deleted(checked, stored, bucket):
    job = checked()
    assert job.status == Status.QUEUED
    assert (stored(), bucket()) == ([], 1)
    with open_upload(job) as upload:
        upload.seek(10)
        assert upload.read(20) == GOOD[10:30]
    discard(job.storage_name)
    assert bucket() == 0
    with pytest.raises(FileNotFoundError):
        open_upload(job)


def test_store_does_not_keep_what_is_read_in_memory(bucket):
    # without a bound the library holds the whole object
    assert 0 < default_storage.max_memory_size <= 16 * 1024**2
