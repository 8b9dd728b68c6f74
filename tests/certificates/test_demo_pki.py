"""certificates.demo_pki: what it makes passes the real check, and openssl's."""

import subprocess

import pytest
from cryptography import x509

from certificates.checking import check_certificate
from certificates.demo_pki import make_demo_pki
from certificates.trust import TrustStore
from tests.certificates.pki import NOW


@pytest.fixture(scope="module", params=[False, True], ids=["aes", "legacy"])
def demo(request):
    return make_demo_pki(
        host="nextens.demo.example",
        organisation="Nextens Demo",
        trade_register_number="12345678",
        password="demo-geheim",
        now=NOW,
        legacy=request.param,
    )


def test_the_file_passes_the_check(demo):
    trust = TrustStore.of(x509.load_pem_x509_certificate(pem) for pem in (demo.root_pem, demo.services_pem))
    checked = check_certificate(demo.p12, file_name="demo.p12", password="demo-geheim", trust=trust, now=NOW)
    assert (checked.trade_register_number, checked.subject_common_name) == (
        "12345678",
        "nextens.demo.example",
    )
    assert checked.certificate == demo.certificate
    assert checked.warnings == ("revocation-not-checked",)


def test_openssl_opens_it_and_agrees_with_the_path(demo, tmp_path):
    (tmp_path / "demo.p12").write_bytes(demo.p12)
    (tmp_path / "root.pem").write_bytes(demo.root_pem)
    (tmp_path / "services.pem").write_bytes(demo.services_pem)
    command = [
        "openssl",
        "pkcs12",
        "-in",
        "demo.p12",
        "-nokeys",
        "-clcerts",
        "-passin",
        "pass:demo-geheim",
        "-out",
        "a.pem",
    ]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=30)
    moment = str(int(NOW.timestamp()))
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-attime",
        moment,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "services.pem",
        "a.pem",
    ]
    assert b"OK" in subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, timeout=30).stdout


def test_no_key_in_the_repr(demo):
    assert "p12" not in repr(demo)
