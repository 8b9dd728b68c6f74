"""The outcome of the check: what is foretold, every record to look at, and a sheet that runs nothing."""

import csv
import io
import re

import pytest
from django.utils import timezone

from migrations_app import accepting
from migrations_app.models import Finding, MigrationJob, Status
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.files import client, migration_file, part, tax_return
from tests.migrations_app.pages.conftest import address, put, visible
from tests.migrations_app.pages.test_report import table

BSN, BAD_RSIN = "111222333", "123456789"
MIXED = migration_file(
    part(
        "clients",
        client("K1", name="=1+1", kind="person", bsn=BSN),
        client("K2", name="Bakkerij Fout", rsin=BAD_RSIN),
    ),
    part(
        "returns",
        tax_return("A1"),
        tax_return("A2", tax_year=2014, period="2014"),
        tax_return("A3", of="K2"),
        tax_return("A4", period="x"),
        tax_return("A5", of="K7"),
    ),
)


def see(browser, job, **query):
    return browser.get(address(job, "controle/"), query)


def sheet(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def clients_and_codes(response):
    cells = [row for row in table(response) if len(row) == 6]
    return [(row[0], row[5]) for row in cells[1:]]


def test_numbers_per_product_year_and_kind(browser, checked):
    rows = table(see(browser, checked(MIXED)))
    heads = ["Aangekondigd", "Nieuw", "Bijgewerkt", "Ongewijzigd", "Overgeslagen", "Mislukt"]
    assert rows[0] == ["Product", "Aangiftejaar", *heads]
    assert ["VpbWin2018 (Classic)", "2018", "4", "1", "0", "0", "0", "3"] in rows
    assert ["VpbWin2018 (Classic)", "2014", "1", "0", "0", "0", "1", "0"] in rows
    assert ["Klanten", "2", "1", "0", "0", "0", "1"] in rows
    assert ["Totaal", "7", "2", "0", "0", "1", "4"] in rows


def test_summary_and_facts(browser, checked):
    job = checked(MIXED)
    shown = visible(see(browser, job))
    assert "2 van 7 aangekondigde gegevens kunnen worden overgenomen, 5 niet." in shown
    assert job.sha256 in shown
    good = migration_file(part("clients", client("K5", rsin=BSN)))
    assert "Alle 1 aangekondigde gegevens kunnen worden overgenomen." in visible(see(browser, checked(good)))


def test_records_have_the_name_of_their_client(browser, checked):
    """From this file, also when its client is refused; without a name the desktop's id."""
    found = clients_and_codes(see(browser, checked(MIXED)))
    assert found == [
        ("Bakkerij Fout", "invalid-rsin"),
        ("=1+1", "invalid-field"),
        ("Bakkerij Fout", "unknown-client"),
        ("K7", "unknown-client"),
    ]


def test_name_of_a_client_of_an_earlier_migration(browser, imported, checked):
    imported(migration_file(part("clients", client("K1", name="Bakkerij Eerder"))))
    job = checked(migration_file(part("returns", tax_return(period="x"))))
    assert clients_and_codes(see(browser, job)) == [("Bakkerij Eerder", "invalid-field")]


def test_each_has_reason_remedy_part_and_line(browser, checked):
    shown = visible(see(browser, checked(MIXED)))
    assert "Het RSIN klopt niet. Controleer het RSIN van deze klant" in shown
    assert "clients.jsonl, regel 2" in shown


def test_filter_by_outcome_and_code(browser, checked):
    job = checked(MIXED)
    assert clients_and_codes(see(browser, job, toon="skipped")) == [("=1+1", "year-not-supported")]
    assert clients_and_codes(see(browser, job, toon="rejected:invalid-rsin")) == [
        ("Bakkerij Fout", "invalid-rsin")
    ]
    for odd in ("nothing", "rejected:\x00", "warned:invalid-rsin", "rejected:no-identifier"):
        assert see(browser, job, toon=odd).status_code == 200


def test_pages(browser, checked, django_assert_num_queries):
    many = [tax_return(f"A{number}", period="x") for number in range(120)]
    job = checked(migration_file(part("clients", client("K1", rsin=BSN)), part("returns", *many)))
    with django_assert_num_queries(10):
        answer = see(browser, job)
    assert "1–50 van 120" in visible(answer)  # noqa: RUF001 - as the page shows it
    last = clients_and_codes(see(browser, job, page=3))
    assert len(last) == 20


def test_sheet_has_every_line_and_runs_nothing(browser, checked):
    job = checked(MIXED)
    answer = browser.get(address(job, "controle.csv"))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{job.reference}-controle.csv"'
    rows = sheet(answer)
    assert rows[0][:4] == ["Uitkomst", "Onderdeel", "Regel", "Klant"]
    assert len(rows) == 1 + 5
    assert {row[3] for row in rows[1:]} == {"'=1+1", "Bakkerij Fout", "K7"}
    assert len(sheet(browser.get(address(job, "controle.csv?toon=skipped")))) == 1 + 1


def test_sheet_opens_in_a_dutch_spreadsheet(browser, checked):
    raw = b"".join(browser.get(address(checked(MIXED), "controle.csv")).streaming_content)
    assert raw.startswith("\ufeffUitkomst;Onderdeel".encode())


def test_no_personal_number_anywhere(browser, checked):
    job = checked(MIXED)
    shown = see(browser, job).content + b"".join(browser.get(address(job, "controle.csv")).streaming_content)
    kept = str(list(Finding.objects.values()))
    for number in (BSN, BAD_RSIN):
        assert number.encode() not in shown
        assert number not in kept


def test_what_was_not_chosen_is_said(browser, checked):
    job = checked(MIXED, selected_kinds=["clients"])
    assert "U heeft niet gekozen voor: Aangiftes." in visible(see(browser, job))
    assert ["Aangiftes", "5", "0", "0", "0", "5", "0"] in table(see(browser, job))


def test_before_the_check_and_after_the_end_another_page_has_it(browser, received, checked):
    waiting = received()
    assert see(browser, waiting).headers["Location"] == address(waiting, "voortgang/")
    ended = put(checked(), Status.CANCELLED, finished_at=timezone.now())
    assert see(browser, ended).headers["Location"] == address(ended)


def test_findings_go_when_the_migration_has_ended(checked):
    job = checked(MIXED)
    accepting.forget_findings()
    assert Finding.objects.filter(job=job).count() == 5
    put(job, Status.CANCELLED, finished_at=timezone.now())
    accepting.forget_findings()
    assert not Finding.objects.exists()


@pytest.mark.parametrize("rest", ["controle/", "controle.csv"])
def test_another_office_finds_nothing(outsider, checked, rest):
    assert outsider.get(address(checked(), rest)).status_code == 404


def test_no_script_or_style_in_the_page(browser, checked):
    page = see(browser, checked(GOOD)).content.decode()
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []


def test_checking_twice_keeps_each_finding_once(checked):
    """A worker that died after the check was written is followed by one that finds nothing to do."""
    job = checked(MIXED)
    MigrationJob.objects.filter(pk=job.pk).update(status=Status.QUEUED)
    accepting.check(job.pk)
    assert Finding.objects.filter(job=job).count() == 5
