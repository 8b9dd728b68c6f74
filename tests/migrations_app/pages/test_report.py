"""The report: numbers that close, every record that was not simply migrated, and a CSV that runs nothing."""

import csv
import io
import re

import pytest
from django.utils import timezone

from migrations_app import reporting
from migrations_app.migration_file import Preset, write_preset
from migrations_app.models import LedgerEntry, Part, Status, Tally
from migrations_app.views import report
from portal.ids import uuid7
from portal.office.logos import set_logo
from portal.office.pictures import Picture
from tests.migrations_app.files import DATABASE, client, migration_file, part, tax_return
from tests.migrations_app.pages.conftest import address, put, title, visible


def table(response):
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", response.content.decode())
    return [
        [" ".join(re.sub("<.*?>", " ", cell).split()) for cell in re.split("</t[hd]>", row)[:-1]]
        for row in rows
    ]


def sheet(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_numbers_per_product_and_year_close(browser, imported):
    job = imported()
    answer = browser.get(address(job))
    rows = table(answer)
    assert rows[0] == [
        "Product", "Aangiftejaar", "Aangekondigd", "Nieuw", "Bijgewerkt", "Ongewijzigd",
        "Gemigreerd", "Overgeslagen", "Mislukt", "Verschil",
    ]  # fmt: skip
    assert rows[1:4] == [
        ["VpbWin2018 (Classic)", "2014", "1", "0", "0", "0", "0", "1", "0", "⚠ 1"],
        ["VpbWin2018 (Classic)", "2018", "2", "1", "0", "0", "1", "0", "1", "⚠ 1"],
        ["Totaal", "", "3", "1", "0", "0", "1", "1", "1", "⚠ 2"],
    ]
    assert "Aangiftes uit PC-03 (Classic)" in visible(answer)
    assert "2 gemigreerd · 1 overgeslagen · 1 mislukt – van 4 aangekondigd" in visible(answer)  # noqa: RUF001 - as the page shows it
    assert "Klanten 1 van 1 · Aangiftes 1 van 3" in visible(answer)
    assert title(answer) == f"{job.reference} – Nextens"  # noqa: RUF001 - as the page shows it


def test_nothing_to_remark(browser, imported):
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("returns", tax_return(), product="VpbWin", product_year=2018),
        )
    )
    answer = browser.get(address(job))
    assert table(answer)[1][-1] == "Gelijk"
    assert "Er zijn geen verschillen." in visible(answer)
    assert "CSV" not in visible(answer)
    assert "Controleer uw klantenlijst op voormalige klanten." in visible(answer)


@pytest.mark.django_db(transaction=True)  # the importer's staging tables are emptied by its commits
def test_parts_of_one_product_are_one_row(imported):
    returns = {"product": "VpbWin", "product_year": 2018}
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("returns", tax_return("A1"), path="1.jsonl", **returns),
            part("returns", tax_return("A2"), path="2.jsonl", **returns),
            part("clients", client("K2", rsin="123456782"), source=DATABASE, path="3.jsonl"),
            part("returns", tax_return("A3", of="K2"), source=DATABASE, path="4.jsonl", **returns),
        )
    )
    classic, database = reporting.report_of(job).sources
    assert (classic.name, database.name) == ("PC-03", "Hoofdvestiging")
    assert [(row.label, row.tax_year, row.announced) for row in (*classic.rows, *database.rows)] == [
        ("VpbWin2018 (Classic)", 2018, 2),
        ("VpbWin2018 (Database)", 2018, 1),
    ]
    assert "niet afgeronde" in classic.note
    assert "als ze zijn afgesloten" in database.note


def test_warning_about_a_return_counts_no_record_twice(imported):
    returns = part("returns", tax_return(), product="AnderProgramma", product_year=2018)
    job = imported(migration_file(part("clients", client(rsin="111222333")), returns))
    found = reporting.report_of(job)
    assert [(group.outcome, group.count) for group in found.groups] == [("warned", 1)]
    (row,) = found.rows
    assert (row.announced, row.migrated, row.difference) == (1, 1, 0)


def test_what_is_not_read_yet_stands_without_a_year(browser, checked):
    answer = browser.get(address(checked()))
    assert table(answer)[1] == ["VpbWin2018 (Classic)", "–", "3", "0", "0", "0", "0", "0", "0", "3"]  # noqa: RUF001 - as the page shows it
    assert "Deze migratie is nog niet klaar." in visible(answer)


def test_a_number_of_thousands_has_a_dot_and_a_year_has_none(browser, checked):
    job = checked()
    Part.objects.filter(job=job, kind="returns").update(announced=12345)
    assert table(browser.get(address(job)))[1][2] == "12.345"


