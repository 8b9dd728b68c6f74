"""The synthetic files are valid, reproducible, and what their presets promise."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from migrations_app.migration_file import MigrationFile, Preset, check_file, write_preset, write_synthetic
from migrations_app.migration_file.people import bsn, rsin
from migrations_app.migration_file.samples import official_message

STEP_PLAN = {
    ("BtwWin", 2016, "OB", 2016): 115,
    ("VpbWin", 2017, "VPB", 2017): 20,
    ("VpbWin", 2018, "VPB", 2018): 18,
    ("BasWin", 2019, "IB", 2018): 411,
    ("BtwWin", 2021, "OB", 2021): 2,
    ("VpbWin", 2021, "VPB", 2021): 1,
}


def preset(name, **options):
    out = io.BytesIO()
    write_preset(out, name, **options)
    return out


def records(source):
    with MigrationFile.open(source) as file:
        for part in file.manifest.parts:
            for batch in file.batches(part):
                assert not batch.refused and not batch.warnings
                for each in batch.accepted:
                    yield part, each.record


@pytest.mark.parametrize("name", Preset)
def test_presets_pass_the_check_and_are_reproducible(name):
    report = check_file(preset(name), accepted_numbers=["12345678"])
    assert report.accepted and not report.problems
    assert preset(name).getvalue() == preset(name).getvalue()


def test_the_step_plans_table():
    found = Counter(
        (part.product, part.product_year, record.tax, record.tax_year)
        for part, record in records(preset(Preset.STAPPENPLAN))
        if part.kind == "returns"
    )
    assert found == STEP_PLAN


def test_the_step_plan_has_every_kind():
    found = list(records(preset(Preset.STAPPENPLAN)))
    assert {part.kind for part, _ in found} == {
        "clients", "returns", "assessment_messages", "extension_schemes", "tax_cards", "responsibilities",
    }  # fmt: skip
    staff = {record.staff_email for part, record in found if part.kind == "responsibilities"}
    assert staff == {"medewerker@demo.example", "beheerder@demo.example"}
    states = {record.status for part, record in found if part.kind == "assessment_messages"}
    assert None in states and "Ongeopend" in states


def test_xbrl_documents_are_of_their_own_client():
    source = preset(Preset.STAPPENPLAN)
    found = list(records(source))
    numbers = {record.id: record.vat_return_number for part, record in found if part.kind == "clients"}
    with MigrationFile.open(source) as file:
        for _, record in found:
            document = getattr(record, "document", None)
            if document and document.media_type == "application/xbrl+xml":
                data = file.read_document(document.path, bytes=document.bytes, sha256=document.sha256)
                assert f">{numbers[record.client_id]}<".encode() in data


def test_the_official_messages():
    with MigrationFile.open(source := preset(Preset.OB_MESSAGES)) as file:
        for part, record in records(source):
            if part.kind == "returns":
                document = record.document
                data = file.read_document(document.path, bytes=document.bytes, sha256=document.sha256)
                assert data == official_message(record.tax_year)
                assert f"<xbrli:endDate>{record.period}-31".encode() in data


def test_another_office():
    report = check_file(preset(Preset.OB_MESSAGES, office_number="87654321"), accepted_numbers=["87654321"])
    assert report.accepted


@pytest.mark.parametrize(
    ("clients", "returns", "messages"), [(0, 0, 0), (1, 7, 2), (10, 100, 5), (5, 0, 0), (40, 3, 0)]
)
def test_numbers_of_records(clients, returns, messages):
    out = io.BytesIO()
    write_synthetic(out, clients=clients, returns=returns, messages=messages, documents=3, seed=9)
    report = check_file(out, accepted_numbers=["12345678"])
    assert report.accepted and not report.problems
    good = Counter()
    for part in report.parts:
        good[part.kind] += part.good
    assert good == Counter({"clients": clients, "returns": returns, "assessment_messages": messages})


def test_seeds_differ():
    def ids(seed):
        out = io.BytesIO()
        write_synthetic(out, clients=4, returns=8, messages=2, seed=seed)
        return {record.id for part, record in records(out) if part.kind == "returns"}

    assert ids(1) == ids(1)
    assert not ids(1) & ids(2)


def test_numbers_of_people_differ():
    assert len({number(index) for number in (bsn, rsin) for index in range(3_000)}) == 6_000
