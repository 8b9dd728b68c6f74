"""Tus 1.0.0 at /uploads/: what is kept, what is refused, who may."""

import base64
import datetime as dt
import hashlib
import os

import pytest
from django.utils import timezone

from migrations_app import accepting, resumable
from migrations_app.models import MigrationJob, Status, Upload, WizardChoices
from migrations_app.resumable import taking
from portal.office.models import Scope
from portal.vault import FRAME_SIZE
from tests.migrations_app.conftest import GOOD, NAME
from tests.migrations_app.pages.conftest import FILE
from tests.migrations_app.resumable.conftest import BIG, Program, content_of, metadata, session, token_for
from tests.people import logged_in


def checksum(algorithm, data):
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def test_whole_file_becomes_a_job_that_is_checked(program, office, staff_member, stored):
    address = program.made(len(GOOD))
    answer = program.add(address, 0, GOOD)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(GOOD)))
    job = MigrationJob.objects.get()
    assert address == f"/uploads/{job.pk}/"
    assert (job.office, job.created_by, job.file_name) == (office, staff_member, NAME)
    assert (job.status, job.file_size) == (Status.CHECKING, len(GOOD))
    assert job.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert content_of(job) == GOOD
    accepting.check(job.pk)
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_spool_goes_when_the_job_is_committed(program, stored, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        program.create(len(GOOD), GOOD)
    (file,) = stored()
    assert "spool" not in file.parts


def test_first_bytes_may_come_with_the_creation(program):
    answer = program.create(len(GOOD), GOOD[:100])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "100")
    assert program.add(answer["Location"], 100, GOOD[100:]).status_code == 204
    assert content_of(MigrationJob.objects.get()) == GOOD


@pytest.mark.parametrize("size", [1, 1000, FRAME_SIZE - 1, FRAME_SIZE, FRAME_SIZE + 1, 1_000_000])
def test_pieces_of_any_size_add_up(program, size, monkeypatch):
    data = BIG[: min(len(BIG), 12 * size + 5)]
    address, offset = program.made(len(data)), 0
    while offset < len(data):
        taking.digests._known.clear()  # another process each time
        piece = data[offset : offset + size]
        assert program.add(address, offset, piece)["Upload-Offset"] == str(offset + len(piece))
        offset += len(piece)
    job = MigrationJob.objects.get()
    assert job.sha256 == hashlib.sha256(data).hexdigest()
    assert content_of(job) == data


def test_running_digest_and_rereading_agree(program):
    address = program.made(len(BIG))
    program.add(address, 0, BIG[:1_500_000])
    program.add(address, 1_500_000, BIG[1_500_000:])
    assert MigrationJob.objects.get().sha256 == hashlib.sha256(BIG).hexdigest()


def test_nothing_in_the_spool_is_readable(program, stored):
    program.add(program.made(len(BIG)), 0, BIG[:500_000])
    (file,) = stored()
    assert file.stat().st_mode & 0o777 == 0o600
    assert BIG[1000:1100] not in file.read_bytes()
    assert BIG[499_900:500_000] not in bytes(Upload.objects.get().tail)


def test_every_round_is_on_disk_before_the_row_says_so(program, monkeypatch):
    address, seen = program.made(len(BIG)), []
    sync = os.fsync

    def watch(number):
        seen.append(Upload.objects.get().offset)
        sync(number)

    monkeypatch.setattr(os, "fsync", watch)
    monkeypatch.setattr(taking, "ROUND_BYTES", 1)
    program.add(address, 0, BIG[: 2 * 1024**2 + 10])
    assert seen == [0, 1024**2, 2 * 1024**2]
    assert Upload.objects.get().offset == 2 * 1024**2 + 10


def test_capabilities(program):
    answer = program.ask("OPTIONS", "/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "termination",
        "checksum",
    }
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_head_tells_how_far_it_is(program):
    address = program.made(len(GOOD))
    program.add(address, 0, GOOD[:7])
    answer = program.ask("HEAD", address)
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("7", str(len(GOOD)))
    assert answer["Upload-Metadata"] == metadata()
    assert (answer["Cache-Control"], answer["Tus-Resumable"]) == ("no-store", "1.0.0")
    assert answer["Upload-Expires"].endswith("GMT")


