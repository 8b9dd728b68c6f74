"""certificates.trust: what is shipped is what the table says, and what a folder adds."""

import csv
import logging

import pytest

from certificates import trust
from certificates.trust import TrustStore
from tests.certificates import pki as makers

FOLDER = trust._HERE


def table():
    with (FOLDER / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_is_in_the_table_with_fingerprint_and_source():
    assert sorted(row["file"] for row in table()) == sorted(path.name for path in (FOLDER / "ca").iterdir())
    for row in table():
        (certificate,) = makers.load_pem(FOLDER / "ca" / row["file"])
        assert trust.fingerprint(certificate) == row["sha256"]
        assert row["file"].endswith(f"_{row['sha256'][:8]}.pem")
        assert row["source"]
        assert row["not_after"] == certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_roots_are_those_of_g1_g3_and_g4():
    names = [root.subject.rfc4514_string() for root in trust.shipped().anchors]
    assert sorted(name.split(",")[0] for name in names) == [
        "CN=Staat der Nederlanden - G4 Root Priv G-TLS - 2024",
        "CN=Staat der Nederlanden Private Root CA - G1",
        "CN=Staat der Nederlanden Root CA - G3",
    ]
    assert len(trust.shipped().intermediates) == 11


def test_no_trial_authority_is_shipped_as_trusted():
    shipped = {trust.fingerprint(ca) for ca in trust.shipped().anchors + trust.shipped().intermediates}
    trial = {trust.fingerprint(ca) for ca in trust.trial().anchors + trust.trial().intermediates}
    assert len(trial) == 6
    assert not shipped & trial


def test_a_file_that_is_not_as_the_table_says_is_refused():
    row = table()[0]
    with pytest.raises(trust.UntrustedFile):
        trust._verified(row["file"], "0" * 64)


def test_a_folder_adds_anchors_and_intermediates(pki, tmp_path):
    (tmp_path / "both.pem").write_bytes(pki.root.pem + pki.services.pem)
    (tmp_path / "note.txt").write_text("not read")
    assert trust.from_folder(tmp_path) == TrustStore((pki.root.certificate,), (pki.services.certificate,))


def test_a_folder_with_nonsense_or_none_at_all(pki, tmp_path, caplog):
    (tmp_path / "a.pem").write_text("nonsense")
    (tmp_path / "b.crt").write_bytes(pki.root.pem)
    with caplog.at_level(logging.ERROR):
        assert trust.from_folder(tmp_path).anchors == (pki.root.certificate,)
    assert "a.pem" in caplog.text
    assert trust.from_folder(tmp_path / "none") == TrustStore()


def test_a_name_alone_makes_no_self_signed_certificate(pki):
    other = makers.authority("Test Root CA")
    assert trust.is_self_signed(other.certificate)
    assert not trust.is_self_signed(makers.authority("Test Root CA", pki.root).certificate)
