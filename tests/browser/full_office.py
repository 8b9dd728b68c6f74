"""An office in which every page has something to show: each state of a certificate, a migration, a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from django.utils import timezone

from certificates.models import Certificate
from migrations_app import queue
from migrations_app.models import MigrationJob, Status
from portal.office import audit, people
from portal.office.models import Office, Role, Scope, User
from portal.office.tokens import create_token
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.files import client as client_record
from tests.migrations_app.files import migration_file, part, tax_return
from tests.people import member_of
from tests.portal.dossiers import rows

LONG = "Administratiekantoor Van der Hoogenbergh-Westerterp & Zonen Belastingadviseurs Noordoost B.V."


def furnish(
    office: Office, by: User, check: Callable[..., MigrationJob], run: Callable[..., MigrationJob]
) -> None:
    """`check` and `run` take a migration file in, and import it too (fixtures of the migrations' tests)."""
    _dossiers(office)
    _people(office, by)
    _certificates(office, by)
    _migrations(check, run)
    for expires in (None, timezone.now() + dt.timedelta(days=30)):
        create_token(office=office, name="Migratie Tool", scopes=list(Scope), expires_at=expires, by=by)


def pages(office: Office) -> Iterator[str]:
    """The pages of each of its objects that has states."""
    for job in office.migration_jobs.all():
        yield from (
            f"/instellingen/migratie/{job.pk}/{rest}"
            for rest in ("", "voortgang/", "controle/", "annuleren/")
        )
    for certificate in office.certificates.all():
        acts = ("", "maak-actief/", "maak-inactief/", "verwijder/")
        yield from (f"/instellingen/certificaten/{certificate.pk}/{rest}" for rest in acts)
    for membership in office.memberships.all():
        yield f"/instellingen/gebruikersbeheer/{membership.user_id}/"


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


def _migrations(check: Callable[..., MigrationJob], run: Callable[..., MigrationJob]) -> None:
    """One in each state; those that a worker leaves behind by its own code."""
    run()
    with connection.cursor() as cursor:
        # an import's own tables are emptied by the commit that a test never makes
        cursor.execute("DISCARD TEMP")
    run(_other("A7"), name="een-eigen-en-nogal-lange-naam-van-een-migratiebestand-2021.zip")
    check(GOOD[:-10])
    check(_other("A8"))
    now = timezone.now()
    _put(check(_other("A9")), Status.PAUSED)
    _put(check(_other("B1")), Status.CANCELLED, finished_at=now)
    _put(check(_other("B2")), Status.FAILED, finished_at=now, reason="internal")
    running = check(_other("B3"))
    queue.claim(running.pk, at_once=True)
    _put(running, Status.RUNNING, records_total=4000, records_done=1500)


def _other(key: str) -> bytes:
    return migration_file(part("clients", client_record()), part("returns", tax_return(key)))


def _put(job: MigrationJob, status: Status, **values: Any) -> None:
    MigrationJob.objects.filter(pk=job.pk).update(status=status, **values)
