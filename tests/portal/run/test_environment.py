"""A missing secret stops the start with a sentence; the demo makes its own."""

import stat

import pytest

from portal.run import environment
from portal.vault.keys import KeyRing
from tests.portal.run.processes import manage

SERVER = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 60}, "PORTAL_KEY_FILE is not set"),
        ({"SECRET_KEY": "x" * 60, "PORTAL_KEY_FILE": "/none"}, "PORTAL_KEY_FILE names /none"),
        ({"SECRET_KEY": "x" * 60, "PORTAL_SIGNING_KEY_FILE": "/none"}, "PORTAL_SIGNING_KEY_FILE names /none"),
    ],
)
def test_a_missing_secret_stops_the_start(data_dir, given, sentence):
    refused = manage(data_dir, "check", **SERVER, **given)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.fixture
def demo(data_dir, monkeypatch):
    monkeypatch.setenv("PORTAL_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PORTAL_DEMO", "1")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return data_dir


def test_the_demo_makes_its_secrets_once_and_privately(demo):
    environment.require_secrets()
    first = environment.secret_key(), environment.key_file().read_bytes()
    environment.require_secrets()
    assert (environment.secret_key(), environment.key_file().read_bytes()) == first
    assert len(first[0]) >= 50
    assert KeyRing.load(environment.key_file())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (demo / "keys").glob("*.json")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("given", "demo"), [({}, True), ({"SECRET_KEY": "x"}, False), ({"DATABASE_URL": "x"}, False)]
)
def test_only_an_unconfigured_checkout_is_a_demo(monkeypatch, given, demo):
    for name in environment.CONFIGURED:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    environment.default_to_demo()
    assert environment.is_on("PORTAL_DEMO") is demo
