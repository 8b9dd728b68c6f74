"""The ports between apps that may not import each other."""

import pytest

from portal.office import ports


@pytest.fixture(autouse=True)
def _unconnected(monkeypatch):
    monkeypatch.setattr(ports, "_certificates", None)
    monkeypatch.setattr(ports, "_attention", [])


def test_unconnected_port_is_an_error():
    with pytest.raises(ports.NotConnectedError):
        ports.certificates()


def test_points_of_attention_in_order_and_once():
    def first(office):
        return [ports.Attention("een", "/1/"), ports.Attention("twee", "/2/")]

    def second(office):
        return [ports.Attention(f"drie {office}", "/3/")]

    for provider in (first, second, first):
        ports.connect_attention(provider)
    assert [point.text for point in ports.attention("X")] == ["een", "twee", "drie X"]
