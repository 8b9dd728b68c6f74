"""The addresses that Nextens administrators set for everybody."""

import html
import re

import pytest
from django.db import IntegrityError, transaction

from portal.office import site
from portal.office.models import AuditEvent, SiteSettings
from tests.people import logged_in

ADDRESSES = {
    "migration_tool_url": "https://tool.example/ophalen",
    "fiscaal_totaal_url": "https://fiscaal.example/",
    "naslag_url": "https://naslag.example/",
}


def main_menu(browser):
    nav = re.search(r'(?s)aria-label="Hoofdmenu">(.*?)</nav>', browser.get("/").content.decode())[1]
    return [html.unescape(text) for text in re.findall(r">([^<>]+)</a>", nav)]


def test_menu_names_what_is_set(administrator):
    browser = logged_in(administrator)
    assert not {"FiscaalTotaal", "Naslag"} & set(main_menu(browser))
    site.keep(SiteSettings(**ADDRESSES))
    assert main_menu(browser)[-2:] == ["FiscaalTotaal", "Naslag"]


def test_help_says_where_the_migration_tool_is(client, db):
    assert 'van <a href="#support">support</a>' in client.get("/help/").content.decode()
    site.keep(SiteSettings(**ADDRESSES))
    assert '<a href="https://tool.example/ophalen">Migratie Tool</a>' in client.get("/help/").content.decode()


def test_administrator_sets_them_once_for_all(nextens_administrator):
    browser = logged_in(nextens_administrator)
    assert browser.post("/admin/office/sitesettings/add/", ADDRESSES).status_code == 302
    assert site.site().naslag_url == "https://naslag.example/"
    assert browser.get("/admin/office/sitesettings/add/").status_code == 403
    assert browser.get("/admin/office/sitesettings/")["Location"] == "/admin/office/sitesettings/1/change/"
    trace = AuditEvent.objects.get(act="site.changed")
    assert trace.facts == {"changed": "Adres van de Migratie Tool, Adres van FiscaalTotaal, Adres van Naslag"}


@pytest.mark.parametrize("address", ["http://tool.example/", "javascript:alert(1)"])
def test_only_https_is_taken(nextens_administrator, address):
    form = {**ADDRESSES, "naslag_url": address}
    assert logged_in(nextens_administrator).post("/admin/office/sitesettings/add/", form).status_code == 200
    assert not SiteSettings.objects.exists()


def test_there_is_one_row(db):
    with pytest.raises(IntegrityError, match="site_settings_one_row"), transaction.atomic():
        SiteSettings.objects.create(id=2)


def test_change_of_another_process_is_seen_in_a_while(db, monkeypatch, django_assert_num_queries):
    SiteSettings.objects.create(**ADDRESSES)
    with django_assert_num_queries(0):
        assert site.site().naslag_url == ""
    later = site.time.monotonic() + site.SECONDS_KEPT
    monkeypatch.setattr(site.time, "monotonic", lambda: later)
    assert site.site().naslag_url == "https://naslag.example/"
