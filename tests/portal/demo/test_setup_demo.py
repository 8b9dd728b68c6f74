"""The demo: made once, only where it may be."""

from __future__ import annotations

import zipfile

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from portal.demo.accounts import ACCOUNTS, PASSWORD
from portal.office.models import AuditEvent, Office, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.DATA_DIR = tmp_path
    return tmp_path / "demo"


def test_every_account_logs_in(demo, rf):
    call_command("setup_demo")

    request = rf.get("/")
    assert all(authenticate(request, email=email, password=PASSWORD) for email, _ in ACCOUNTS)
    assert User.objects.count() == len(ACCOUNTS)


def test_offices_keep_their_hours(demo):
    call_command("setup_demo")

    hours = {office.name: office.opening_hours.count() for office in Office.objects.all()}
    assert hours == {"Nextens Demo": 0, "Ander Kantoor": 5}


def test_files_to_try_are_there(demo):
    call_command("setup_demo")

    assert {path.name for path in demo.iterdir()} == {"demo.p12", "15102021135603.zip", "trust"}
    assert "manifest.json" in zipfile.ZipFile(demo / "15102021135603.zip").namelist()


def test_a_second_time_changes_nothing(demo):
    call_command("setup_demo")
    before = (demo / "demo.p12").read_bytes(), AuditEvent.objects.count(), User.objects.count()

    call_command("setup_demo")

    assert before == ((demo / "demo.p12").read_bytes(), AuditEvent.objects.count(), User.objects.count())


def test_another_database_is_refused(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="PORTAL_DEMO=1"):
        call_command("setup_demo")

    assert not User.objects.exists()
