"""The rejected records alone: a file that our own check takes, with documents; and trying them again."""

import hashlib
import io
import json
import zipfile

import pytest
from django.db import IntegrityError, transaction

from migrations_app import accepting, reporting, retrying
from migrations_app.importing import running
from migrations_app.migration_file import check_file
from migrations_app.models import MigrationJob
from portal.dossiers.models import TaxReturn
from portal.office.models import AuditEvent
from tests.migrations_app.files import OFFICE, client, document, migration_file, part, tax_return
from tests.migrations_app.pages.conftest import address
from tests.people import logged_in

GOOD, BAD = b"%PDF-1.7 goed", b"%PDF-1.7 van een afgewezen aangifte"
ORPHANS = migration_file(
    part("clients", client(rsin="111222333"), client("K3", rsin="111222334")),
    part(
        "returns",
        tax_return("A1", document=document("documents/1.pdf", GOOD)),
        tax_return("A2", of="K9", document=document("documents/2.pdf", BAD)),
        tax_return("A3", of="K9", document=document("documents/2.pdf", BAD)),
        tax_return("A4", tax_year="x"),
        tax_return("A5", tax_year=2014, period="2014"),
        tax_return("A6", document=document("documents/3.pdf", b"er niet")),
        product="VpbWin",
        product_year=2018,
    ),
    documents={"documents/1.pdf": GOOD, "documents/2.pdf": BAD},
)
CLIENTS = migration_file(part("clients", client("K9", rsin="123456782")))


@pytest.fixture
def browser(staff_member, certificates):
    return logged_in(staff_member)


def lines_in(archive, name):
    return [json.loads(line) for line in archive.read(name).splitlines()]


def test_holds_the_rejected_and_their_documents_only(browser, imported):
    answer = browser.get(address(imported(ORPHANS), "mislukt.zip"))
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert set(archive.namelist()) == {"manifest.json", "clients.jsonl", "returns.jsonl", "documents/2.pdf"}
    assert [record["id"] for record in lines_in(archive, "clients.jsonl")] == ["K3"]
    assert [record["id"] for record in lines_in(archive, "returns.jsonl")] == ["A2", "A3", "A4", "A6"]
    assert archive.read("documents/2.pdf") == BAD
    (returns,) = [
        each for each in json.loads(archive.read("manifest.json"))["parts"] if each["kind"] == "returns"
    ]
    assert (returns["product"], returns["product_year"], returns["records"]) == ("VpbWin", 2018, 4)


def test_our_own_check_takes_it(browser, imported):
    answer = browser.get(address(imported(ORPHANS), "mislukt.zip"))
    report = check_file(io.BytesIO(answer.getvalue()), accepted_numbers=frozenset({OFFICE}))
    assert report.accepted, (report.code, report.detail)


def test_lines_that_are_no_json_come_as_they_are(browser, imported):
    whole = zipfile.ZipFile(io.BytesIO(ORPHANS))
    out = io.BytesIO()
    broken = b"\n".join([b"", b'{"id": "A1", kapot', b"", b'\xef\xbb\xbf["A2"]\r', b""]) + b"\n"
    manifest = json.loads(whole.read("manifest.json"))
    (returns,) = [each for each in manifest["parts"] if each["kind"] == "returns"]
    returns |= {"records": 2, "bytes": len(broken), "sha256": hashlib.sha256(broken).hexdigest()}
    manifest["documents"] = {"count": 0, "bytes": 0}
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("clients.jsonl", whole.read("clients.jsonl"))
        archive.writestr("returns.jsonl", broken)
    answer = browser.get(address(imported(out.getvalue()), "mislukt.zip"))
    lines = zipfile.ZipFile(io.BytesIO(answer.getvalue())).read("returns.jsonl")
    assert lines == b'{"id": "A1", kapot\n\xef\xbb\xbf["A2"]\n'


def test_taking_them_is_audited(browser, imported, staff_member):
    job = imported(ORPHANS)
    browser.get(address(job, "mislukt.zip")).close()
    event = AuditEvent.objects.get(act="migration.rejected_taken")
    assert (event.actor, event.target_id) == (staff_member, job.pk)


def test_none_without_the_file(browser, imported):
    job = imported(ORPHANS)
    assert "mislukt.zip" in browser.get(address(job)).content.decode()
    browser.post(address(job, "bestand-vernietigen/"))
    assert browser.get(address(job, "mislukt.zip")).status_code == 404
    assert "mislukt.zip" not in browser.get(address(job)).content.decode()


def test_file_that_cannot_be_read_is_said(browser, imported, stored):
    job = imported(ORPHANS)
    for path in stored():
        path.unlink()
    answer = browser.get(address(job, "mislukt.zip"), follow=True)
    assert "kan nu niet worden gelezen" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_tried_again_once_the_client_is_there(browser, imported):
    job = imported(ORPHANS)
    assert retrying.retryable(job) == 0
    assert "Er is nu niets" in browser.get(address(job, "probeer-opnieuw/")).content.decode()
    imported(CLIENTS)
    assert "Van 2 mislukte gegevens" in browser.get(address(job, "probeer-opnieuw/")).content.decode()
    answer = browser.post(address(job, "probeer-opnieuw/"))
    retry = MigrationJob.objects.get(retry_of=job)
    assert answer.headers["Location"] == address(retry, "voortgang/")
    accepting.check(retry.pk)
    running.run(retry.pk, at_once=True)
    retry.refresh_from_db()
    assert retry.status == "completed"
    assert reporting.report_of(retry).all.created == 2
    assert set(TaxReturn.objects.values_list("record_key", flat=True)) == {"A1", "A2", "A3"}
    # its own numbers; those of the first stay as they were
    assert reporting.report_of(job).all.rejected == 5
    assert retrying.retryable(job) == 0


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_is_one(imported, received, staff_member):
    job = imported(ORPHANS)
    imported(CLIENTS)
    first = retrying.retry(job, by=staff_member)
    assert retrying.retry(job, by=staff_member) == first
    other = received()
    with pytest.raises(IntegrityError), transaction.atomic():
        MigrationJob.objects.filter(pk=other.pk).update(retry_of=job)


def test_nothing_to_try(imported, staff_member):
    with pytest.raises(retrying.NothingToRetry):
        retrying.retry(imported(ORPHANS), by=staff_member)
