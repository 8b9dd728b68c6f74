"""An office in which every page has something to show: each state of a certificate, a migration, a person."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate
from migrations_app import queue, resumable, undoing
from migrations_app.models import ImportType, MigrationJob, PartKind, Status
from migrations_app.resumable import Choices
from portal.dossiers.models import MessageStatus
from portal.office import audit, people
from portal.office.models import Office, Role, Scope, User
from portal.office.tokens import create_token
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.files import client as client_record
from tests.migrations_app.files import migration_file, part, tax_return
from tests.people import member_of
from tests.portal.dossiers import rows

LONG = "Administratiekantoor Van der Hoogenbergh-Westerterp & Zonen Belastingadviseurs Noordoost B.V."


_UNDO = tuple(f"ongedaan-maken/{rest}" for rest in ("", "verdwijnt/?soort=client", "blijft/?soort=client"))


def furnish(
    office: Office, by: User, check: Callable[..., MigrationJob], run: Callable[..., MigrationJob]
) -> None:
    """`check` and `run` take a migration file in, and import it too (fixtures of the migrations' tests)."""
    _dossiers(office)
    _people(office, by)
    _certificates(office, by)
    _migrations(check, run, by)
    choices = Choices(ImportType.COMBINED, list(PartKind), MessageStatus.UNOPENED)
    resumable.remember(choices, office=office, user=by)
    for expires in (None, timezone.now() + dt.timedelta(days=30)):
        create_token(office=office, name="Migratie Tool", scopes=list(Scope), expires_at=expires, by=by)


def pages(office: Office) -> Iterator[str]:
    """The pages of each of its objects that has states."""
    for job in office.migration_jobs.all():
        yield from (
            f"/instellingen/migratie/{job.pk}/{rest}"
            for rest in ("", "voortgang/", "controle/", "annuleren/", "opnieuw/", *_UNDO)
        )
    for certificate in office.certificates.all():
        acts = ("", "maak-actief/", "maak-inactief/", "verwijder/")
        yield from (f"/instellingen/certificaten/{certificate.pk}/{rest}" for rest in acts)
    for membership in office.memberships.all():
        yield f"/instellingen/gebruikersbeheer/{membership.user_id}/"


def desk(client: Client) -> Iterator[tuple[str, HttpResponse]]:
    """Every page of the administration: lists, what each of the newest rows has, what can be done to it."""
    jobs, newest = "/admin/migrations_app/migrationjob/", MigrationJob.objects.first()
    for path in (
        "/admin/",
        "/admin/systeem/",
        "/admin/mails/voorbeelden/",
        f"{jobs}?status__exact=failed&q=demo",
        f"{jobs}?vervolg={newest and newest.pk}",
    ):
        yield path, client.get(path)
    for model in admin.site._registry:
        kind = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield from _with_buttons(client, kind)
        for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:12]:
            yield from _with_buttons(client, f"{kind}{pk}/change/")


def _with_buttons(client: Client, path: str) -> Iterator[tuple[str, HttpResponse]]:
    """A page, and the pages to which the buttons above it lead."""
    page = client.get(path)
    yield path, page
    found = re.search(r'(?s)<ul class="object-tools">.*?</ul>', page.text)
    for button in re.findall(r'href="(/[^"]+)"', found[0]) if found else ():
        yield button, client.get(button)


def _dossiers(office: Office) -> None:
    long = rows.ClientFactory.create(office=office, name=LONG)
    for tax in ("IB", "VPB", "OB"):
        rows.ReturnFactory.create(client=long, tax=tax)
    for factory in rows.RECORD_FACTORIES:
        factory.create(client__office=office)
    for number in range(60):
        rows.ReturnFactory.create(client=long, tax_year=2016 + number % 8)


def _people(office: Office, by: User) -> None:
    member_of(
        office, Role.STAFF_MEMBER, "johanna.van-der-hoogenbergh-westerterp@administratiekantoor.example"
    )
    people.invite(office=office, email="nieuw@demo.example", role=Role.STAFF_MEMBER, by=by)
    gone = member_of(office, Role.STAFF_MEMBER, "weg@demo.example").membership
    people.disable(gone, by=by)
    for number in range(60):
        audit.record("office.changed", office=office, by=by, name=f"Kantoor {number}")


def _certificates(office: Office, by: User) -> None:
    """Active and about to end, good, and ended; the pages take what they show from the columns."""
    now = timezone.now()
    leaves = sorted(Path("tests/data/pkioverheid/leaf").glob("*.pem"))[:3]
    for leaf, days, active in zip(leaves, (20, 400, -5), (True, False, False), strict=True):
        found = x509.load_pem_x509_certificate(leaf.read_bytes())
        Certificate.objects.create(
            office=office,
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
            serial_number=f"{found.serial_number:X}",
            fingerprint=found.fingerprint(SHA256()).hex(),
            not_valid_before=now - dt.timedelta(days=500),
            not_valid_after=now + dt.timedelta(days=days),
            trade_register_number=office.trade_register_number,
            certificate_der=found.public_bytes(Encoding.DER),
            chain_pem=leaf.read_text(),
            sealed_key=b"-",
            is_active=active,
            uploaded_by=by,
        )


def _migrations(check: Callable[..., MigrationJob], run: Callable[..., MigrationJob], by: User) -> None:
    """One in each state; those that a worker leaves behind by its own code."""
    done = [run()]
    for key in ("A6", "A7", "A5"):
        with connection.cursor() as cursor:
            # an import's own tables are emptied by the commit that a test never makes
            cursor.execute("DISCARD TEMP")
        done.append(run(_other(key), name="een-eigen-en-nogal-lange-naam-van-een-migratiebestand-2021.zip"))
    _undo(done, by)
    check(GOOD[:-10])
    check(_other("A8"))
    now = timezone.now()
    _put(check(_other("A9")), Status.PAUSED)
    _put(check(_other("B1")), Status.CANCELLED, finished_at=now)
    # the same file once more: it is asked whether that is meant
    _put(check(_other("B4")), Status.UPLOADING)
    _put(check(_other("B2")), Status.FAILED, finished_at=now, reason="internal")
    running = check(_other("B3"))
    queue.claim(running.pk, at_once=True)
    _put(running, Status.RUNNING, records_total=4000, records_done=1500)


def _undo(jobs: list[MigrationJob], by: User) -> None:
    """The last is undone, of the one before the list is ready, of the one before that it is being made."""
    for job in jobs[1:]:
        undoing.ask(job, by=by)
    for job in jobs[2:]:
        undoing.plan(job.pk)
    undoing.approve(jobs[-1], by=by)
    undoing.run(jobs[-1].pk)


def _other(key: str) -> bytes:
    return migration_file(part("clients", client_record()), part("returns", tax_return(key)))


def _put(job: MigrationJob, status: Status, **values: Any) -> None:
    MigrationJob.objects.filter(pk=job.pk).update(status=status, **values)
