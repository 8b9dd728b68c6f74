"""The overview: newest first, of this office, searched without personal numbers."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from migrations_app import planning
from migrations_app.attention import attention
from migrations_app.models import ImportType, MigrationJob, Status, Upload
from migrations_app.standing import with_totals
from portal.office.models import LoginSession
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
    MigrationJob.objects.bulk_create(old_jobs(job, 60))
    with django_assert_num_queries(6):
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


def upload_of(user, **values):
    values = {
        "file_name": "18102021101010.zip",
        "length": 1000,
        "offset": 470,
        "wrapped_key": b"x",
        "expires_at": timezone.now() + timedelta(hours=settings.UPLOAD_KEEP_HOURS),
        "import_type": "combined",
        "default_message_status": "Ongeopend",
        **values,
    }
    return Upload.objects.create(office=user.membership.office, created_by=user, **values)


def test_colleagues_see_an_upload_that_goes_on(browser, administrator, neighbour_administrator):
    upload = upload_of(administrator)
    upload_of(neighbour_administrator, file_name="theirs.zip")
    answer = browser.get(AT)
    assert names(answer) == [upload.file_name]
    assert "Bezig met uploaden" in visible(answer)
    assert administrator.email in answer.content.decode()
    assert 'value="47" aria-label="Uploaden van 18102021101010.zip"' in answer.content.decode()


def test_upload_that_stands_still_says_since_when(browser, administrator):
    upload_of(administrator, expires_at=timezone.now() + timedelta(hours=settings.UPLOAD_KEEP_HOURS - 1))
    since = timezone.localtime(timezone.now() - timedelta(hours=1))
    assert f"onderbroken sinds {since:%d-%m-%Y %H:%M}" in visible(browser.get(AT))


@pytest.mark.parametrize("query", [{"q": "elsewhere"}, {"page": "2"}])
def test_upload_is_not_on_other_pages(browser, administrator, received, query):
    upload_of(administrator)
    MigrationJob.objects.bulk_create(old_jobs(received(name="elsewhere.zip"), 30))
    assert "18102021101010.zip" not in names(browser.get(AT, query))


def test_upload_that_is_over_is_not_shown(browser, administrator):
    upload = upload_of(administrator)
    long_ago = timezone.now() - timedelta(days=9)
    Upload.objects.filter(pk=upload.pk).update(created_at=long_ago, expires_at=long_ago + timedelta(days=3))
    assert names(browser.get(AT)) == []


def old_jobs(job, number):
    return [
        MigrationJob(
            office=job.office,
            created_by=job.created_by,
            reference=f"MIG-1999-{each}",
            file_name="old.zip",
            status=Status.CANCELLED,
            finished_at=timezone.now(),
            import_type="combined",
        )
        for each in range(number)
    ]


def test_expected_moment_and_place_in_the_queue(browser, checked, monkeypatch):
    monkeypatch.setattr(planning, "_UNKNOWN_PACE", 0.01)
    job = checked()
    start, end = (timezone.localtime(at) for at in (job.place.expected_start, job.place.expected_end))
    shown = visible(browser.get(AT))
    ends = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%d-%m-%Y %H:%M}"
    assert f"Plaats 1, naar verwachting van {start:%d-%m-%Y %H:%M} tot {ends}" in shown


def test_list_asks_again_as_long_as_something_moves(browser, checked):
    job = checked(name="a b.zip")
    page = browser.get(AT, {"q": "a b"}).content.decode()
    assert f'hx-get="{AT}stand/?q=a%20b"' in page or f'hx-get="{AT}stand/?q=a+b"' in page
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    put(job, Status.CANCELLED, finished_at=timezone.now())
    page = browser.get(AT).content.decode()
    assert "hx-get" not in page
    assert "http-equiv" not in page
    assert "hx-get" not in browser.get(f"{AT}stand/").content.decode()


def test_part_of_the_page_is_the_list_alone_and_prolongs_nothing(browser, checked):
    checked()
    before = LoginSession.objects.get().expire_date
    answer = browser.get(f"{AT}stand/")
    assert answer.content.decode().lstrip().startswith('<div id="jobs"')
    assert LoginSession.objects.get().expire_date == before
    assert "sessionid" not in answer.cookies
    assert browser.get(f"{AT}stand/", {"q": "111222333"}).status_code == 400


def test_2000_jobs_cost_no_more_queries(browser, received, django_assert_max_num_queries):
    MigrationJob.objects.bulk_create(old_jobs(received(), 2000))
    with django_assert_max_num_queries(12):
        answer = browser.get(AT)
    assert "van 2.001" in visible(answer)
    with django_assert_max_num_queries(12):
        assert "van 2.000" in visible(browser.get(AT, {"q": "old"}))


def test_refused_asks_for_attention_on_home(office, checked):
    job = checked(migration_file(part("clients", client()), office="87654321"))
    (point,) = attention(office)
    assert (point.text, point.url) == (f"{job.reference}: geweigerd", address(job, "voortgang/"))
