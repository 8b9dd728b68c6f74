"""The report as PDF: tagged, real text, whole in its volumes, and made without running what it says."""

import subprocess
import sys

import pytest

from migrations_app import reporting
from migrations_app.models import LedgerEntry, Tally
from migrations_app.reporting import document, pdf
from portal.ids import uuid7
from portal.office.logos import set_logo
from portal.office.pictures import redraw
from tests.migrations_app.files import client, migration_file, part, tax_return
from tests.migrations_app.pages.conftest import address
from tests.people import logged_in
from tests.portal.office.test_pictures import file

NAME = 'Café Übeł & Zn. € #panic("x") $1$ *y* `z` <b>'


@pytest.fixture
def job(imported):
    return imported(
        migration_file(
            part("clients", client(name=NAME)),
            part("returns", tax_return(tax_year=2014, period="2014", amount=3), tax_return("A2", of="K9")),
        )
    )


@pytest.fixture
def said(monkeypatch):
    """What the template is given."""
    given = []

    def compiled(data):
        given.append(data)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "_compiled", compiled)
    return given


def rows_of(sheet):
    return [" | ".join(row) for row in sheet["rows"]]


def test_is_a_tagged_pdf_with_its_fonts(job, office):
    made = reporting.pdf_of(job, office)
    assert made.startswith(b"%PDF-1.7")
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"/FontFile", b"/ToUnicode"):
        assert mark in made


def test_says_what_the_page_says(job, office, said):
    reporting.pdf_of(job, office)
    (data,) = said
    sheets = {sheet["title"]: rows_of(sheet) for sheet in data["sheets"]}
    assert sheets["Aangiftes uit PC-03 (Classic)"][-1].startswith("Totaal |  | 2 | 0 |")
    assert any("unknown-client" in row for row in sheets["Redenen"])
    assert "Gelijk" in sheets["Controletotalen"][0]
    assert {lines["title"] for lines in data["lines"]} == {"Mislukt", "Overgeslagen", "Waarschuwing"}
    assert any(NAME in row for lines in data["lines"] for row in rows_of(lines))
    assert job.sha256 in str(data["facts"])
    assert job.created_by.email in str(data["facts"])


def test_nothing_of_a_name_is_run(job, office):
    # `#panic` as markup would end the compiler
    assert reporting.pdf_of(job, office)


def test_long_report_comes_in_volumes(job, office, said, monkeypatch):
    monkeypatch.setattr(pdf, "VOLUME", 50)
    returns = job.parts.get(kind="returns")
    LedgerEntry.objects.bulk_create(
        LedgerEntry(id=uuid7(), part=returns, line=9 + line, outcome="rejected", code="invalid-json")
        for line in range(97)
    )
    Tally.objects.create(part=returns, outcome="rejected", code="invalid-json", count=97)
    for volume in (1, 2):
        reporting.pdf_of(job, office, volume=volume)
    first, second = said
    assert (len(first["sheets"]) > 0, second["sheets"]) == (True, [])
    assert [sum(len(lines["rows"]) for lines in data["lines"]) for data in said] == [50, 50]
    assert first["title"].endswith("(deel 1 van 2)")
    assert first["more"] == "Vervolg in deel 2."
    assert second["more"] == ""
    with pytest.raises(reporting.NoSuchVolume):
        reporting.pdf_of(job, office, volume=3)


def test_logo_stands_on_it(job, office, administrator):
    set_logo(office=office, picture=redraw(file()), by=administrator)
    office.refresh_from_db()
    assert b"/Image" in reporting.pdf_of(job, office)


def test_page_gives_it(job, staff_member):
    browser = logged_in(staff_member)
    answer = browser.get(address(job, "verslag.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{job.reference}.pdf"'
    for wrong in ("2", "0", "x"):
        assert browser.get(address(job, "verslag.pdf"), {"deel": wrong}).status_code == 404


def test_what_goes_wrong_is_not_quoted(monkeypatch):
    with pytest.raises(pdf.PdfFailed) as told:
        pdf._compiled({"title": "Geheim 111222333"})
    assert "Geheim" not in str(told.value)
    assert told.value.__cause__ is None
    monkeypatch.setattr(pdf, "_SECONDS", 0.001)
    with pytest.raises(pdf.PdfFailed, match="TimeoutExpired"):
        pdf._compiled({})


def test_template_needs_no_font_of_the_machine():
    assert "ignore_system_fonts=True" in pdf._COMPILE
    assert subprocess.run([sys.executable, "-I", "-c", "import typst"], check=True).returncode == 0
    assert document.NONE == "\u2013"
