"""One test PKI for the whole run: making keys is what takes the time."""

import pytest

from certificates import services, tasks
from portal import vault
from portal.office import outbox
from tests.certificates import pki as makers


@pytest.fixture(scope="session")
def pki():
    return makers.make_pki()


@pytest.fixture(scope="session")
def office_pair(pki):
    """A good services certificate of trade register number 12345678, with its key."""
    return makers.leaf(pki.services)


@pytest.fixture(scope="session")
def office_p12(office_pair):
    return makers.p12(office_pair)


@pytest.fixture
def keys(tmp_path, settings):
    """Key files of this test; the process under test signs only where a test says so."""
    vault.create_key_files(tmp_path / "portal.json", tmp_path / "signing.json")
    settings.KEY_FILE = tmp_path / "portal.json"
    settings.SIGNING_KEY_FILE = None
    return settings


@pytest.fixture
def signing_process(keys, tmp_path):
    """This process is the signing worker."""
    keys.SIGNING_KEY_FILE = tmp_path / "signing.json"


@pytest.fixture
def trusting(pki, keys, tmp_path, monkeypatch):
    """The settings of a portal at the moment of the test files, trusting the test PKI."""
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "pki.pem").write_bytes(pki.root.pem + pki.services.pem)
    keys.PKIOVERHEID_TRUST_DIR = str(folder)
    keys.DATA_DIR = tmp_path
    monkeypatch.setattr("django.utils.timezone.now", lambda: makers.NOW)
    return keys


@pytest.fixture
def portal(trusting, monkeypatch):
    """The same without a broker: which keys it asked the signing worker to prove."""
    monkeypatch.setattr(tasks.prove_key, "delay", lambda pk: asked.append(pk))
    monkeypatch.setattr(tasks.check_revocation, "delay", lambda pk: None)
    monkeypatch.setattr(outbox.send_due_mail, "delay", lambda: None)
    asked: list[str] = []
    return asked


@pytest.fixture
def kept(portal, office, administrator):
    """Keep a certificate made by `leaf` with these arguments; the usual key is used again."""

    def keep(pair, *, activate=False, by=administrator, office=office):
        checked = services.check(makers.p12(pair), file_name="a.p12", password=makers.PASSWORD)
        return services.upload(office=office, checked=checked, activate=activate, by=by)

    return keep
