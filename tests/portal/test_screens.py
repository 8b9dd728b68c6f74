"""S1 to S4 say literally what the step plan's screens say, and in its order."""

import html
import json
import re
from pathlib import Path

import pytest

from portal.office import menus
from tests.people import logged_in

TEXTS = {
    row["id"]: row["text"] for row in json.loads(Path("tests/data/screens.json").read_text(encoding="utf-8"))
}
# stands on no page: an example, or a thing that comes with the issue that builds what it leads to
EXAMPLES = {
    "S1": {"S1-09", "S1-10", "S1-11", "S1-12"},
    "S2": {
        # FiscaalTotaal and Naslag: when an administrator has set their address; the search: when it exists
        "S2-04", "S2-05", "S2-06",
        # an example of a point of attention; no page sends returns
        "S2-10",
        # Adviessignalen and its examples
        *(f"S2-{number}" for number in range(14, 21)),
    },
    "S3": {"S3-04"},
    # menu items whose pages come later
    "S4": {"S4-06", "S4-10", "S4-11"},
}  # fmt: skip


def visible(response):
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", " ", response.content.decode())
    return " ".join(html.unescape(body).split())


def expected(screen):
    return [text for id, text in TEXTS.items() if id.startswith(f"{screen}-") and id not in EXAMPLES[screen]]


def assert_in_order(texts, page):
    at = 0
    for text in texts:
        found = page.find(text, at)
        assert found >= 0, f"{text!r} is missing after {page[:at][-80:]!r}"
        at = found + len(text)


@pytest.fixture
def support(office):
    from portal.office.models import Role
    from tests.people import member_of

    return member_of(office, Role.ADMINISTRATOR, "Support@nextens.nl".lower())


def test_s1_login(client, db):
    assert_in_order(expected("S1"), visible(client.get("/inloggen/")))


def test_s2_home(support):
    page = visible(logged_in(support).get("/"))
    texts = [text for text in expected("S2") if text != TEXTS["S2-08"]]
    assert_in_order(texts, page)
    # addresses are stored in lower case, so the example's capital is not to be had
    assert TEXTS["S2-08"].lower() in page


def test_s3_user_menu(support):
    assert_in_order(expected("S3"), visible(logged_in(support).get("/")))


def test_s4_settings(support):
    page = visible(logged_in(support).get("/instellingen/"))
    # the bar's own menu has an item of the same name; the small screen's menu has it as its title
    assert_in_order([TEXTS["S4-01"], TEXTS["S4-01"], *expected("S4")], page)


def test_settings_menu_keeps_the_order_of_the_step_plan():
    plan = [TEXTS[f"S4-{number:02}"] for number in range(2, 14)]
    shown = [str(item.text) for item in menus.SETTINGS]
    planned = [text for text in plan if text in shown]
    assert shown == [*planned, "Logboek"]