def test_each_record_with_client_reason_and_remedy(browser, imported):
    rows = table(browser.get(address(imported())))
    assert [
        "returns.jsonl, regel 3",
        "K9",
        "VPB 2018",
        "De klant waar dit bij hoort, staat niet in dit bestand en is niet eerder gemigreerd.",
        "Migreer eerst de klanten van deze bron en upload daarna dit bestand opnieuw.",
        "unknown-client",
    ] in rows
    assert [row[1] for row in rows if row[0] == "returns.jsonl, regel 2"] == ["Bakkerij K1"]
    assert [row[-1] for row in rows if row[0] == "clients.jsonl, regel 1"] == ["no-identifier"]


def test_wrong_field_says_what_was_expected_and_no_value(browser, imported):
    job = imported(
        migration_file(
            part(
                "clients", client(rsin="111222334"), client("K2", country="Nederland", date_of_birth="1-1-1")
            )
        )
    )
    shown = visible(browser.get(address(job)))
    assert "Het RSIN klopt niet." in shown
    assert "Geboortedatum: verwacht een datum, zoals 2018-12-31." in shown
    assert "111222334" not in shown


def entries(job, number):
    returns = job.parts.get(kind="returns")
    LedgerEntry.objects.bulk_create(
        LedgerEntry(id=uuid7(), part=returns, line=100 + line, outcome="rejected", code="invalid-json")
        for line in range(number)
    )
    Tally.objects.create(part=returns, outcome="rejected", code="invalid-json", count=number)


def test_long_list_is_cut_and_shown_in_full_to_print(browser, imported):
    job = imported()
    entries(job, 60)
    answer = browser.get(address(job))
    assert "Mislukt (61)" in visible(answer)
    assert "Dit zijn de eerste 25 van 61 regels; 36 staan hier niet." in visible(answer)
    assert "data-print" not in answer.content.decode()
    in_full = browser.get(address(job), {"regels": "alle"})
    assert [row[-1] for row in table(in_full)].count("invalid-json") == 60
    assert "data-print" in in_full.content.decode()
    assert "Op papier" not in visible(answer)


def test_what_is_not_printed_is_counted(browser, imported, monkeypatch):
    monkeypatch.setattr(report, "_LONG", 50)
    job = imported()
    entries(job, 60)
    before = visible(browser.get(address(job)))
    assert "Op papier komen van elke lijst ten hoogste 50 regels. De andere 11 staan alleen in" in before
    printed = browser.get(address(job), {"regels": "alle"})
    assert "Dit zijn de eerste 50 van 61 regels; 11 staan hier niet." in visible(printed)
    assert "data-print" in printed.content.decode()


def test_logo_of_the_office_stands_on_it(browser, imported, staff_member):
    job = imported()
    assert 'class="logo"' not in browser.get(address(job)).content.decode()
    set_logo(office=job.office, picture=Picture(b"PNG", 40, 20), by=staff_member)
    assert "/instellingen/mijn-logos/logo.png?v=" in browser.get(address(job)).content.decode()


def test_cost_does_not_grow_with_the_report(browser, imported, django_assert_max_num_queries):
    job = imported()
    entries(job, 400)
    with django_assert_max_num_queries(12):
        browser.get(address(job), {"regels": "alle"})


def test_before_the_check_there_is_no_report(browser, received, checked):
    job = received()
    assert browser.get(address(job)).headers["Location"] == address(job, "voortgang/")
    refused = checked(b"PK\x03\x04")
    assert browser.get(address(refused)).headers["Location"] == address(refused, "voortgang/")


def test_failed_report_says_so(browser, checked):
    job = put(checked(), Status.FAILED, finished_at=timezone.now(), reason="internal")
    assert "Er ging bij Nextens iets mis." in visible(browser.get(address(job)))


def test_csv_has_every_line(browser, imported):
    job = imported()
    answer = browser.get(address(job, "verslag.csv"))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{job.reference}.csv"'
    header, *rows = sheet(answer)
    assert header[:4] == ["Uitkomst", "Onderdeel", "Regel", "Klant"]
    assert [(row[0], row[1], row[2], row[-1]) for row in rows] == [
        ("Waarschuwing", "clients.jsonl", "1", "no-identifier"),
        ("Overgeslagen", "returns.jsonl", "2", "year-not-supported"),
        ("Mislukt", "returns.jsonl", "3", "unknown-client"),
    ]


def test_csv_of_one_outcome(browser, imported):
    at = address(imported(), "verslag.csv")
    assert [row[0] for row in sheet(browser.get(at, {"uitkomst": "rejected"}))[1:]] == ["Mislukt"]
    assert len(sheet(browser.get(at, {"uitkomst": "x"}))) == 4


def test_csv_runs_no_formula(browser, imported):
    bad = '=HYPERLINK("http://x.example";"klik")'
    job = imported(migration_file(part("clients", client(name=bad))))
    (row,) = sheet(browser.get(address(job, "verslag.csv")))[1:]
    assert row[3] == f"'{bad}"


