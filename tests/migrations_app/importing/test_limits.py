"""What the reader lets through fits the rows: else one record takes a batch, and the job, with it."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from migrations_app import accepting
from migrations_app.models import ImportType, LedgerEntry, PartKind, Tally
from portal.dossiers.models import AssessmentMessage, Client, MessageStatus, Responsibility
from tests.migrations_app.files import DATABASE, PC_03, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)  # a batch ends with its commit

WIDE = "\U0001f600"  # one character, four bytes
FIRST, LAST = "0001-01-01", "9999-12-31"
KEY = WIDE * 64
OF = {"id": KEY, "client_id": KEY}
LARGEST = {
    "clients": {
        "id": KEY,
        "client_number": WIDE * 32,
        "kind": "person",
        "name": WIDE * 200,
        "initials": WIDE * 50,
        "name_prefix": WIDE * 50,
        "bsn": "111222333",
        "sequence": 2**31 - 1,
        "trade_register_number": "99999999",
        "vat_id": "DE" + "+" * 13,
        "date_of_birth": FIRST,
        "client_until": LAST,
        "email": WIDE * 254,
        "phone": WIDE * 50,
        "address": {
            "street": WIDE * 200,
            "house_number": 10**9,
            "addition": WIDE * 20,
            "postcode": WIDE * 20,
            "city": WIDE * 100,
            "country": "ZZ",
        },
        "partner_id": KEY,
    },
    "returns": {
        **OF,
        "tax": "SCHENK",
        "tax_year": 2100,
        "period": f"2100-12-31/{LAST}",
        "variant": "provisional",
        "status": WIDE * 200,
        "submitted_at": f"{FIRST}T00:00:00Z",
        "modified_at": "9999-12-29T23:59:59.999999Z",
        "amount": -999_999_999_999_999,
    },
    "assessment_messages": {
        **OF,
        "message": "SBT",
        "tax": WIDE * 20,
        "tax_year": 2100,
        "assessment_number": WIDE * 64,
        "assessment_date": FIRST,
        "objection_deadline": LAST,
        "amount": 999_999_999_999_999,
        "status": "Bezwaar en Beroep",
    },
    "extension_schemes": {
        **OF,
        "tax": "VPB",
        "tax_year": 2100,
        "status": WIDE * 200,
        "financial_year_start": FIRST,
        "financial_year_end": LAST,
        "extended_until": LAST,
    },
    "tax_cards": {
        **OF,
        "tax_year": 2100,
        "title": WIDE * 200,
        "lines": [{"label": '\\\t"\n', "value": WIDE * 50_000}],
    },
    "responsibilities": {
        **OF,
        "staff_email": f"{WIDE * 252}@{WIDE}",
        "staff_name": WIDE * 200,
        "role": WIDE * 100,
    },
}


def test_largest_values_that_the_reader_takes_fit(imported, outcomes):
    job = imported(
        migration_file(
            *(
                part(
                    kind,
                    record,
                    **({"product": WIDE * 40, "product_year": 2100} if kind == "returns" else {}),
                )
                for kind, record in LARGEST.items()
            ),
            packed=False,
        )
    )

    assert job.status == "completed_with_warnings", job.reason  # the product is nobody's
    assert {kind: counts["created"] for kind, counts in outcomes(job).items()} == dict.fromkeys(LARGEST, 1)
    assert Client.objects.get().partner is None


def test_refused_values_leave_a_line_in_the_report(imported):
    nested = {"street": "a\0b", f"key_{'x' * 200}": "\0"}
    job = imported(
        migration_file(
            part("clients", client(), client("K2", address=nested)),
            part("returns", tax_return(tax="Inkomstenbelasting particulier")),
            part("assessment_messages", {"id": "M1", "client_id": "K1", "message": "SBA", "tax": "Z" * 64}),
            # a capital that is two characters in lower case
            part("responsibilities", {"id": "V1", "client_id": "K1", "staff_email": "\u0130" * 200 + "@x"}),
        )
    )

    assert job.status == "completed_with_warnings", job.reason
    lines = LedgerEntry.objects.filter(part__job=job, code="invalid-field")
    assert list(lines.order_by("part__position").values_list("field", "tax")) == [
        ("address.street", ""),
        ("tax", ""),
        ("tax", ""),
        ("staff_email", ""),
    ]


def test_message_that_leaves_out_its_year_keeps_it_and_counts_as_updated(imported):
    def said(**more):
        return part("assessment_messages", {"id": "M1", "client_id": "K1", "message": "SBA", **more})

    imported(migration_file(part("clients", client(rsin="111222333")), said(tax_year=2019, amount=1)))
    job = imported(migration_file(said(amount=2)))

    assert job.status == "completed", job.reason
    assert list(Tally.objects.filter(part__job=job).values_list("outcome", "count")) == [("updated", 1)]
    assert AssessmentMessage.objects.values_list("tax_year", "amount").get() == (2019, 2)


def test_line_end_is_no_part_of_an_address(imported):
    people = [
        {"id": f"V{n}", "client_id": "K1", "staff_email": mail} for n, mail in enumerate(("a@x\n", "A@x"))
    ]
    imported(migration_file(part("clients", client()), part("responsibilities", *people)))

    assert [row.staff_email for row in Responsibility.objects.all()] == ["a@x"]


def test_largest_manifest_that_the_reader_takes_fits(imported, outcomes):
    sources = (
        {"id": PC_03, "kind": "classic", "name": WIDE * 200},
        {"id": DATABASE, "kind": "database", "name": None},
    )
    more = {"origin": WIDE * 1000, "product": None, "product_year": None}
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333"), path=WIDE * 256, source=DATABASE, **more),
            part("returns", tax_return(), path=WIDE * 255 + "/a", source=DATABASE, **more),
            sources=sources,
        )
    )

    assert job.status == "completed", job.reason
    assert outcomes(job) == {"clients": {"created": 1}, "returns": {"created": 1}}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"records": 2**53}, "part-count"),
        ({"bytes": 2**53}, "part-checksum"),
        ({"path": WIDE * 257}, "part-missing"),
        ({"path": WIDE * 1024}, "part-missing"),
        ({"path": "a" * 1025}, "manifest-invalid"),
        ({"source": "\u202e" * 1000}, "manifest-invalid"),
    ],
)
def test_wrong_manifests_are_refused_with_a_reason_that_fits(people, changes, code):
    data = migration_file(part("clients", client()))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        manifest, clients = json.loads(archive.read("manifest.json")), archive.read("clients.jsonl")
    manifest["parts"][0] |= changes
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("clients.jsonl", clients)
    job = accepting.receive(
        office=people.office,
        by=people.user,
        upload=ContentFile(out.getvalue(), name="a.zip"),
        import_type=ImportType.COMBINED,
        selected_kinds=[*PartKind],
        message_status=MessageStatus.UNOPENED,
    )
    accepting.check(job.pk)

    job.refresh_from_db()
    assert (job.status, job.refusal_code) == ("refused", code) and job.reason
