"""The addresses for whoever watches the portal."""

import pytest
from celery import Celery
from django.core.files.storage import FileSystemStorage
from django.test import Client

from portal import health


def test_live_asks_nothing_of_anybody():
    assert Client().get("/health/live").json() == {"live": True}


@pytest.mark.django_db
def test_ready_when_all_is_there():
    answer = Client().get("/health/ready")
    assert answer.json() == {"database": True, "broker": True, "storage": True, "keys": True}
    assert answer.status_code == 200


@pytest.mark.django_db
def test_not_ready_without_keys(settings, tmp_path):
    settings.KEY_FILE = tmp_path / "none"
    answer = Client().get("/health/ready")
    assert answer.json()["keys"] is False
    assert answer.status_code == 503


@pytest.mark.django_db
def test_not_ready_without_a_broker(monkeypatch):
    # an app of its own: what is set on the portal's stays set, since Celery answers one setting with another
    monkeypatch.setattr(health, "app", Celery(broker="redis://127.0.0.1:1/0", set_as_current=False))
    answer = Client().get("/health/ready")
    assert answer.json()["broker"] is False


@pytest.mark.django_db
def test_not_ready_without_a_folder_for_files(monkeypatch, tmp_path):
    (tmp_path / "files").touch()
    monkeypatch.setattr(health.default_storage, "_wrapped", FileSystemStorage(tmp_path / "files"))
    assert Client().get("/health/ready").json()["storage"] is False
