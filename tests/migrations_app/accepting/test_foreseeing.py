"""What the check foretells is what the import then does."""

import random
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from migrations_app import accepting
from migrations_app.importing import foretelling
from migrations_app.models import Finding, Forecast, LedgerEntry, Outcome, PartKind, Tally
from portal.dossiers.models import AssessmentMessage, Client, TaxReturn
from tests.migrations_app.files import DATABASE, PC_03, client, document, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)
BSN, OTHER_BSN = "111222333", "123456782"


def foretold(job):
    rows = Forecast.objects.filter(part__job=job).values_list("part__path", "outcome", "tax_year", "count")
    return Counter({tuple(row[:3]): row[3] for row in rows})


def came_of(job):
    found = Counter()
    rows = Tally.objects.filter(part__job=job).exclude(outcome=Outcome.WARNED)
    for path, outcome, year, count in rows.values_list("part__path", "outcome", "tax_year", "count"):
        found[path, outcome, year] += count
    return found


def lines(model, job):
    rows = model.objects.filter(part__job=job).exclude(outcome=Outcome.WARNED)
    return sorted(rows.values_list("part__path", "line", "outcome", "code", "record_key"))


@pytest.fixture
def agrees(imported):
    """Import a file; the outcome, by kind, which must be as foretold."""

    def go(data, **choices):
        job = imported(data, **choices)
        assert foretold(job) == came_of(job)
        assert lines(Finding, job) == lines(LedgerEntry, job)
        totals = Counter()
        for (path, outcome, _year), number in came_of(job).items():
            totals[path.partition(".")[0], outcome] += number
        return totals

    return go


def message(key="M1", of="K1", **more):
    return {"id": key, "client_id": of, "message": "SBA", **more}


EVERYTHING = (
    part("clients", client("K1"), client("K2", kind="person", bsn=BSN)),
    part(
        "returns", tax_return("A1"), tax_return("A2", of="K2"), tax_return("A3", tax_year=2014, period="2014")
    ),
    part("assessment_messages", message(), message("M2", tax_year=2019), message("M3", of="K9")),
    part("responsibilities", {"id": "R1", "client_id": "K1", "staff_email": "a@kantoor.example"}),
)


def test_first_import(agrees):
    totals = agrees(migration_file(*EVERYTHING))
    assert totals["returns", "created"] == 2
    assert totals["returns", "skipped"] == 1
    assert totals["assessment_messages", "rejected"] == 1


def test_the_same_again(agrees):
    agrees(migration_file(*EVERYTHING))
    totals = agrees(migration_file(*EVERYTHING))
    assert totals["clients", "unchanged"] == totals["returns", "unchanged"] == 2
    assert totals["assessment_messages", "unchanged"] == 2


def test_changed_and_new_records(agrees):
    agrees(migration_file(*EVERYTHING))
    totals = agrees(
        migration_file(
            part("clients", client("K1", name="Anders"), client("K3")),
            part("returns", tax_return("A1", amount=5), tax_return("A4", of="K3"), tax_return("A2", of="K2")),
        )
    )
    assert totals["clients", "updated"] == totals["clients", "created"] == 1
    assert [totals["returns", name] for name in ("created", "updated", "unchanged")] == [1, 1, 1]


def test_edited_in_portal(agrees):
    agrees(migration_file(*EVERYTHING))
    for model, key in ((TaxReturn, "A1"), (AssessmentMessage, "M1")):
        model.objects.filter(record_key=key).update(edited_at=timezone.now())
    Client.objects.filter(bsn=BSN).update(edited_at=timezone.now())
    totals = agrees(migration_file(*EVERYTHING))
    assert totals["clients", "skipped"] == totals["assessment_messages", "skipped"] == 1
    # one of them is of a year too old
    assert totals["returns", "skipped"] == 2


def test_repeated_ids_and_bad_records(agrees):
    totals = agrees(
        migration_file(
            part("clients", client("K1"), client("K1", name="Twee"), client("K2", rsin="123456789")),
            part("returns", tax_return("A1"), tax_return("A1"), tax_return("A2", of="K2"), {"id": "A3"}),
        )
    )
    assert (totals["clients", "rejected"], totals["returns", "rejected"]) == (2, 3)


