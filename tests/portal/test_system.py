"""The system page: what runs, what waits and on what it leans, without a key."""

import datetime as dt
import json
import os
import re

import pytest
from django.conf import settings
from django.utils import timezone

from migrations_app.models import ImportType, MigrationJob, QueuePause, Status
from portal.office.keys import storage_keyring
from tests.people import logged_in

PAGE = "/admin/systeem/"


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


def running(office, by, worker, lease):
    return MigrationJob.objects.create(
        office=office,
        reference="MIG-2026-0042",
        status=Status.RUNNING,
        import_type=ImportType.COMBINED,
        file_name="15102021135603.zip",
        created_by=by,
        storage_name="x",
        wrapped_key=b"x",
        sha256="0" * 64,
        fence=1,
        worker=worker,
        started_at=timezone.now(),
        checked_at=timezone.now(),
        lease_expires_at=timezone.now() + lease,
    )


def test_says_who_works_and_since_when_nothing_was_heard(browser, administrator, office):
    running(office, administrator, "machine:7", dt.timedelta(seconds=-30))
    page = browser.get(PAGE).content.decode()
    assert "machine:7" in page
    assert "MIG-2026-0042" in page
    assert "te lang" in page


def test_names_keys_and_shows_none(browser):
    page = browser.get(PAGE).content.decode()
    ring = storage_keyring()
    assert ring.current_id in page and ring.signing_public.id in page
    content = json.loads(settings.KEY_FILE.read_text())
    assert not any(key in page for key in content["storage"]["keys"].values())


def test_says_that_the_queue_is_paused(browser, nextens_administrator):
    assert "Wachtrij pauzeren" in browser.get(PAGE).content.decode()
    QueuePause.objects.create(paused_by=nextens_administrator)
    page = browser.get(PAGE).content.decode()
    assert "De wachtrij is gepauzeerd sinds" in page
    assert "admin@nextens.example" in page


def test_says_what_does_not_work(browser, monkeypatch):
    from portal import health

    def broken():
        raise OSError

    monkeypatch.setitem(health.CHECKS, "storage", broken)
    assert "werkt niet" in browser.get(PAGE).content.decode()


def test_says_of_each_kind_of_worker_whether_it_lives(browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    page = browser.get(PAGE).content.decode()
    assert page.count("niet te zien vanaf deze machine") == 5
    (tmp_path / "alive").mkdir()
    for name, age in (("worker", 3), ("checks", 3), ("mail", 3), ("signing", 99)):
        (tmp_path / "alive" / name).touch()
        written = timezone.now().timestamp() - age
        os.utime(tmp_path / "alive" / name, (written, written))
    page = browser.get(PAGE).content.decode()
    assert page.count("niet te zien vanaf deze machine") == 1
    assert len(re.findall("<dd>werkt, [34] seconden geleden gehoord</dd>", page)) == 3
    found = re.search("<dt>Worker voor ondertekenen</dt><dd>([^<]*)</dd>", page)
    assert re.fullmatch("(99|100) seconden niets gehoord", found[1])
