"""What goes wrong beside an upload: no room, no store, no right any more, and requests without sense."""

import errno
import os
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app import accepting
from migrations_app.models import MigrationJob, Status, Upload
from migrations_app.resumable import spool, taking
from migrations_app.views import tus
from portal.office.models import ApiToken, Office, User
from portal.vault import FRAME_SIZE
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.resumable.conftest import BIG, content_of, metadata, session


def test_full_disk_loses_nothing(program, monkeypatch):
    address = program.create(len(BIG), BIG[:100_000])["Location"]

    def refuse(raw):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(spool, "make_sure", refuse)
        assert program.add(address, 100_000, BIG[100_000:900_000]).status_code == 507
        assert program.create(5, b"PK\x03\x04a").status_code == 507
    assert program.offset(address) == 100_000
    program.add(address, 100_000, BIG[100_000:])
    assert content_of(MigrationJob.objects.get()) == BIG


@pytest.mark.parametrize(
    ("length", "header", "status"),
    [
        (len(GOOD) - 1, None, 413),
        (len(GOOD), "sha1 " + "A" * 27 + "=", 460),
        (len(GOOD), "md5 AAAA", 422),
    ],
)
def test_creation_whose_bytes_are_refused_takes_no_quota(program, stored, length, header, status):
    """Nobody was told its address, so nobody could go on with it."""
    headers = {"Upload_Checksum": header} if header else {}
    assert program.create(length, GOOD, **headers).status_code == status
    assert not Upload.objects.exists()


def test_creation_on_a_full_disk_takes_no_quota(program, monkeypatch):
    def refuse(raw):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "make_sure", refuse)
    assert program.create(len(GOOD), GOOD[:100]).status_code == 507
    assert not Upload.objects.exists()


def test_store_that_is_away_loses_nothing(program, monkeypatch):
    address = program.create(len(GOOD), GOOD[:100])["Location"]
    program.client.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setattr(accepting, "register", lambda *args, **kwargs: 1 / 0)
        assert program.add(address, 100, GOOD[100:]).status_code == 500
    assert not MigrationJob.objects.exists()
    assert not list(Path(default_storage.location).rglob("*.*"))
    assert program.offset(address) == 100
    assert program.add(address, 100, GOOD[100:]).status_code == 204
    assert content_of(MigrationJob.objects.get()) == GOOD


def test_frames_that_a_stopped_server_had_not_committed_come_again(program):
    """The spool is ahead of the row: SIGKILL between fsync and commit, also after the file was closed."""
    address = program.create(len(BIG), BIG[:100_000])["Location"]
    before = Upload.objects.filter().values("offset", "tail", "expires_at").get()
    program.add(address, 100_000, BIG[100_000:2_000_000])
    Upload.objects.update(**before)
    assert program.offset(address) == 100_000
    assert program.add(address, 100_000, BIG[100_000:]).status_code == 204
    assert content_of(MigrationJob.objects.get()) == BIG


def test_spool_behind_the_row_goes_on_from_where_it_is(program, stored):
    """The disk lost frames that it had promised to keep."""
    address = program.create(len(BIG), BIG[:1_000_000])["Location"]
    (file,) = stored()
    os.truncate(file, 300_000)
    assert program.add(address, 1_000_000, BIG[1_000_000:]).status_code == 409
    offset = program.offset(address)
    assert offset == 4 * FRAME_SIZE
    assert program.add(address, offset, BIG[offset:]).status_code == 204
    assert content_of(MigrationJob.objects.get()) == BIG


def test_spool_that_is_gone(program, stored):
    address = program.create(len(GOOD), GOOD[:9])["Location"]
    stored()[0].unlink()
    assert program.add(address, 9, GOOD[9:]).status_code == 410