def test_bad_documents(agrees):
    good, gone = document("documents/1.pdf", b"one"), document("documents/2.pdf", b"two")
    other = document("documents/3.pdf", b"three")
    returns = part(
        "returns",
        tax_return("A1", document=good),
        tax_return("A2", document=gone),
        tax_return("A3", document=other),
    )
    data = migration_file(
        part("clients", client()), returns, documents={"documents/1.pdf": b"one", "documents/3.pdf": b"THREE"}
    )
    for _ in range(2):
        assert agrees(data)["returns", "rejected"] == 2


def test_bad_document_of_nobody(agrees):
    """One code for a record, in the contract's order: that nobody knows the client comes first."""
    gone = document("documents/2.pdf", b"two")
    returns = part("returns", tax_return("A1", of="K9", document=gone), tax_return("A2", document=gone))
    assert agrees(migration_file(part("clients", client()), returns))["returns", "rejected"] == 2


@pytest.mark.parametrize("again", [False, True])
def test_not_selected(agrees, again):
    """Without its clients a file's returns belong to nobody, unless they were migrated before."""
    if again:
        agrees(migration_file(*EVERYTHING))
    totals = agrees(migration_file(*EVERYTHING), selected_kinds=[PartKind.RETURNS])
    assert totals["clients", "skipped"] == 2
    assert totals["returns", "unchanged" if again else "rejected"] == 2


def test_client_of_another_source_is_recognised_by_number(agrees):
    person = {"kind": "person", "bsn": BSN}
    agrees(migration_file(part("clients", client("K1", **person))))
    totals = agrees(
        migration_file(
            part("clients", client("X1", **person), client("X2", **person), source=DATABASE),
            part("returns", tax_return(of="X2"), source=DATABASE),
        )
    )
    assert (totals["clients", "updated"], totals["clients", "created"]) == (1, 1)


def test_two_sources_in_one_file(agrees):
    person = {"kind": "person", "bsn": BSN}
    totals = agrees(
        migration_file(
            part("clients", client("K1", **person), path="clients.1.jsonl"),
            part("clients", client("X1", **person), source=DATABASE, path="clients.2.jsonl"),
            part("clients", client("X2", **person), source=DATABASE, path="clients.3.jsonl"),
        )
    )
    assert (totals["clients", "updated"], totals["clients", "created"]) == (1, 2)


def any_file(chance):
    """Clients and records of two sources, some known, changed, repeated, wrong or without a client."""
    numbers = [
        {},
        {"kind": "person", "bsn": BSN},
        {"kind": "person", "bsn": OTHER_BSN},
        {"rsin": "123456789"},
    ]

    def clients():
        keys = [f"K{chance.randrange(8)}" for _ in range(chance.randrange(6))]
        return [client(key, **chance.choice(numbers), name=chance.choice("AB")) for key in keys]

    def returns():
        return [
            tax_return(
                f"A{chance.randrange(9)}", of=f"K{chance.randrange(9)}", amount=chance.choice((None, 1)),
                **chance.choice(({}, {}, {"tax_year": 2014, "period": "2014"}, {"period": "x"})),
            )
            for _ in range(chance.randrange(9))
        ]  # fmt: skip

    def messages():
        return [message(f"M{chance.randrange(5)}", of="K1", tax_year=chance.choice((None, 2019, 2020)))]

    made = [("clients", clients), ("clients", clients), ("returns", returns), ("returns", returns),
            ("assessment_messages", messages)]  # fmt: skip
    return migration_file(
        *(
            part(kind, *make(), source=chance.choice((PC_03, DATABASE)), path=f"{kind}.{number}.jsonl")
            for number, (kind, make) in enumerate(made)
        )
    )


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes(agrees, seed):
    chance = random.Random(seed)
    for _ in range(4):
        agrees(any_file(chance))
        for model in (Client, TaxReturn, AssessmentMessage):
            keys = sorted(model.objects.values_list("pk", flat=True))
            model.objects.filter(pk__in=[key for key in keys if chance.random() < 0.1]).update(
                edited_at=timezone.now()
            )


def test_first_import_is_read_once(received, monkeypatch):
    job = received(migration_file(*EVERYTHING[:2]))
    told = []
    monkeypatch.setattr(foretelling.Foretelling, "tell", lambda *args: told.append(args))
    accepting.check(job.pk)
    assert foretold(job).total() == 5
    assert told == []


def test_nothing_temporary_is_left_behind(agrees):
    for _ in range(2):
        agrees(migration_file(*EVERYTHING))
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'foretold%' AND relpersistence = 't'")
        assert cursor.fetchall() == []
