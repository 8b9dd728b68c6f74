"""The overview: newest first, of this office, searched without personal numbers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app.attention import attention
from migrations_app.models import ImportType, MigrationJob, Status
from migrations_app.standing import with_totals
from tests.migrations_app.files import client, migration_file, part
from tests.migrations_app.pages.conftest import address, put, title, visible

AT = "/instellingen/migratie/"


def names(response):
    return re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', response.content.decode())


def test_empty(browser):
    answer = browser.get(AT)
    assert "Er zijn nog geen migraties." in visible(answer)
    assert title(answer) == "Migratie overzicht – Nextens"  # noqa: RUF001 - as the page shows it


def test_newest_first_of_this_office_only(browser, received, neighbour_administrator):
    received(name="first.zip")
    received(name="second.zip")
    received(name="theirs.zip", by=neighbour_administrator)
    assert names(browser.get(AT)) == ["second.zip", "first.zip"]


def test_status_who_when_and_bar(browser, checked, staff_member):
    job = checked()
    answer = browser.get(AT)
    shown = visible(answer)
    assert "In de wachtrij" in shown
    assert staff_member.email in answer.content.decode()
    assert f"{timezone.localtime(job.created_at):%d-%m-%Y %H:%M}" in shown
    assert re.search(r'<progress max="100" value="10" aria-label="[^"]+"', answer.content.decode())


def test_finished_leads_to_its_report(browser, imported):
    job = imported()
    answer = browser.get(AT)
    assert "2 van 4" in visible(answer)
    assert f'href="{address(job)}"' in answer.content.decode()


def test_refused_says_why(browser, checked):
    checked(migration_file(part("clients", client()), office="87654321"))
    assert "Dit migratiebestand is van een ander kantoor" in visible(browser.get(AT))


@pytest.mark.parametrize("words", ["first", "FIRST.zip", "MIG-", "medewerker"])
def test_search(browser, received, words):
    job = received(name="first.zip")
    assert names(browser.get(AT, {"q": words})) == [job.file_name]
    assert "geen migraties gevonden" in visible(browser.get(AT, {"q": "15102022"}))


def test_search_for_a_personal_number_is_refused(browser, received):
    received(name="111222333.zip")
    answer = browser.get(AT, {"q": " 111222333"})
    assert answer.status_code == 400
    assert names(answer) == []
    assert "niet op een BSN of RSIN" in visible(answer)
    assert "111222333" not in answer.content.decode()


def test_search_for_a_moment_of_export_is_not(browser, received):
    received()
    assert names(browser.get(AT, {"q": "15102021135603"})) == ["15102021135603.zip"]


@pytest.mark.parametrize("query", [{"q": "x" * 101}, {"q": "\x00"}, {"page": "x"}, {"page": "99"}])
def test_odd_questions_are_answered(browser, query):
    assert browser.get(AT, query).status_code in {200, 400}


def test_without_certificate_there_is_a_warning(browser, certificates):
    assert "Upload eerst uw certificaat" not in visible(browser.get(AT))
    certificates.active = False
    assert "Upload eerst uw certificaat" in visible(browser.get(AT))


def test_cost_does_not_grow_with_the_list(browser, checked, django_assert_num_queries):
    job = checked()
    MigrationJob.objects.bulk_create(
        MigrationJob(
            office=job.office,
            created_by=job.created_by,
            reference=f"MIG-1999-{number}",
            file_name="old.zip",
            status=Status.CANCELLED,
            finished_at=timezone.now(),
            import_type="combined",
        )
        for number in range(60)
    )
    with django_assert_num_queries(4):
        answer = browser.get(AT)
    assert "1–25 van 61" in visible(answer)  # noqa: RUF001 - as the page shows it
    assert len(names(browser.get(AT, {"page": 3}))) == 11


def test_home_names_what_asks_for_attention(office, neighbour, imported, django_assert_num_queries):
    assert attention(office) == []
    job = imported()
    with django_assert_num_queries(1):
        (point,) = attention(office)
    assert (point.text, point.url) == (f"{job.reference}: 3 waarschuwingen", address(job))
    assert attention(neighbour) == []
    put(job, Status.FAILED)
    assert attention(office)[0].text == f"{job.reference}: mislukt"
    put(job, Status.FAILED, finished_at=timezone.now() - timedelta(days=31))
    assert attention(office) == []


def test_what_was_not_chosen_is_nothing_to_look_at(imported):
    job = imported(import_type=ImportType.MESSAGES)
    assert job.status == Status.COMPLETED
    assert with_totals(MigrationJob.objects.all()).get().remarks == 0
