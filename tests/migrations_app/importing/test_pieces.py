"""However a file is cut into batches and pieces, the same rows and the same numbers come of it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from migrations_app.importing import preparing, running
from migrations_app.models import MigrationJob, Tally
from portal.dossiers.models import Client, TaxReturn
from tests.contents import content_hash
from tests.factories import OfficeFactory
from tests.migrations_app.files import DATABASE, PC_03, client, document, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = ("111222333", "123456782", "001000044")


@contextmanager
def cut(batch: int, piece: int):
    """Imports in batches of `batch` records, each of pieces of `piece`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "BATCH", batch)
        patch.setattr(preparing, "_CHUNK", piece)
        yield


def people_of(source: str, prefix: str, number: int, **more: object) -> dict:
    """Clients that a sequence tells apart."""
    said = (client(f"{prefix}{n}", rsin=NUMBERS[0], sequence=n + 1, **more) for n in range(number))
    return part("clients", *said, source=source, path=f"clients-{prefix}.jsonl")


def test_clients_known_by_number_count_once(imported, outcomes):
    """Eleven pieces, in batches of one, two and five."""
    with cut(10, 2):
        imported(migration_file(people_of(PC_03, "K", 11)))
        job = imported(migration_file(people_of(DATABASE, "X", 21)))

    assert outcomes(job) == {"clients": {"created": 10, "updated": 11}}
    assert Client.objects.count() == 21


@pytest.mark.parametrize("piece", [1, 100])
def test_clients_with_one_number_go_to_one_client_each(imported, outcomes, piece):
    """The first to the first, however many are looked for at once."""
    here = [client(f"K{n}", rsin=NUMBERS[0]) for n in range(3)]
    there = [client(f"X{n}", rsin=NUMBERS[0], name=f"Anders {n}") for n in range(4)]
    with cut(100, piece):
        imported(migration_file(part("clients", *here)))
        job = imported(migration_file(part("clients", *there, source=DATABASE)))

    assert outcomes(job)["clients"] == {"created": 1, "updated": 3}
    assert list(Client.objects.order_by("id").values_list("name", flat=True)) == [
        f"Anders {n}" for n in range(4)
    ]


def test_changed_returns_count_once(imported, outcomes):
    def said(amount: int) -> bytes:
        return migration_file(
            people_of(PC_03, "K", 1),
            part("returns", *(tax_return(f"A{n}", of="K0", amount=amount) for n in range(11))),
        )

    with cut(10, 2):
        imported(said(1))
        job = imported(said(2))

    assert outcomes(job)["returns"] == {"updated": 11}
    assert set(TaxReturn.objects.values_list("amount", flat=True)) == {2}


def test_document_of_another_piece_is_stored_once(imported, outcomes):
    content = b"%PDF-1.7 een aangifte"
    named = document("documents/1.pdf", content)
    with cut(10, 2):
        job = imported(
            migration_file(
                people_of(PC_03, "K", 1),
                part("returns", *(tax_return(f"A{n}", of="K0", document=named) for n in range(9))),
                documents={"documents/1.pdf": content},
            )
        )

    assert outcomes(job)["returns"] == {"created": 9}
    assert len(set(TaxReturn.objects.values_list("document", flat=True))) == 1


DOCUMENTS = {f"documents/{n}.pdf": f"%PDF-1.7 {n}".encode() for n in range(2)}
NAMED = [None, *(document(path, content) for path, content in DOCUMENTS.items())]
# of a few, so that ids are there twice, partners stand in other pieces, and people in both sources
KEYS = [f"K{n}" for n in range(6)]
CLIENTS = st.lists(
    st.builds(
        lambda key, number, sequence, partner, name: client(
            key, rsin=number, sequence=sequence, partner_id=partner, name=name
        ),
        st.sampled_from(KEYS),
        st.sampled_from([*NUMBERS[:2], None]),
        st.sampled_from([1, 1, 2]),
        st.sampled_from([None, *KEYS]),
        st.sampled_from(["een", "twee"]),
    ),
    max_size=8,
)
RETURNS = st.lists(
    st.builds(
        lambda key, of, amount, named: tax_return(key, of=of, amount=amount, document=named),
        st.sampled_from([f"A{n}" for n in range(9)]),
        st.sampled_from(KEYS),
        st.sampled_from([1, 2]),
        st.sampled_from(NAMED),
    ),
    max_size=9,
)


def two_sources(here, there, more, of_here, of_there):
    """A file for whichever office it is called with."""
    named = {each["document"]["path"] for each in [*of_here, *of_there] if each["document"]}
    return partial(
        migration_file,
        part("clients", *here),
        part("clients", *there, source=DATABASE, path="clients-2.jsonl"),
        part("clients", *more, path="clients-3.jsonl"),
        part("returns", *of_here),
        part("returns", *of_there, source=DATABASE, path="returns-2.jsonl"),
        documents={path: DOCUMENTS[path] for path in sorted(named)},
    )


FILES = st.builds(two_sources, CLIENTS, CLIENTS, CLIENTS, RETURNS, RETURNS)


@pytest.mark.timeout(600)
@given(files=st.lists(FILES, min_size=2, max_size=2), sizes=st.sampled_from([(1, 1), (2, 2), (6, 2), (5, 1)]))
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_cut_changes_nothing(people, imported, files, sizes):
    def result(*size: int) -> tuple[str, list[list[tuple]]]:
        # an office of its own, for whose files `imported` then asks
        people.office = OfficeFactory()
        with cut(*size):
            jobs = [imported(file(office=people.office.trade_register_number)) for file in files]
        return content_hash(people.office), [told(job) for job in jobs]

    assert result(*sizes) == result(100, 100)


def told(job: MigrationJob) -> list[tuple]:
    assert job.status in {"completed", "completed_with_warnings"}, job.reason
    rows = Tally.objects.filter(part__job=job, count__gt=0)
    return sorted(rows.values_list("part__path", "outcome", "code", "tax_year", "count"))