def test_database_knows_the_rules(program):
    program.create(len(GOOD), GOOD[:9])
    for wrong in ({"offset": -1}, {"offset": len(GOOD)}, {"length": 8}, {"wrapped_key": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Upload.objects.update(**wrong)


@pytest.fixture
def small_rounds(monkeypatch):
    monkeypatch.setattr(taking, "ROUND_BYTES", 1)


@pytest.mark.parametrize("how", ["person", "office", "token"])
def test_who_is_shut_out_in_mid_upload_gets_no_further(program, staff_member, office, small_rounds, how):
    """Within one long request, and at the next one."""
    address, commit = program.made(len(BIG)), taking.Round.remember

    def shut_out(round_):
        commit(round_)
        if how == "person":
            User.objects.filter(pk=staff_member.pk).update(is_active=False)
        elif how == "office":
            Office.objects.filter(pk=office.pk).update(is_active=False)
        else:
            ApiToken.objects.update(revoked_at=timezone.now())

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(taking.Round, "remember", shut_out)
        assert program.add(address, 0, BIG).status_code == 401
    assert Upload.objects.get().offset == 1024**2
    assert program.ask("HEAD", address).status_code == 401
    assert not MigrationJob.objects.exists()


def test_session_that_ends_in_mid_request(stored, certificates, staff_member, small_rounds, monkeypatch):
    page = session(staff_member)
    address, commit = page.made(len(BIG)), taking.Round.remember

    def disable(round_):
        commit(round_)
        User.objects.filter(pk=staff_member.pk).update(is_active=False)

    monkeypatch.setattr(taking.Round, "remember", disable)
    answer = page.add(address, 0, BIG)
    assert (answer.status_code, Upload.objects.get().offset) == (401, 1024**2)


def test_no_more_uploads_at_once_than_pages_can_spare(program, monkeypatch):
    address = program.made(len(GOOD))
    monkeypatch.setattr(tus, "_places", BoundedSemaphore(1))
    with tus._places:
        answer = program.add(address, 0, GOOD)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert program.offset(address) == 0
    assert program.add(address, 0, GOOD).status_code == 204


def test_office_may_have_a_quota_of_its_own(program, office):
    Office.objects.filter(pk=office.pk).update(upload_quota_mib=1)
    assert program.create(1024**2 + 1).status_code == 429
    assert program.create(1024**2).status_code == 201


def test_certificate_is_asked_for_as_by_the_wizard(program, office, certificates):
    certificates.active = False
    answer = program.create(len(GOOD))
    assert answer.status_code == 403
    assert "Upload eerst uw certificaat." in answer.content.decode()
    Office.objects.filter(pk=office.pk).update(certificate_required=False)
    assert program.create(len(GOOD)).status_code == 201


def test_who_said_yes_beforehand_is_not_asked_again(received, certificates, staff_member):
    received()
    session(staff_member).create(len(GOOD), GOOD, Upload_Metadata=metadata(again="1"))
    assert MigrationJob.objects.latest("created_at").status == Status.CHECKING


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Offset": "-1"}, 422),
        ({"Upload_Offset": "1e3"}, 422),
        ({"Upload_Offset": "\u0661"}, 422),
        ({"Upload_Offset": "9" * 40}, 422),
        ({}, 422),
        ({"Upload_Offset": "0", "Content_Type": "application/octet-stream"}, 415),
    ],
)
def test_pieces_that_make_no_sense(program, headers, status):
    address = program.made(len(GOOD))
    assert program.ask("PATCH", address, GOOD, **headers).status_code == status
    assert program.offset(address) == 0


@pytest.mark.parametrize(
    "header", ["filename", "filename  QQ==", "filename QQ== more", "=", "\u00e9 QQ==", "x" * 5000]
)
def test_metadata_that_makes_no_sense(program, header):
    answer = program.create(len(GOOD), Upload_Metadata=header)
    assert answer.status_code in {413, 415, 422}
    assert not Upload.objects.exists()


def test_length_may_not_be_told_later(program):
    answer = program.ask("POST", "/uploads/", Upload_Defer_Length="1", Upload_Metadata=metadata())
    assert answer.status_code == 422
