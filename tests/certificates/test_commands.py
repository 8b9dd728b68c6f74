"""manage.py check_certificate and trust_certificate, as a person at a terminal gets them."""

import io
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command

from certificates import trust
from tests.certificates import pki as makers
from tests.certificates.pki import PASSWORD


@pytest.fixture
def check(portal, tmp_path, monkeypatch):
    """The answer of check_certificate, as (JSON, exit code)."""

    def run(data, password=PASSWORD, name="a.p12"):
        (tmp_path / name).write_bytes(data)
        monkeypatch.setenv("CERTIFICATE_PASSWORD", password)
        out = io.StringIO()
        arguments = [str(tmp_path / name), "--password-env", "CERTIFICATE_PASSWORD", "--json"]
        try:
            call_command("check_certificate", *arguments, stdout=out)
        except SystemExit as ended:
            return json.loads(out.getvalue()), ended.code
        return json.loads(out.getvalue()), 0

    return run


def test_accepted(check, office_p12, office_pair):
    answer, status = check(office_p12)
    assert (answer["accepted"], answer["code"], status) == (True, "accepted", 0)
    assert answer["subject"].startswith("CN=www.kantoor.example, O=Kantoor")
    assert (answer["trade_register_number"], answer["oin"]) == ("12345678", "00000003123456780000")
    assert answer["not_valid_after"] == "2027-11-22T18:00:00+00:00"
    assert answer["warnings"] == ["revocation-not-checked"]


def test_refused(check, office_p12):
    answer, status = check(office_p12, "fout")
    assert (answer["accepted"], answer["code"], status) == (False, "wrong-password", 1)
    assert answer["message"].startswith("Het wachtwoord past niet bij dit certificaat.")
    assert answer["subject"] is None
    assert check(b"", name="a.pem")[0]["code"] == "wrong-extension"
    assert check(bytes(2**20 + 1))[0]["code"] == "too-large"


def test_for_people(portal, tmp_path, office_p12, monkeypatch, capsys):
    (tmp_path / "a.p12").write_bytes(office_p12)
    monkeypatch.setenv("CERTIFICATE_PASSWORD", PASSWORD)
    call_command("check_certificate", str(tmp_path / "a.p12"), "--password-env", "CERTIFICATE_PASSWORD")
    out = capsys.readouterr().out
    assert out.startswith("Dit certificaat is in orde.\n")
    assert "nog niet gecontroleerd of dit certificaat is ingetrokken" in out
    assert "oin: 00000003123456780000" in out


def test_what_is_not_there(portal, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("check_certificate", str(tmp_path / "none.p12"))
    (tmp_path / "a.p12").write_bytes(b"x")
    with pytest.raises(CommandError, match="NOT_SET"):
        call_command("check_certificate", str(tmp_path / "a.p12"), "--password-env", "NOT_SET")


@pytest.fixture
def folder(settings, tmp_path):
    settings.PKIOVERHEID_TRUST_DIR = str(tmp_path / "trusted")
    return tmp_path / "trusted"


@pytest.fixture
def add(folder, tmp_path, monkeypatch, capsys):
    def run(content, answer):
        (tmp_path / "ca.pem").write_bytes(content)
        monkeypatch.setattr("builtins.input", lambda question: answer)
        call_command("trust_certificate", "add", str(tmp_path / "ca.pem"))
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_trust_shows_the_fingerprint_and_adds(add, folder, pki, encoding):
    shown = add(pki.root.certificate.public_bytes(encoding), "ja")
    assert f"SHA-256: {trust.fingerprint(pki.root.certificate)}" in shown
    assert "stamcertificaat" in shown
    assert trust.from_folder(folder).anchors == (pki.root.certificate,)


@pytest.mark.parametrize("answer", ["", "nee", "y"])
def test_trust_adds_nothing_without_a_yes(add, folder, pki, answer):
    assert "Niet toegevoegd." in add(pki.services.pem, answer)
    assert trust.from_folder(folder) == trust.TrustStore()


def test_trust_takes_authorities_only(add, folder, office_pair):
    with pytest.raises(CommandError, match="niet van een CA"):
        add(office_pair.pem, "ja")
    with pytest.raises(CommandError, match="geen certificaat"):
        add(b"nonsense", "ja")


def test_an_added_authority_is_trusted(add, pki, office_p12, settings, monkeypatch, tmp_path):
    monkeypatch.setattr("django.utils.timezone.now", lambda: makers.NOW)
    settings.DATA_DIR = tmp_path
    add(pki.root.pem + pki.services.pem, "ja")
    monkeypatch.setenv("CERTIFICATE_PASSWORD", PASSWORD)
    (tmp_path / "a.p12").write_bytes(office_p12)
    call_command("check_certificate", str(tmp_path / "a.p12"), "--password-env", "CERTIFICATE_PASSWORD")
