"""S7 to S12 say literally what the step plan says, and in its order."""

import json
from pathlib import Path

from tests.migrations_app.pages.conftest import FILE, START, TYPE, address, visible

TEXTS = {
    row["id"]: row["text"] for row in json.loads(Path("tests/data/screens.json").read_text(encoding="utf-8"))
}
# not said to people: advice to click what the page itself shows, and rules that are tested as behaviour
SILENT = {
    "S7-07",
    # misspelt in the step plan, which has a step 16 of its own
    "S10-02", "S10-04", "S10-05",
    # bars, see test_progress; the page says them in its own words, with the missing article
    "S11-02", "S11-03",
    # no such thing exists yet
    "S12-08",
}  # fmt: skip


def expected(screen, first=1):
    rows = [(id, text) for id, text in TEXTS.items() if id.startswith(f"{screen}-") and id not in SILENT]
    return [text for id, text in rows if int(id[-2:]) >= first]


def assert_in_order(texts, page):
    at = 0
    for text in texts:
        found = page.find(text, at)
        assert found >= 0, f"{text!r} is missing after {page[:at][-80:]!r}"
        at = found + len(text)


def test_s7_overview(browser):
    answer = browser.get("/instellingen/migratie/")
    page = visible(answer)
    assert TEXTS["S7-02"] in page
    assert f'placeholder="{TEXTS["S7-03"]}"' in answer.content.decode()
    assert_in_order([TEXTS["S7-02"], TEXTS["S7-03"], TEXTS["S7-04"], TEXTS["S7-06"], TEXTS["S7-05"]], page)


def test_s8_four_steps(browser):
    page = visible(browser.get(START))
    *steps, cancel, on, advice = expected("S8")
    assert_in_order([*steps, advice, cancel, on], page)
    assert "Pagina 1 van 4" in page


def test_s9_import_type(browser):
    page = visible(browser.get(TYPE))
    texts = expected("S9")
    assert_in_order([text for text in texts if text not in texts[-3:]], page)
    for advice in texts[-3:]:
        assert advice in page
    assert "Pagina 2 van 4" in page


def test_s10_file(chosen):
    page = visible(chosen.get(FILE))
    for text in expected("S10"):
        assert text in page
    assert_in_order(["Annuleren", "< Vorige", "Volgende >"], page)
    assert "Pagina 3 van 4" in page


def test_s11_progress(browser, checked):
    page = visible(browser.get(address(checked(), "voortgang/")))
    assert_in_order(expected("S11"), page)
    assert "Pagina 4 van 4" in page


def test_s12_finished(browser, checked, imported):
    page = visible(browser.get(address(checked(), "voortgang/")))
    for text in expected("S12"):
        assert text in page
    later = visible(browser.get(address(imported(), "voortgang/")))
    assert TEXTS["S12-04"] in later
    assert TEXTS["S12-02"] not in later
