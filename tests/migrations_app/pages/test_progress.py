"""The progress page in every state, polled and plain, and cancelling."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app import queue, sentences
from migrations_app.migration_file import RefusalCode, dutch
from migrations_app.models import MigrationJob, Part, Status, Upload
from portal.office.models import LoginSession
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.pages.conftest import address, put, title, visible
from tests.migrations_app.pages.test_overview import upload_of


def bars(response):
    values = re.findall(r'<progress id="(\w+)" max="100" value="(\d+)"', response.content.decode())
    return {name: int(value) for name, value in values}


def see(browser, job):
    return browser.get(address(job, "voortgang/"))


def polls(response):
    return "hx-trigger" in response.content.decode()


def test_checking(browser, received):
    answer = see(browser, received())
    assert bars(answer) == {"upload": 100, "processing": 0}
    assert title(answer) == "Pagina 4 van 4: Voortgang (0%) – Nextens"  # noqa: RUF001 - as the page shows it
    assert "Het bestand is binnen. Wij controleren de inhoud." in visible(answer)
    assert "U kunt nu het venster" not in visible(answer)
    assert polls(answer)


def test_queued(browser, checked):
    job = checked()
    answer = see(browser, job)
    assert bars(answer) == {"upload": 100, "processing": 10}
    tomorrow = timezone.localdate(job.start_after) + timezone.timedelta(days=1)
    assert f"Verwerking na kantoortijd, uiterlijk {tomorrow:%d-%m-%Y}." in visible(answer)
    assert polls(answer)


def test_running(browser, checked):
    job = checked()
    queue.claim(job.pk, at_once=True)
    put(job, Status.RUNNING, records_total=4000, records_done=1500)
    answer = see(browser, job)
    assert bars(answer) == {"upload": 100, "processing": 10 + 89 * 1500 // 4000}
    assert "1.500 van 4.000 verwerkt" in visible(answer)


def test_completed_with_warnings(browser, imported):
    job = imported()
    assert job.status == Status.COMPLETED_WITH_WARNINGS
    answer = see(browser, job)
    assert bars(answer) == {"upload": 100, "processing": 100}
    # a year too old, an unknown client, and a client without number
    assert "3 waarschuwingen – bekijk het verslag" in visible(answer)  # noqa: RUF001 - as the page shows it
    assert not polls(answer)


def test_refused(browser, checked):
    answer = see(browser, checked(GOOD[:-10]))
    assert bars(answer)["upload"] == 100
    assert bars(answer)["processing"] < 10
    assert "Het migratiebestand is beschadigd of niet compleet." in visible(answer)
    assert not polls(answer)


def test_failed_half_way_tells_the_true_numbers(browser, checked):
    job = checked()
    Part.objects.filter(job=job, kind="clients").update(created=1)
    put(job, Status.FAILED, finished_at=timezone.now(), reason="internal")
    shown = visible(see(browser, job))
    assert "Er ging bij Nextens iets mis." in shown
    assert "1 van 4 zijn wel gemigreerd" in shown
    assert "volledig doorlopen" not in shown
    assert "niets gewijzigd" not in shown


def test_failed_before_anything_was_imported(browser, checked):
    job = put(checked(), Status.FAILED, finished_at=timezone.now(), reason="part-checksum")
    shown = visible(see(browser, job))
    assert "Er is niets gewijzigd in Nextens." in shown
    assert "Het migratiebestand is beschadigd of niet compleet." in shown


def test_paused(browser, checked):
    assert "Gepauzeerd" in visible(see(browser, put(checked(), Status.PAUSED)))


def test_page_without_javascript_refreshes_itself_until_the_end(browser, checked):
    refresh = '<noscript><meta http-equiv="refresh" content="15"></noscript>'
    job = checked()
    assert refresh in see(browser, job).content.decode()
    put(job, Status.CANCELLED, finished_at=timezone.now())
    assert refresh not in see(browser, job).content.decode()


def test_bars_are_named_by_their_labels(browser, checked):
    page = see(browser, checked()).content.decode()
    for key in ("upload", "processing"):
        assert f'aria-labelledby="{key}-label"' in page
        assert f'id="{key}-label"' in page


def test_no_script_or_style_in_the_page(browser, checked):
    page = see(browser, checked()).content.decode()
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []


def test_poll_costs_three_queries(browser, imported, django_assert_num_queries):
    at = address(imported(), "voortgang/stand/")
    with django_assert_num_queries(3):
        assert browser.get(at).status_code == 200


def test_poll_does_not_prolong_the_session(browser, checked):
    at = address(checked(), "voortgang/stand/")
    before = LoginSession.objects.get().expire_date
    answer = browser.get(at)
    assert LoginSession.objects.get().expire_date == before
    assert "sessionid" not in answer.cookies


def test_poll_speaks_at_a_new_phase_only(browser, checked):
    job = checked()
    at = address(job, "voortgang/stand/")
    told = browser.get(at, {"phase": "checking-0"}).content.decode()
    assert re.search(r'role="status" id="told" hx-swap-oob="innerHTML">In de wachtrij, 10%<', told)
    assert "hx-swap-oob" not in browser.get(at, {"phase": "queued-0"}).content.decode()
    assert f'hx-get="{at}?phase=queued-0"' in told


def test_poll_stops_at_the_end(browser, imported):
    job = imported()
    assert not polls(browser.get(address(job, "voortgang/stand/")))


def test_poll_of_somebody_logged_out_brings_the_page_to_the_login(client, checked):
    job = checked()
    answer = client.get(address(job, "voortgang/stand/"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")
    assert see(client, job).headers["Location"].startswith("/inloggen/?next=")


def test_known_file_waits_for_an_answer(browser, received):
    received()
    waiting = received(ask_if_known=True)
    answer = see(browser, waiting)
    assert bars(answer) == {"upload": 100, "processing": 0}
    assert "Wacht op uw antwoord" in visible(answer)
    assert f'href="{address(waiting, "opnieuw/")}"' in answer.content.decode()


def test_poll_is_not_kept_by_caches(browser, checked):
    answer = browser.get(address(checked(), "voortgang/stand/"))
    assert "no-store" in answer.headers["Cache-Control"]


def test_cancelling_asks_first(browser, checked, staff_member):
    job = checked()
    at = address(job, "annuleren/")
    assert "Het bestand wordt niet verwerkt en na 14 dagen bij Nextens vernietigd." in visible(
        browser.get(at)
    )
    job.refresh_from_db()
    assert job.status == Status.QUEUED
    answer = browser.post(at, follow=True)
    assert "De migratie is geannuleerd." in visible(answer)
    assert f"door {staff_member.email}" in visible(answer)
    assert MigrationJob.objects.get().status == Status.CANCELLED


def test_cancelling_too_late_says_so(browser, imported):
    at = address(imported(), "annuleren/")
    assert "kan niet meer worden geannuleerd" in visible(browser.get(at))
    assert "kan niet meer worden geannuleerd" in visible(browser.post(at, follow=True))
    assert MigrationJob.objects.get().status == Status.COMPLETED_WITH_WARNINGS


@pytest.mark.parametrize("rest", ["", "voortgang/", "voortgang/stand/", "annuleren/", "verslag.csv"])
def test_another_office_finds_nothing(outsider, checked, rest):
    job = checked()
    assert outsider.get(address(job, rest)).status_code == 404
    assert outsider.post(address(job, rest)).status_code in {404, 405}
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_upload_right_after_a_reload(browser, staff_member):
    """Before the job is made, by the id that the job will have."""
    upload = upload_of(staff_member)
    answer = see(browser, upload)
    assert bars(answer) == {"upload": 47, "processing": 0}
    assert title(answer) == "Pagina 4 van 4: Voortgang (47%) – Nextens"  # noqa: RUF001 - as the page shows it
    shown = visible(answer)
    assert "Laat dit venster open tot de bovenste balk op 100% staat." in shown
    assert "Upload annuleren" in shown
    assert polls(answer)


def test_upload_of_a_colleague(browser, administrator):
    answer = see(browser, upload_of(administrator))
    assert f"{administrator.email} is dit bestand aan het uploaden." in visible(answer)
    assert "annuleren" not in visible(answer)


def test_poll_of_an_upload_costs_three_queries(browser, staff_member, django_assert_num_queries):
    at = address(upload_of(staff_member), "voortgang/stand/")
    with django_assert_num_queries(3):
        answer = browser.get(at, {"phase": "uploading-1"})
    assert bars(answer)["upload"] == 47


def test_poll_of_an_upload_goes_over_to_its_job(browser, received):
    job = received()
    at = address(job, "voortgang/stand/")
    told = browser.get(at, {"phase": "uploading-3"}).content.decode()
    assert "Wordt gecontroleerd, 0%" in told


def test_poll_of_a_queued_job_costs_three_queries(browser, checked, django_assert_num_queries):
    at = address(checked(), "voortgang/stand/")
    with django_assert_num_queries(3):
        assert "Plaats 1 in de wachtrij" in visible(browser.get(at))


def test_own_upload_is_cancelled_after_asking(browser, staff_member):
    upload = upload_of(staff_member)
    at = address(upload, "annuleren/")
    assert "het begint dan weer bij 0%" in visible(browser.get(at))
    assert Upload.objects.exists()
    answer = browser.post(at, follow=True)
    assert "De upload is geannuleerd." in visible(answer)
    assert not Upload.objects.exists()


def test_upload_of_a_colleague_is_not_cancelled(browser, administrator):
    at = address(upload_of(administrator), "annuleren/")
    assert browser.post(at).status_code == 404
    assert Upload.objects.exists()


def test_upload_of_another_office_is_not_there(outsider, staff_member):
    upload = upload_of(staff_member)
    for rest in ("voortgang/", "voortgang/stand/?phase=uploading-1", "annuleren/"):
        assert outsider.get(address(upload, rest)).status_code == 404


def test_queued_says_what_will_be_left_out(browser, checked):
    job = checked()
    shown = visible(see(browser, job))
    assert "2 van 4 aangekondigde gegevens worden niet overgenomen. Bekijk welke en waarom" in shown
    assert f'href="{address(job, "controle/")}"' in see(browser, job).content.decode()


def test_closing_the_window_is_allowed_only_in_the_queue(browser, received, checked):
    allowed = "U kunt nu het venster en/of Nextens sluiten."
    assert allowed not in visible(see(browser, received()))
    assert allowed in visible(see(browser, checked()))


def test_running_says_when_it_will_be_done(browser, checked):
    job = checked()
    queue.claim(job.pk, at_once=True)
    begun = timezone.now() - timedelta(hours=1)
    put(job, Status.RUNNING, records_total=4, records_done=2, started_at=begun)
    end = timezone.localtime(begun + timedelta(hours=2))
    shown = visible(see(browser, job))
    assert any(f"klaar rond {end + timedelta(minutes=late):%H:%M}" in shown for late in (0, 1))


def test_undone_keeps_its_bar(browser, imported):
    job = put(imported(), Status.UNDONE)
    answer = see(browser, job)
    assert bars(answer)["processing"] == 100
    assert "ongedaan gemaakt" in visible(answer)
    assert not polls(answer)


def test_waiting_is_asked_for_less_often_than_working(browser, received, checked):
    assert 'hx-trigger="every 2s"' in see(browser, received()).content.decode()
    assert 'hx-trigger="every 10s"' in see(browser, checked()).content.decode()


def test_digest_of_the_whole_file_is_shown(browser, received):
    assert hashlib.sha256(GOOD).hexdigest() in visible(see(browser, received()))


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_says_why_and_what_to_do(browser, received, code):
    job = received()
    reason = sentences.refusal(code, job.file_size)
    put(
        job, Status.REFUSED, refusal_code=code, reason=reason, finished_at=timezone.now(), storage_name="",
        wrapped_key=None,
    )  # fmt: skip
    shown = visible(see(browser, job))
    assert dutch.refusal_sentence(code) in shown
    assert dutch.refusal_remedy(code) in shown
    assert "Er is niets gewijzigd in Nextens." in shown
