"""XBRL messages beside their records: what is rejected, what is warned about, what is kept."""

from __future__ import annotations

import pytest

from migrations_app import queue, tasks
from migrations_app.importing import documents as importing_documents
from migrations_app.importing import forgetting
from migrations_app.migration_file.synthetic import Preset, write_preset
from migrations_app.models import LedgerEntry
from portal.dossiers import history, services
from portal.dossiers.documents import read_document
from portal.dossiers.models import AssessmentMessage, Document, TaxReturn
from tests.migrations_app.files import client, document, migration_file, part, tax_return
from tests.migrations_app.jobs import put
from tests.portal.dossiers.rows import ClientFactory
from tests.portal.xbrl.messages import OFFICIAL, constructed

pytestmark = pytest.mark.django_db(transaction=True)  # a batch ends with its commit

OB_2020 = OFFICIAL[2020]
OCTOBER = {"tax": "OB", "tax_year": 2020, "period": "2020-10"}
OWNER = client(rsin="001000044")


@pytest.fixture
def returns(imported, outcomes):
    """Import clients and one return with this document, and say what became of the return."""

    def go(content, *clients, media_type="application/xbrl+xml", **record):
        named = document("documents/1.xbrl", content, media_type)
        job = imported(
            migration_file(
                part("clients", *(clients or [OWNER])),
                part("returns", tax_return(document=named, **(OCTOBER | record))),
                documents={"documents/1.xbrl": content},
            )
        )
        return outcomes(job)["returns"]

    return go