def test_another_version_is_refused(program):
    program.headers["Tus-Resumable"] = "0.2.2"
    answer = program.create(len(GOOD))
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize("offset", [0, 99, 101])
def test_wrong_offset_changes_nothing(program, offset):
    address = program.create(len(GOOD), GOOD[:100])["Location"]
    assert program.add(address, offset, GOOD[offset:]).status_code == 409
    assert program.offset(address) == 100


def test_more_than_announced_is_refused(program):
    address = program.made(len(GOOD) - 1)
    assert program.add(address, 0, GOOD).status_code == 413
    assert program.offset(address) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksum(program, algorithm):
    address = program.made(len(BIG))
    first, rest = BIG[:100_000], BIG[100_000:]
    wrong = program.add(
        address, 0, b"PK\x03\x04" + first[5:] + b"x", Upload_Checksum=checksum(algorithm, first)
    )
    assert wrong.status_code == 460
    assert program.offset(address) == 0
    assert program.add(address, 0, first, Upload_Checksum=checksum(algorithm, first)).status_code == 204
    assert (
        program.add(address, 100_000, rest[::-1], Upload_Checksum=checksum(algorithm, rest)).status_code
        == 460
    )
    assert program.offset(address) == 100_000
    assert program.add(address, 100_000, rest, Upload_Checksum=checksum(algorithm, rest)).status_code == 204
    assert MigrationJob.objects.get().sha256 == hashlib.sha256(BIG).hexdigest()


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha256 %%"])
def test_checksum_that_nobody_can_check(program, header):
    address = program.made(len(GOOD))
    assert program.add(address, 0, GOOD, Upload_Checksum=header).status_code == 422 or header == "sha1"
    assert program.offset(address) == 0


@pytest.mark.parametrize(
    ("length", "name", "status", "sentence"),
    [
        (5, "a.rar", 415, "Het migratiebestand moet een .zip-bestand zijn. U koos: a.rar."),
        (0, NAME, 422, "Het migratiebestand is leeg."),
        (2 * 1024**4, NAME, 413, "Het maximum is 10,0"),
        ("-1", NAME, 422, ""),
        ("", NAME, 422, ""),
        ("9" * 30, NAME, 422, ""),
    ],
)
def test_refused_at_once(program, stored, length, name, status, sentence):
    answer = program.create(length, Upload_Metadata=metadata(filename=name))
    assert answer.status_code == status
    assert sentence in answer.content.decode().replace("\xa0", " ")
    assert not Upload.objects.exists()
    assert stored() == []


def test_bytes_of_another_kind_of_file_are_refused_and_forgotten(
    program, stored, django_capture_on_commit_callbacks
):
    address = program.made(10)
    with django_capture_on_commit_callbacks(execute=True):
        answer = program.add(address, 0, b"MZ program")
    assert answer.status_code == 415
    assert "Het migratiebestand is beschadigd of niet compleet." in answer.content.decode()
    assert not Upload.objects.exists()
    assert stored() == []


def test_without_a_certificate(program, certificates):
    certificates.active = False
    answer = program.create(len(GOOD))
    assert answer.status_code == 403
    assert "geen actief PKIoverheid services certificaat" in answer.content.decode()


def test_quota_is_of_the_office(program, settings, neighbour_administrator):
    settings.UPLOAD_QUOTA_BYTES = 2 * len(GOOD)
    first = program.made(len(GOOD))
    program.made(len(GOOD))
    assert program.create(len(GOOD)).status_code == 429
    assert Program(token_for(neighbour_administrator)).create(len(GOOD)).status_code == 201
    program.add(first, 0, GOOD)
    assert program.create(len(GOOD)).status_code == 201


def test_choices_of_a_program(program):
    chosen = metadata(import_type="returns_and_clients", kinds="clients", message_status="Akkoord")
    program.create(len(GOOD), GOOD, Upload_Metadata=chosen)
    job = MigrationJob.objects.get()
    assert (job.import_type, job.selected_kinds) == ("returns_and_clients", ["clients"])
    assert job.default_message_status == "Akkoord"


def test_choices_that_do_not_exist(program):
    assert program.create(len(GOOD), Upload_Metadata=metadata(import_type="all")).status_code == 422
    assert program.create(len(GOOD), Upload_Metadata="filename %%%").status_code == 422


