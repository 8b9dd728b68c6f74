"""The help page: open to everybody, with a picture of each page of the step plan."""

import re
from pathlib import Path

import pytest
from PIL import Image

from portal.office import site
from portal.office.models import SiteSettings
from tests.people import logged_in

FOLDER = Path("static/help")
PICTURE = re.compile(
    r'<img class="picture" src="/static/help/([a-z-]+)\.webp" alt="([^"]+)" width="(\d+)" height="(\d+)"'
)


@pytest.fixture
def page(client, db):
    return client.get("/help/").content.decode()


def test_every_picture_is_shown_and_every_one_shown_is_there(page):
    shown = PICTURE.findall(page)
    assert page.count("<img") == len(shown)
    assert sorted(name for name, *_ in shown) == sorted(path.stem for path in FOLDER.glob("*.webp"))
    assert len(shown) >= 10
    for name, alt, width, height in shown:
        with Image.open(FOLDER / f"{name}.webp") as picture:
            assert picture.size == (int(width), int(height))
        assert len(alt) > 20


def test_pictures_are_small_and_wait_for_their_turn(page):
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 250_000
    assert page.count('loading="lazy"') == page.count("<img")


def test_says_whom_to_ask_and_where_the_tool_is(page, client):
    assert 'href="mailto:support@nextens.nl"' in page
    assert 'U krijgt de Migratie Tool van <a href="#support">' in page
    site.keep(SiteSettings(migration_tool_url="https://nextens.example/tool"))
    assert 'href="https://nextens.example/tool">Migratie Tool</a>' in client.get("/help/").content.decode()


def test_every_link_of_the_page_leads_somewhere(page, administrator):
    browser = logged_in(administrator)
    for path in sorted(set(re.findall(r'href="(/[^"#]*)', page))):
        if not path.startswith("/static/"):
            assert browser.get(path).status_code in {200, 302}, path
    for anchor in set(re.findall(r'href="(?:/help/)?#([^"]+)"', page)):
        assert f'id="{anchor}"' in page


@pytest.mark.parametrize("path", ["/", "/instellingen/", "/klanten/", "/tools/", "/bestaat-niet/"])
def test_help_is_one_link_away_from_every_page(administrator, path):
    assert '<a href="/help/" data-help>Help</a>' in logged_in(administrator).get(path).content.decode()