@pytest.fixture
def stored(tmp_path, settings):
    """What is in an empty file store, of which each object must hold what rows name and no more."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}
    }

    def contents() -> list[bytes]:
        rows = Document.objects.order_by("id")
        files = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) == sum(row.stored_size for row in rows)
        return [read_document(row) for row in rows]

    return contents


@pytest.mark.parametrize(
    "own",
    [
        {"rsin": "001000044"},
        {"bsn": "001000044", "kind": "person"},
        {"rsin": "111222333", "vat_return_number": "001000044B02"},
    ],
)
def test_own_message(returns, own):
    assert returns(OB_2020, client(**own)) == {"created": 1}
    assert TaxReturn.objects.get().document == Document.objects.get()


def test_message_of_another_client(returns):
    assert returns(OB_2020, client(rsin="111222333"), client("K2", rsin="001000044")) == {
        "rejected document-mismatch": 1
    }
    assert not TaxReturn.objects.exists()
    assert not Document.objects.exists()


def test_number_of_this_client_and_another_one(returns):
    assert returns(OB_2020, OWNER, client("K2", vat_return_number="001000044B01", rsin="111222333")) == {
        "created": 1
    }


def test_another_client_of_an_earlier_migration(imported, returns):
    imported(migration_file(part("clients", client("K9", rsin="001000044"))))
    assert returns(OB_2020, client(rsin="111222333")) == {"rejected document-mismatch": 1}


def test_client_of_another_office_is_nobody(returns, people):
    ClientFactory(rsin="001000044")
    assert returns(OB_2020, client(rsin="111222333")) == {"created": 1, "warned document-differs": 1}
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [{"tax": "ICP"}, {"period": "2020-Q4"}, {"tax_year": 2021, "period": "2021-10"}],
)
def test_other_tax_or_period(returns, other):
    assert returns(OB_2020, **other) == {"rejected document-mismatch": 1}


def test_unreadable_message_is_kept(returns):
    assert returns(OB_2020[:2000]) == {"created": 1, "warned document-unreadable": 1}
    assert TaxReturn.objects.get().document == Document.objects.get()


def test_scheme_that_nobody_has_seen(returns):
    record = {"tax": "VPB", "tax_year": 2019, "period": "2019"}
    assert returns(constructed("vpb-2019"), client(rsin="123456782"), **record) == {
        "created": 1,
        "warned unknown-scheme": 1,
    }


def test_two_warnings_of_one_record(returns):
    record = {"tax": "VPB", "tax_year": 2019, "period": "2019"}
    assert returns(constructed("vpb-2019"), **record) == {
        "created": 1,
        "warned document-differs": 1,
        "warned unknown-scheme": 1,
    }


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"<Aangifte_LH/>", "application/xml", {"created": 1}),
        (b"%PDF-1.7", "application/pdf", {"created": 1}),
        (OB_2020, "application/octet-stream", {"created": 1}),
        (OB_2020, "application/xml", {"rejected document-mismatch": 1}),
    ],
)
def test_documents_that_are_not_said_to_be_xbrl(returns, content, media_type, expected):
    assert returns(content, media_type=media_type, period="2020-09") == expected


def test_record_without_client_is_not_compared(returns):
    assert returns(OB_2020, OWNER, of="K9") == {"rejected unknown-client": 1}


def test_document_of_a_record_without_client_is_not_kept(imported, outcomes, stored):
    first, shared = b"%PDF-1.7 een", b"%PDF-1.7 twee"
    of_nobody, of_both = document("documents/1.pdf", first), document("documents/2.pdf", shared)
    job = imported(
        migration_file(
            part("clients", OWNER),
            part(
                "returns",
                tax_return("A1", of="K9", document=of_nobody),
                tax_return("A2", of="K9", document=of_both),
                tax_return("A3", document=of_both),
            ),
            documents={"documents/1.pdf": first, "documents/2.pdf": shared},
        )
    )
    assert outcomes(job)["returns"] == {"created": 1, "rejected unknown-client": 2}
    assert stored() == [shared]


def test_document_of_a_record_that_stays_as_it_is_is_not_kept(imported, outcomes, stored, people):
    def said(content):
        named = document("documents/1.pdf", content)
        returns = part("returns", tax_return(document=named))
        return migration_file(part("clients", OWNER), returns, documents={"documents/1.pdf": content})

    imported(said(b"%PDF-1.7 een"))
    services.unlock(TaxReturn.objects.get(), by=people.user)

    assert outcomes(imported(said(b"%PDF-1.7 twee")))["returns"] == {"skipped edited-in-portal": 1}
    assert stored() == [b"%PDF-1.7 een"]


def test_document_that_a_record_no_longer_names_goes_with_its_history(imported, queued, stored):
    def said(content):
        named = document("documents/1.pdf", content)
        returns = part("returns", tax_return(document=named), tax_return("A2", document=named))
        return migration_file(part("clients", OWNER), returns, documents={"documents/1.pdf": content})

    imported(said(b"%PDF-1.7 een"))
    job = imported(said(b"%PDF-1.7 twee"))
    assert forgetting.forget_documents() == 0  # an undo would put it back

    history.forget([job.pk])
    running = queued(said(b"%PDF-1.7 drie"))
    queue.claim(running.pk, at_once=True)
    assert forgetting.forget_documents() == 0

    put(running, "cancelled")
    tasks.forget_history()
    assert stored() == [b"%PDF-1.7 twee"]
    assert forgetting.forget_documents() == 0


def test_assessment_message(imported, outcomes):
    content = constructed("sba-ih-2019")
    named = document("documents/1.xbrl", content, "application/xbrl+xml")
    message = {"client_id": "K1", "message": "SBA", "document": named}
    job = imported(
        migration_file(
            part("clients", client(kind="person", bsn="111222333")),
            part(
                "assessment_messages",
                {"id": "M1", "tax": "IB", "tax_year": 2019, **message},
                {"id": "M2", "tax": "IB", "tax_year": 2017, **message},
                {"id": "M3", **message},
            ),
            documents={"documents/1.xbrl": content},
        )
    )
    assert outcomes(job)["assessment_messages"] == {
        "created": 2,
        "rejected document-mismatch": 1,
        "warned unknown-scheme": 2,
    }
    assert set(AssessmentMessage.objects.values_list("record_key", flat=True)) == {"M1", "M3"}


def test_tax_card_is_not_compared(imported, outcomes):
    named = document("documents/1.xbrl", b"geen XBRL", "application/xbrl+xml")
    card = {"id": "F1", "client_id": "K1", "tax_year": 2019, "document": named}
    job = imported(
        migration_file(
            part("clients", OWNER), part("tax_cards", card), documents={"documents/1.xbrl": b"geen XBRL"}
        )
    )
    assert outcomes(job)["tax_cards"] == {"created": 1}


def test_ledger_holds_no_number(imported, returns):
    returns(OB_2020, client(rsin="111222333"), client("K2", rsin="001000044"))
    entry = LedgerEntry.objects.get()
    assert (entry.code, entry.field, entry.tax, entry.tax_year) == (
        "document-mismatch",
        "document",
        "OB",
        2020,
    )
    assert "001000044" not in str(vars(entry))


def test_good_and_bad_records_of_one_document_over_several_pieces(imported, outcomes, monkeypatch):
    monkeypatch.setattr(importing_documents, "_HELD_BYTES", 1)
    named = document("documents/1.xbrl", OB_2020, "application/xbrl+xml")
    other = {**OCTOBER, "period": "2020-11"}
    job = imported(
        migration_file(
            part("clients", OWNER),
            part(
                "returns",
                tax_return("A1", document=named, **other),
                tax_return("A2", document=named, **OCTOBER),
                tax_return("A3", document=named, **other),
            ),
            documents={"documents/1.xbrl": OB_2020},
        )
    )
    assert outcomes(job)["returns"] == {"created": 1, "rejected document-mismatch": 2}
    assert TaxReturn.objects.get().document == Document.objects.get()


@pytest.mark.parametrize("preset", Preset)
def test_presets_import_without_warnings(imported, tmp_path, preset):
    with (tmp_path / "preset.zip").open("wb") as out:
        write_preset(out, preset)
    assert imported((tmp_path / "preset.zip").read_bytes()).status == "completed"