def test_nobody_elses_upload_exists(program, administrator, neighbour_administrator):
    address = program.create(len(GOOD), GOOD[:9])["Location"]
    for other in (administrator, neighbour_administrator):
        stranger = Program(token_for(other))
        assert stranger.ask("HEAD", address).status_code == 404
        assert stranger.add(address, 9, GOOD[9:]).status_code == 404
        assert stranger.ask("DELETE", address).status_code == 404
    assert program.offset(address) == 9


def test_tokens_that_may_not(certificates, stored, staff_member):
    assert Program("nxt_00000000_x").create(5).status_code == 401
    assert Program(token_for(staff_member, Scope.MIGRATIONS_READ)).create(5).status_code == 403
    answer = Program().create(5)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_session_needs_its_csrf_token(stored, certificates, staff_member):
    page = session(staff_member)
    address = page.made(len(GOOD))
    token = page.headers.pop("X-CSRFToken")
    assert page.create(len(GOOD)).status_code == 403
    assert page.add(address, 0, GOOD).status_code == 403
    assert page.ask("DELETE", address).status_code == 403
    override = page.ask("GET", address, X_HTTP_Method_Override="DELETE")
    assert override.status_code == 405
    assert page.offset(address) == 0
    page.headers["X-CSRFToken"] = token
    assert page.add(address, 0, GOOD).status_code == 204
    assert MigrationJob.objects.get().default_message_status == "Archief"


def test_session_without_choices(stored, certificates, staff_member):
    page = session(staff_member)
    WizardChoices.objects.all().delete()
    assert page.create(len(GOOD)).status_code == 422


def test_known_file_is_asked_about(received, certificates, staff_member):
    received()
    session(staff_member).create(len(GOOD), GOOD)
    job = MigrationJob.objects.latest("created_at")
    assert job.status == Status.UPLOADING
    assert logged_in(staff_member).get(f"/instellingen/migratie/{job.pk}/opnieuw/").status_code == 200


def test_page_offers_to_go_on(stored, certificates, staff_member):
    page = session(staff_member)
    address = page.create(len(GOOD), GOOD[:50])["Location"]
    shown = page.client.get(FILE).content.decode()
    assert f'data-unfinished="{address}"' in shown
    assert f'data-size="{len(GOOD)}"' in shown
    page.add(address, 50, GOOD[50:])
    assert "data-unfinished=" not in page.client.get(FILE).content.decode()


def test_termination(program, stored, django_capture_on_commit_callbacks):
    address = program.create(len(GOOD), GOOD[:50])["Location"]
    with django_capture_on_commit_callbacks(execute=True):
        assert program.ask("DELETE", address).status_code == 204
    assert stored() == []
    assert program.ask("HEAD", address).status_code == 404


def test_what_is_registered_stays(program):
    address = program.create(len(GOOD), GOOD)["Location"]
    assert program.ask("DELETE", address).status_code == 403
    assert program.offset(address) == len(GOOD)
    assert content_of(MigrationJob.objects.get()) == GOOD


def test_method_override(program):
    address = program.made(len(GOOD))
    answer = program.ask("POST", address, GOOD, Upload_Offset=0, X_HTTP_Method_Override="PATCH")
    assert answer.status_code == 204


def test_expired(program, stored, django_capture_on_commit_callbacks):
    address, kept = (program.create(len(GOOD), GOOD[:9])["Location"] for _ in range(2))
    late = Upload.objects.filter(pk=address.split("/")[2])
    now = timezone.now()
    late.update(created_at=now - dt.timedelta(days=9), expires_at=now - dt.timedelta(seconds=1))
    assert program.ask("HEAD", address).status_code == 410
    assert program.add(address, 9, GOOD[9:]).status_code == 410
    with django_capture_on_commit_callbacks(execute=True):
        assert resumable.expire() == 1
    assert len(stored()) == 1
    assert program.ask("HEAD", address).status_code == 404
    assert program.offset(kept) == 9


def test_every_piece_puts_the_end_off(program):
    address = program.made(len(GOOD))
    soon = timezone.now() + dt.timedelta(minutes=1)
    Upload.objects.update(expires_at=soon)
    program.add(address, 0, GOOD[:1])
    assert Upload.objects.get().expires_at > soon + dt.timedelta(hours=71)


def test_spools_without_a_row_are_swept(program, stored, monkeypatch):
    program.made(len(GOOD))
    Upload.objects.all().delete()
    resumable.expire()
    assert len(stored()) == 1  # its row may not be visible yet
    later = timezone.now() + dt.timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    resumable.expire()
    assert stored() == []
