"""Whatever an office has and whatever comes, each part and record ends as the check foretold."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from migrations_app.models import Finding, Forecast, LedgerEntry, MigrationJob, Tally
from portal.dossiers.models import Client, TaxReturn
from tests.factories import OfficeFactory
from tests.migrations_app.files import DATABASE, PC_03, SOURCES, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

BRANCH = "5b1a7c62-9d8e-4f00-8a51-77e0c64b9a03"
ALL_SOURCES = (*SOURCES, {"id": BRANCH, "kind": "database", "name": "Nevenvestiging"})
N, M = "111222333", "123456782"


def foretold(job: MigrationJob) -> Counter:
    rows = Forecast.objects.filter(part__job=job).values_list("part__path", "outcome", "tax_year", "count")
    return Counter({tuple(row): count for *row, count in rows})


def came_of(job: MigrationJob) -> Counter:
    rows = Tally.objects.filter(part__job=job).exclude(outcome="warned")
    return sum(
        (
            Counter({tuple(row): count})
            for *row, count in rows.values_list("part__path", "outcome", "tax_year", "count")
        ),
        Counter(),
    )


def told(model: type[Finding] | type[LedgerEntry], job: MigrationJob) -> list[tuple]:
    rows = model.objects.filter(part__job=job).exclude(outcome="warned")
    return sorted(rows.values_list("part__path", "line", "outcome", "code", "record_key"))


@pytest.fixture
def agrees(imported):
    """Import a file: what came of it, which must be what was foretold."""

    def go(data: bytes) -> Counter:
        job = imported(data)
        assert foretold(job) == came_of(job)
        assert told(Finding, job) == told(LedgerEntry, job)
        return came_of(job)

    return go


def clients(source: str, *records: dict, number: int = 0) -> dict:
    return part("clients", *records, source=source, path=f"clients.{number}.jsonl")


def test_number_that_a_known_client_gets(agrees):
    agrees(migration_file(clients(PC_03, client("K1", rsin=N))))
    came = agrees(
        migration_file(
            clients(PC_03, client("K1", rsin=M)), clients(DATABASE, client("X1", rsin=M), number=1)
        )
    )
    assert came["clients.1.jsonl", "updated", 0] == 1


def test_number_that_a_known_client_had(agrees):
    agrees(migration_file(clients(PC_03, client("K1", rsin=N))))
    came = agrees(
        migration_file(
            clients(PC_03, client("K1", rsin=M)), clients(DATABASE, client("X1", rsin=N), number=1)
        )
    )
    assert came["clients.1.jsonl", "created", 0] == 1


ANY_SOURCE = st.sampled_from([PC_03, DATABASE, BRANCH])
ANY_CLIENT = st.builds(
    client,
    st.sampled_from([f"K{n}" for n in range(4)]),
    kind=st.just("business"),
    bsn=st.sampled_from([None, N]),
    rsin=st.sampled_from([None, N, M]),
    sequence=st.sampled_from([1, 1, 1, 2]),
    name=st.sampled_from(["een", "twee"]),
)
ANY_RETURN = st.builds(
    lambda key, of, amount: tax_return(key, of=of, amount=amount),
    st.sampled_from([f"A{n}" for n in range(5)]),
    st.sampled_from([f"K{n}" for n in range(5)]),
    st.sampled_from([1, 2]),
)


@st.composite
def files(draw) -> list[dict]:
    """Parts of clients, whose ids and numbers meet, and of their returns."""
    made = [*[("clients", st.lists(ANY_CLIENT, min_size=2, max_size=5))] * draw(st.integers(2, 4))]
    made += [("returns", st.lists(ANY_RETURN, max_size=4))]
    return [
        part(kind, *draw(records), source=draw(ANY_SOURCE), path=f"{kind}.{n}.jsonl")
        for n, (kind, records) in enumerate(made)
    ]


@given(worlds=st.lists(files(), min_size=3, max_size=3), chance=st.randoms(use_true_random=False))
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_comes_it_was_foretold(people, agrees, worlds, chance):
    # an office of its own, for whose files `imported` then asks
    people.office = OfficeFactory()
    for parts in worlds:
        agrees(migration_file(*parts, sources=ALL_SOURCES, office=people.office.trade_register_number))
        edit_some(people.office, chance)


def edit_some(office, chance) -> None:
    for model in (Client, TaxReturn):
        keys = sorted(model.objects.filter(office=office).values_list("pk", flat=True))
        edited = [key for key in keys if chance.random() < 0.15]
        model.objects.filter(pk__in=edited).update(edited_at=timezone.now())
