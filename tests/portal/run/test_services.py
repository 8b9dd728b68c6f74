"""An address in the environment replaces each service."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection

from portal.run import services

FOLDER = Path("/data")


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "EMAIL_URL"):
        monkeypatch.delenv(name, raising=False)


def test_database(monkeypatch):
    assert services.database(FOLDER)["ENGINE"] == "portal.run.database"
    monkeypatch.setenv("DATABASE_URL", "postgres://me:pass%20word@db.example:5433/portal")
    given = services.database(FOLDER)
    assert given["ENGINE"] == "django.db.backends.postgresql"
    assert (given["HOST"], given["PORT"], given["NAME"]) == ("db.example", 5433, "portal")
    assert (given["USER"], given["PASSWORD"], given["CONN_HEALTH_CHECKS"]) == ("me", "pass word", True)


def test_broker(monkeypatch):
    url, options = services.broker()
    assert url.startswith("filesystem://")
    assert options["polling_interval"] == 0.1
    monkeypatch.setenv("REDIS_URL", "redis://cache.example:6379/0")
    assert services.broker()[0] == "redis://cache.example:6379/0"


def test_files(monkeypatch):
    assert services.files(FOLDER)["OPTIONS"]["location"] == "/data/files"
    monkeypatch.setenv("STORAGE_URL", "s3://key:s%2Fcret@store.example:9000/sealed?region=nl&secure=0")
    options = services.files(FOLDER)["OPTIONS"]
    assert options["endpoint_url"] == "http://store.example:9000"
    assert (options["access_key"], options["secret_key"]) == ("key", "s/cret")
    assert (options["bucket_name"], options["region_name"]) == ("sealed", "nl")


def test_mail(monkeypatch):
    assert services.mail()["EMAIL_BACKEND"] == "portal.run.mail_files.EmailBackend"
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:secret@mail.example:587")
    assert (services.mail()["EMAIL_HOST"], services.mail()["EMAIL_USE_TLS"]) == ("mail.example", True)


def test_cache_is_one_for_all_processes(monkeypatch):
    assert services.cache()["LOCATION"] == "portal_cache"
    monkeypatch.setenv("REDIS_URL", "redis://cache.example:6379/0")
    assert services.cache()["LOCATION"] == "redis://cache.example:6379/0"


@pytest.mark.django_db(transaction=True)
def test_something_is_added_to_the_cache_once(settings):
    settings.CACHES = {"default": services.cache()}
    key = str(uuid4())

    def add(_):
        try:
            return cache.add(key, "y", 30)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(add, range(16))) == 1
