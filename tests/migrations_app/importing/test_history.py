"""What rows held before a migration is kept with the change, once, and can be put back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from migrations_app.importing import forgetting, running
from migrations_app.models import MigrationJob
from portal.dossiers import history
from portal.dossiers.models import (
    Client,
    ClientSource,
    EarlierContent,
    Migration,
    TaxReturn,
)
from tests.contents import content_hash
from tests.migrations_app.files import DATABASE, client, document, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"%PDF-1.7 een aangifte"
NAMED = document("documents/1.pdf", CONTENT)
OF_K1 = {"client_id": "K1"}
FIRST = migration_file(
    part("clients", client(rsin="111222333", phone="0318-123456"), client("K2", kind="person")),
    part("returns", tax_return(amount=5, document=NAMED), tax_return("A2", amount=1)),
    part("assessment_messages", {"id": "M1", **OF_K1, "message": "SBA", "assessment_date": "2020-01-31"}),
    part("extension_schemes", {"id": "U1", **OF_K1, "tax": "VPB", "tax_year": 2019, "status": "open"}),
    part("tax_cards", {"id": "F1", **OF_K1, "tax_year": 2019, "lines": [{"label": "a", "value": "b"}]}),
    part("responsibilities", {"id": "V1", **OF_K1, "staff_email": "sam@demo.example"}),
    documents={"documents/1.pdf": CONTENT},
)
CHANGED = migration_file(
    part("clients", client(rsin="111222333", name="Nieuw"), client("K2", kind="person", partner_id="K1")),
    part(
        "returns",
        tax_return(amount=7.25, submitted_at="2020-02-29T12:00:00.5Z"),
        tax_return("A2", amount=1),
    ),
    part("assessment_messages", {"id": "M1", **OF_K1, "message": "SBT", "amount": 3, "status": "Akkoord"}),
    part("extension_schemes", {"id": "U1", "client_id": "K2", "tax": "IB", "tax_year": 2020}),
    part("tax_cards", {"id": "F1", **OF_K1, "tax_year": 2020, "lines": [{"label": "c", "value": "\t"}]}),
    part("responsibilities", {"id": "V1", **OF_K1, "staff_email": "bo@demo.example", "role": "behandelaar"}),
)


def kept(job: MigrationJob) -> dict[str, int]:
    rows = EarlierContent.objects.filter(migration_id=job.pk).values_list("kind", flat=True)
    return {kind: list(rows).count(kind) for kind in sorted(set(rows))}


def test_first_import_keeps_nothing(imported):
    assert kept(imported(FIRST)) == {}


def test_every_changed_row_is_kept_and_no_other(imported):
    imported(FIRST)

    assert kept(imported(CHANGED)) == {
        "assessmentmessage": 1,
        "client": 2,
        "clientsource": 2,
        "extensionscheme": 1,
        "responsibility": 1,
        "taxcard": 1,
        "taxreturn": 1,
    }
    assert kept(imported(CHANGED)) == {}


def test_putting_back_restores_every_column(imported, people):
    imported(FIRST)
    before = content_hash(people.office)
    rows = {kind: list(model.objects.order_by("pk").values()) for kind, model in MODELS.items()}
    job = imported(CHANGED)
    assert content_hash(people.office) != before

    for kind in history.COLUMNS:
        done = history.put_back(job.pk, kind, limit=1)
        assert done.taken == done.restored == 1
        history.put_back(job.pk, kind, limit=100)

    assert content_hash(people.office) == before
    assert {kind: list(model.objects.order_by("pk").values()) for kind, model in MODELS.items()} == rows
    assert not EarlierContent.objects.exists()
    assert history.put_back(job.pk, "client", limit=1) == (0, 0)


MODELS = {"client": Client, "clientsource": ClientSource, "taxreturn": TaxReturn}


def test_row_that_somebody_changed_since_is_not_put_back(imported):
    imported(FIRST)
    job = imported(CHANGED)
    TaxReturn.objects.update(edited_at=timezone.now())
    later = Migration.objects.create(pk=job.created_by_id, office=job.office, reference="later")
    Client.objects.update(updated_in=later)

    assert history.put_back(job.pk, "taxreturn", limit=9) == (1, 0)
    assert history.put_back(job.pk, "client", limit=9) == (2, 0)
    assert Client.objects.filter(name="Nieuw").exists()


def test_row_that_the_same_migration_created_is_not_kept(imported):
    job = imported(
        migration_file(
            part("clients", client("K1", rsin="111222333")),
            part("clients", client("X7", rsin="111222333", name="Anders"), source=DATABASE, path="2.jsonl"),
        )
    )

    assert Client.objects.get().name == "Anders"
    assert kept(job) == {}


def test_batch_that_runs_again_keeps_the_earliest_content(imported, queued):
    imported(FIRST)
    job = queued(CHANGED)
    running.run(job.pk, at_once=True)
    first = dict(EarlierContent.objects.values_list("row_id", "content"))
    TaxReturn.objects.update(content_hash=bytes(16), amount=F("amount") + 1)
    MigrationJob.objects.filter(pk=job.pk).update(
        status="queued", finished_at=None, records_done=0, start_after=timezone.now()
    )
    job.parts.update(is_closed=False, last_line=0, created=0, updated=0, unchanged=0)

    running.run(job.pk, at_once=True)

    again = dict(EarlierContent.objects.values_list("row_id", "content"))
    assert {row: again[row] for row in first} == first


def test_content_is_dropped_thirty_days_after_the_end(imported):
    imported(FIRST)
    old, other = imported(CHANGED), imported(FIRST)
    assert forgetting.forget_history() == 0
    MigrationJob.objects.filter(pk=old.pk).update(
        finished_at=timezone.now() - dt.timedelta(days=30, minutes=1)
    )

    assert forgetting.forget_history() == 9
    assert kept(old) == {}
    assert kept(other) != {}
