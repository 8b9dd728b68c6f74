"""The pages of an undo: the list, the question, how far it is, what came of it."""

import pytest

from migrations_app import undoing
from migrations_app.models import Undo
from portal.dossiers.models import Client, TaxReturn
from portal.dossiers.services import unlock
from tests.migrations_app.pages.conftest import address, visible
from tests.people import logged_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(administrator, certificates):
    """The kantoorbeheerder's browser."""
    return logged_in(administrator)


def test_from_question_to_result(web, imported, staff_member):
    job = imported()
    unlock(TaxReturn.objects.get(), by=staff_member)
    at = address(job, "ongedaan-maken/")
    assert at in web.get(address(job)).content.decode()
    assert "Maak de lijst" in visible(web.get(at))
    web.post(at, {"plan": ""})
    assert "De lijst wordt gemaakt..." in visible(web.get(at))
    assert web.get(f"{at}stand/", {"staat": "planning"}).status_code == 200
    undoing.plan(job.pk)
    assert web.get(f"{at}stand/", {"staat": "planning"}).headers["HX-Refresh"] == "true"
    shown = visible(web.get(at))
    assert "Weet u zeker dat u migratie" in shown
    assert "1: In Nextens ontgrendeld of gewijzigd." in shown
    assert "Bakkerij K1 VPB 2018" in visible(web.get(f"{at}blijft/", {"soort": "taxreturn"}))
    assert "Er zijn geen regels." in visible(web.get(f"{at}verdwijnt/", {"soort": "client"}))
    web.post(at, {"undo": ""})
    assert "Wacht op uitvoering..." in visible(web.get(at))
    undoing.run(job.pk)
    assert "De migratie is ongedaan gemaakt op" in visible(web.get(at))
    assert "Deze migratie is ongedaan gemaakt." in visible(web.get(address(job)))


def test_lists_come_in_pages(web, imported, administrator, monkeypatch):
    monkeypatch.setattr("migrations_app.undoing.lists.PAGE", 1)
    job = imported()
    undoing.ask(job, by=administrator)
    undoing.plan(job.pk)
    at = address(job, "ongedaan-maken/verdwijnt/")
    shown = web.get(at, {"soort": "client"})
    assert "Bakkerij K1" in visible(shown)
    assert "Volgende" not in visible(shown)
    last = Client.objects.get().pk
    assert "Er zijn geen regels." in visible(web.get(at, {"soort": "client", "na": last}))
    for wrong in ({"soort": "x"}, {"soort": "client", "na": "x"}, {}):
        assert web.get(at, wrong).status_code == 404


def test_only_the_kantoorbeheerder(browser, imported):
    job = imported()
    at = address(job, "ongedaan-maken/")
    assert at not in browser.get(address(job)).content.decode()
    assert browser.post(at, {"plan": ""}).status_code == 403
    assert not Undo.objects.exists()


def test_too_late_is_said(web, checked):
    job = checked()
    shown = visible(web.post(address(job, "ongedaan-maken/"), {"plan": ""}, follow=True))
    assert "Deze migratie kan niet ongedaan worden gemaakt." in shown
