"""A file becomes rows: every kind, every outcome, numbers that close."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from portal.dossiers import services
from portal.dossiers.documents import read_document
from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    Document,
    ExtensionScheme,
    Responsibility,
    TaxCard,
    TaxReturn,
)
from tests.migrations_app.files import DATABASE, PC_03, client, document, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)  # a batch ends with its commit


def test_every_kind_arrives(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333", address={"street": "Dorpsstraat", "city": "Ede"})),
            part(
                "returns", tax_return(amount=-120.5, status="Verzonden"), product="VpbWin", product_year=2018
            ),
            part("assessment_messages", {"id": "M1", "client_id": "K1", "message": "SBA", "tax": "ZVW"}),
            part("extension_schemes", {"id": "U1", "client_id": "K1", "tax": "VPB", "tax_year": 2019}),
            part(
                "tax_cards",
                {"id": "F1", "client_id": "K1", "tax_year": 2019, "lines": [{"label": "a", "value": "b"}]},
            ),
            part("responsibilities", {"id": "V1", "client_id": "K1", "staff_email": "Sam@Demo.example"}),
        )
    )

    assert job.status == "completed"
    assert set(map(str, outcomes(job).values())) == {"{'created': 1}"}
    assert (Client.objects.get().city, Client.objects.get().rsin) == ("Ede", "111222333")
    assert AssessmentMessage.objects.get().status == "Ongeopend"
    assert ExtensionScheme.objects.get().tax_year == 2019
    assert TaxCard.objects.get().lines == [{"label": "a", "value": "b"}]
    assert Responsibility.objects.get().staff_email == "sam@demo.example"


def test_return_is_locked_and_knows_its_origin(imported):
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part(
                "returns", tax_return(amount=-120.5, status="Verzonden"), product="VpbWin", product_year=2018
            ),
        )
    )

    row = TaxReturn.objects.get()
    assert (row.is_locked, row.original_status, row.amount) == (True, "Verzonden", Decimal("-120.50"))
    assert (row.period_start, row.period_end) == (dt.date(2018, 1, 1), dt.date(2018, 12, 31))
    assert (row.product, row.product_year, row.created_in.reference) == ("VpbWin", 2018, job.reference)


def test_same_file_again_is_unchanged(imported, outcomes):
    data = migration_file(part("clients", client(rsin="111222333")), part("returns", tax_return()))
    imported(data)

    job = imported(data)

    assert job.status == "completed"
    assert outcomes(job) == {"clients": {"unchanged": 1}, "returns": {"unchanged": 1}}


def test_change_updates_and_absence_erases_nothing(imported, outcomes):
    imported(
        migration_file(
            part("clients", client(rsin="111222333", phone="0318-123456")),
            part("returns", tax_return(amount=5, status="Gereed")),
        )
    )

    job = imported(
        migration_file(
            part("clients", client(rsin="111222333", name="Bakkerij Nieuw")),
            part("returns", tax_return(amount=7)),
        )
    )

    assert outcomes(job) == {"clients": {"updated": 1}, "returns": {"updated": 1}}
    assert (Client.objects.get().name, Client.objects.get().phone) == ("Bakkerij Nieuw", "0318-123456")
    assert (TaxReturn.objects.get().amount, TaxReturn.objects.get().original_status) == (7, "Gereed")


def test_record_that_cannot_be_kept_is_rejected_with_its_reason(imported, outcomes):
    job = imported(
        migration_file(
            part(
                "clients", client(rsin="111222333"), client(rsin="111222333"), client("K2", rsin="123456789")
            ),
            part(
                "returns",
                tax_return(),
                tax_return("A2", of="K9"),
                tax_return("A3", tax_year=2014, period="2014"),
                tax_return("A4", amount="veel"),
            ),
        )
    )

    assert job.status == "completed_with_warnings"
    assert outcomes(job) == {
        "clients": {"created": 1, "rejected duplicate-id": 1, "rejected invalid-rsin": 1},
        "returns": {
            "created": 1,
            "rejected unknown-client": 1,
            "skipped year-not-supported": 1,
            "rejected invalid-field": 1,
        },
    }


def test_ledger_names_line_and_client(imported):
    job = imported(
        migration_file(part("clients", client(rsin="111222333")), part("returns", tax_return(of="K9")))
    )

    entry = job.parts.get(kind="returns").entries.get()
    assert (entry.line, entry.code, entry.record_key, entry.client_key) == (1, "unknown-client", "A1", "K9")
    assert (entry.tax, entry.tax_year, entry.field) == ("VPB", 2018, "client_id")


def test_kind_that_was_not_chosen_is_skipped(imported, outcomes):
    job = imported(
        migration_file(part("clients", client(rsin="111222333")), part("returns", tax_return())),
        kinds=["clients"],
    )

    assert job.status == "completed"
    assert outcomes(job)["returns"] == {"skipped not-selected": 1}
    assert not TaxReturn.objects.exists()


def test_unlocked_return_is_left_alone(imported, outcomes, people):
    imported(migration_file(part("clients", client(rsin="111222333")), part("returns", tax_return(amount=5))))
    services.unlock(TaxReturn.objects.get(), by=people.user)

    job = imported(
        migration_file(part("clients", client(rsin="111222333")), part("returns", tax_return(amount=7)))
    )

    assert outcomes(job)["returns"] == {"skipped edited-in-portal": 1}
    assert TaxReturn.objects.get().amount == 5


def test_edited_client_is_left_alone(imported, outcomes):
    imported(migration_file(part("clients", client(rsin="111222333"))))
    Client.objects.update(name="Zelf gewijzigd", edited_at=timezone.now())

    job = imported(migration_file(part("clients", client(rsin="111222333", name="Uit het bestand"))))

    assert outcomes(job)["clients"] == {"skipped edited-in-portal": 1}
    assert Client.objects.get().name == "Zelf gewijzigd"


def test_returns_without_clients_hang_on_an_earlier_migration(imported, outcomes):
    imported(migration_file(part("clients", client(rsin="111222333"))))

    job = imported(migration_file(part("returns", tax_return())))

    assert outcomes(job)["returns"] == {"created": 1}


def test_client_of_two_sources_is_one_client(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client("K1", rsin="111222333")),
            part("clients", client("X7", rsin="111222333"), source=DATABASE, path="clients-2.jsonl"),
            part("returns", tax_return("A1", of="X7"), source=DATABASE),
        )
    )

    assert outcomes(job)["clients"] == {"created": 1, "updated": 1}
    assert Client.objects.get().source_ids.count() == 2
    assert TaxReturn.objects.get().client == Client.objects.get()


def test_two_clients_of_one_source_with_one_number_stay_two(imported):
    imported(migration_file(part("clients", client("K1", rsin="111222333"), client("K2", rsin="111222333"))))

    assert Client.objects.count() == 2


def test_same_return_of_two_sources_is_kept_twice_with_a_warning(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client("K1", rsin="111222333")),
            part("clients", client("X7", rsin="111222333"), source=DATABASE, path="clients-2.jsonl"),
            part("returns", tax_return("A1")),
            part("returns", tax_return("A1", of="X7"), source=DATABASE, path="returns-2.jsonl"),
        )
    )

    assert outcomes(job)["returns"] == {"created": 2, "warned possible-duplicate": 1}


def test_same_return_in_a_later_file_of_another_source_gets_a_warning(imported, outcomes):
    first, second = (
        migration_file(
            part("clients", client(key, rsin="111222333"), source=source),
            part("returns", tax_return("A1", of=key), source=source),
            sources=[{"id": source, "kind": "classic"}],
        )
        for key, source in (("K1", PC_03), ("X7", DATABASE))
    )
    imported(first)

    assert outcomes(imported(second))["returns"] == {"created": 1, "warned possible-duplicate": 1}


def test_partner_may_stand_further_on(imported, outcomes):
    first = client("P1", kind="person", bsn="111222333", partner_id="P2")
    second = client("P2", kind="person", bsn="123456782", partner_id="P1")

    job = imported(migration_file(part("clients", first), part("clients", second, path="clients-2.jsonl")))

    assert job.status == "completed"
    assert outcomes(job) == {"clients": {"created": 2}}
    one, two = Client.objects.order_by("client_number")
    assert (one.partner, two.partner) == (two, one)


def test_partner_who_is_nowhere_is_a_warning(imported, outcomes):
    job = imported(
        migration_file(part("clients", client("P1", kind="person", bsn="111222333", partner_id="P9")))
    )

    assert outcomes(job) == {"clients": {"created": 1, "warned unknown-partner": 1}}
    assert job.status == "completed_with_warnings"


def test_message_without_status_gets_the_choice_only_when_new(imported):
    message = {"id": "M1", "client_id": "K1", "message": "SBA"}
    imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("assessment_messages", {**message, "status": "Akkoord"}),
        )
    )

    imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("assessment_messages", {**message, "tax": "IB"}, {**message, "id": "M2"}),
        ),
        message_status="Archief",
    )

    assert dict(AssessmentMessage.objects.values_list("record_key", "status")) == {
        "M1": "Akkoord",
        "M2": "Archief",
    }


def test_document_is_kept_once_and_reads_back(imported):
    content = b"%PDF-1.7 een aangifte"
    named = document("documents/1.pdf", content)
    imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("returns", tax_return("A1", document=named), tax_return("A2", document=named)),
            documents={"documents/1.pdf": content},
        )
    )

    assert read_document(Document.objects.get()) == content
    assert set(TaxReturn.objects.values_list("document", flat=True)) == {Document.objects.get().pk}


def test_document_that_differs_rejects_its_record(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part(
                "returns",
                tax_return("A1", document=document("documents/1.pdf", b"anders.")),
                tax_return("A2", document=document("documents/2.pdf", b"weg")),
            ),
            documents={"documents/1.pdf": b"zo niet"},
        )
    )

    assert outcomes(job)["returns"] == {"rejected document-checksum": 1, "rejected document-missing": 1}
