"""Control totals: the file's records and money against what the database has of them."""

from decimal import Decimal

import pytest
from django.utils import timezone

from migrations_app import reporting, steering
from migrations_app.importing import finishing, running
from portal.dossiers.models import TaxReturn
from tests.migrations_app.files import client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)


def returns(*records):
    clients = part("clients", client(rsin="111222333"))
    return migration_file(clients, part("returns", *records, product="VpbWin", product_year=2018))


FILE = returns(
    tax_return("A1", amount=100.5),
    tax_return("A2", amount=-20),
    tax_return("A3", of="K9", amount=7),
    tax_return("A4", tax_year=2014, period="2014", amount=3),
    tax_return("A5", amount=1, variant="x"),
    tax_return("A6"),
)


def told(job):
    return {
        (row.label, row.tax_year): (
            (row.file_records, row.file_amount),
            (row.left_records, row.left_amount),
            (row.database_records, row.database_amount),
            row.is_equal,
        )
        for row in reporting.control_rows(job)
    }


def test_file_against_database(imported):
    assert told(imported(FILE)) == {
        ("Aangiftes VPB", 2014): ((1, 3), (1, 3), (0, 0), True),
        ("Aangiftes VPB", 2018): (
            # of a record that cannot be read no amount is known
            (5, Decimal("87.5")),
            (2, 7),
            (3, Decimal("80.5")),
            True,
        ),
    }


def test_the_same_again_is_read_back(imported):
    first = told(imported(FILE))
    assert told(imported(FILE)) == first


def test_changed_and_edited(imported):
    imported(FILE)
    TaxReturn.objects.filter(record_key="A2").update(edited_at=timezone.now())
    job = imported(returns(tax_return("A1", amount=200), tax_return("A2", amount=9), tax_return("A6")))
    assert told(job)["Aangiftes VPB", 2018] == ((3, 209), (1, 9), (2, 200), True)


def test_what_the_file_leaves_open_is_not_compared(imported):
    message = {"id": "M1", "client_id": "K1", "message": "SBA"}
    whole = {**message, "tax": "IB", "tax_year": 2019, "amount": 3}
    clients = part("clients", client(rsin="111222333"))
    imported(
        migration_file(clients, part("returns", tax_return(amount=5)), part("assessment_messages", whole))
    )
    open_file = migration_file(
        clients,
        part("returns", tax_return(status="Gereed")),
        part("assessment_messages", {**message, "message": "SBU"}),
    )
    expected = {
        ("Aangiftes VPB", 2018): ((1, 0), (0, 0), (1, 0), True),
        ("Serviceberichten", None): ((1, 0), (0, 0), (1, 0), True),
    }
    assert told(imported(open_file)) == expected
    assert TaxReturn.objects.get().amount == 5
    # the same again
    assert told(imported(open_file)) == expected


def test_difference_shows(imported):
    job = imported(FILE)
    job.parts.get(kind="returns").controls.filter(tax_year=2018).update(made_amount=80, made_records=2)
    (row,) = [row for row in reporting.control_rows(job) if row.tax_year == 2018]
    assert (row.is_equal, row.record_difference, row.amount_difference) == (False, 1, Decimal("0.5"))


def test_other_kinds_have_records(imported):
    scheme = {"id": "U1", "client_id": "K1", "tax": "IB", "tax_year": 2019}
    card = {"id": "F1", "client_id": "K1", "tax_year": 2019}
    job = imported(
        migration_file(part("clients", client()), part("extension_schemes", scheme), part("tax_cards", card))
    )
    assert told(job) == {
        ("Uitstelregelingen IB", 2019): ((1, 0), (0, 0), (1, 0), True),
        ("Fiscale kaarten", 2019): ((1, 0), (0, 0), (1, 0), True),
    }


@pytest.fixture
def stopped(queued, monkeypatch):
    """Import FILE until two of its records are in, then do something to the job."""

    def go(act):
        job, real, written = queued(FILE), running.write, []

        def write(run, part, prepared):
            written.append(part)
            if len(written) == 3:
                act(run)
            real(run, part, prepared)

        monkeypatch.setattr(running, "BATCH", 2)
        monkeypatch.setattr(running, "write", write)
        running.run(job.pk, at_once=True)
        monkeypatch.setattr(running, "write", real)
        job.refresh_from_db()
        return job

    return go


def test_failed_and_tried_again(stopped, nextens_administrator):
    """What the first attempt wrote is read back at its end and at the next one's, and counts once."""
    job = stopped(lambda run: finishing.fail(run.job.pk, run.fence, code="internal"))
    assert told(job) == {("Aangiftes VPB", 2018): ((2, Decimal("80.5")), (0, 0), (2, Decimal("80.5")), True)}
    steering.retry(job, by=nextens_administrator)
    job.refresh_from_db()
    # before the end nothing is read back, and no difference said
    assert told(job) == {}
    running.run(job.pk, at_once=True)
    job.refresh_from_db()
    assert job.status == "completed_with_warnings"
    assert told(job)["Aangiftes VPB", 2018] == (
        (5, Decimal("87.5")),
        (2, 7),
        (3, Decimal("80.5")),
        True,
    )


def test_cancelled_halfway(stopped, nextens_administrator):
    job = stopped(lambda run: steering.cancel(run.job, by=nextens_administrator))
    assert job.status == "cancelled"
    assert told(job) == {("Aangiftes VPB", 2018): ((2, Decimal("80.5")), (0, 0), (2, Decimal("80.5")), True)}
