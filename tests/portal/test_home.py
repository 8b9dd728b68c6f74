"""Home (S2)."""

from portal.office import ports
from tests.people import logged_in


def test_nextens_administrator_goes_to_the_administration(nextens_administrator):
    assert logged_in(nextens_administrator).get("/")["Location"] == "/admin/"


def test_points_of_attention_link_to_where_they_can_be_dealt_with(staff_member, monkeypatch):
    point = ports.Attention("MIG-2026-0042: 3 waarschuwingen", "/instellingen/migratie/1/")
    monkeypatch.setattr(ports, "_attention", [lambda office: [point]])
    page = logged_in(staff_member).get("/").content.decode()
    assert '<a href="/instellingen/migratie/1/">MIG-2026-0042: 3 waarschuwingen</a>' in page
    assert "Er zijn geen aandachtspunten." not in page


def test_nothing_to_tell(staff_member, monkeypatch):
    monkeypatch.setattr(ports, "_attention", [])
    page = logged_in(staff_member).get("/").content.decode()
    assert "Er zijn geen aandachtspunten." in page