def test_csv_reads_names_by_the_thousand(imported, django_assert_max_num_queries):
    job = imported()
    entries(job, 2500)
    lines = reporting.Lines(job, reporting.report_of(job), reporting.Choice())
    with django_assert_max_num_queries(7):
        assert sum(1 for _ in reporting.csv_lines(lines.everything())) == 2504


def test_reasons_are_counted_and_lead_to_their_lines(browser, imported):
    answer = browser.get(address(imported()))
    assert [
        "Mislukt",
        "De klant waar dit bij hoort, staat niet in dit bestand en is niet eerder gemigreerd.",
        "Migreer eerst de klanten van deze bron en upload daarna dit bestand opnieuw.",
        "unknown-client",
        "1 regels: De klant waar dit bij hoort, staat niet in dit bestand en is niet eerder gemigreerd.",
    ] in table(answer)
    assert "regels/?uitkomst=rejected&amp;reden=unknown-client" in answer.content.decode()


def lines_of(answer):
    return [(row[0], row[1], row[-1]) for row in table(answer)[1:]]


def test_lines_are_chosen_by_outcome_reason_part_and_year(browser, imported):
    job = imported()
    at = address(job, "regels/")
    everything = [
        ("Mislukt", "returns.jsonl, regel 3", "unknown-client"),
        ("Overgeslagen", "returns.jsonl, regel 2", "year-not-supported"),
        ("Waarschuwing", "clients.jsonl, regel 1", "no-identifier"),
    ]
    assert lines_of(browser.get(at)) == everything
    assert lines_of(browser.get(at, {"uitkomst": "warned"})) == everything[2:]
    assert lines_of(browser.get(at, {"reden": "unknown-client"})) == everything[:1]
    assert lines_of(browser.get(at, {"jaar": "2014"})) == everything[1:2]
    assert lines_of(browser.get(at, {"jaar": "0"})) == everything[2:]
    returns = job.parts.get(kind="returns")
    assert lines_of(browser.get(at, {"onderdeel": str(returns.pk)})) == everything[:2]
    assert lines_of(browser.get(at, {"uitkomst": "rejected", "jaar": "2014"})) == []
    # what the report does not have is no choice
    assert lines_of(browser.get(at, {"uitkomst": "niets"})) == everything


def test_csv_of_the_filter(browser, imported):
    at = address(imported(), "verslag.csv")
    assert [row[0] for row in sheet(browser.get(at, {"jaar": "2014"}))[1:]] == ["Overgeslagen"]


@pytest.mark.parametrize(("page", "first", "last"), [(1, 1, 50), (2, 51, 100), (9, 401, 450), (10, 451, 460)])
def test_page_of_lines_wherever_it_is(browser, imported, django_assert_max_num_queries, page, first, last):
    job = imported()
    entries(job, 460)
    with django_assert_max_num_queries(12):
        answer = browser.get(address(job, "regels/"), {"reden": "invalid-json", "page": page})
    shown = [int(row[1].rpartition(" ")[2]) - 99 for row in table(answer)[1:]]
    assert shown == [*range(first, last + 1)]


def test_a_page_may_hold_many_reasons(browser, imported):
    job = imported()
    entries(job, 49)
    answer = browser.get(address(job, "regels/"))
    assert [code for _, _, code in lines_of(answer)] == ["invalid-json"] * 49 + ["unknown-client"]
    assert [code for _, _, code in lines_of(browser.get(address(job, "regels/"), {"page": 2}))] == [
        "year-not-supported",
        "no-identifier",
    ]


def test_number_used_as_an_id_is_masked(browser, imported):
    job = imported(migration_file(part("returns", tax_return(of="111222333"))))
    shown = visible(browser.get(address(job)))
    assert "******333" in shown
    assert "111222333" not in shown
    assert "111222333" not in browser.get(address(job, "verslag.csv")).getvalue().decode()


def test_step_plan_table(imported):
    """The six rows that the Migratie Tool shows in the step plan, of the seed itself."""
    out = io.BytesIO()
    write_preset(out, Preset.STAPPENPLAN, office_number="12345678")
    found = reporting.report_of(imported(out.getvalue()))
    assert [(row.label, row.tax_year, row.announced, row.migrated) for row in found.rows] == [
        ("BtwWin2016 (Classic)", 2016, 115, 115),
        ("VpbWin2017 (Classic)", 2017, 20, 20),
        ("VpbWin2018 (Classic)", 2018, 18, 18),
        ("BasWin2019 (Classic)", 2018, 411, 411),
        ("BtwWin2021 (Classic)", 2021, 2, 2),
        ("VpbWin2021 (Classic)", 2021, 1, 1),
    ]
    assert (found.total.announced, found.total.difference) == (567, 0)
