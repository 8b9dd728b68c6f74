"""certificates.resealing: every key moves to the new pair, also when the process is killed on the way."""

import hashlib
import random
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from certificates import resealing
from certificates.models import Certificate
from certificates.sealing import open_key, seal_key, signing_key_id_of
from certificates.signing import NotTheSigningProcess
from portal import vault
from portal.ids import uuid7
from portal.office.keys import storage_keyring
from portal.office.models import AuditEvent
from portal.vault import SealedDataError, SigningPrivateKeys
from portal.vault import keys as vault_keys
from tests.certificates.pki import DAY, NOW
from tests.portal.run.processes import ROOT, environment

ROWS, KILLS = 300, 4


@pytest.fixture
def pair_files(signing_process, tmp_path):
    return tmp_path / "portal.json", tmp_path / "signing.json"


@pytest.fixture
def fill(pair_files, office, administrator):
    """Make so many rows, each with a key of its own; return the keys by row."""

    def make(count):
        public, kept = storage_keyring().signing_public, {}
        rows = []
        for number in range(count):
            pk, key = uuid7(), f"the key of row {number}".encode()
            kept[pk] = key
            rows.append(
                Certificate(
                    id=pk,
                    office=office,
                    subject="kantoor.example",
                    fingerprint=hashlib.sha256(key).hexdigest(),
                    not_valid_before=NOW,
                    not_valid_after=NOW + DAY,
                    certificate_der=b"-",
                    sealed_key=seal_key(key, public, office=office.pk, certificate=pk),
                    uploaded_by=administrator,
                )
            )
        Certificate.objects.bulk_create(rows)
        return kept

    return make


def opened(signing_file, office):
    private = SigningPrivateKeys.load(signing_file)
    return {
        row.pk: open_key(bytes(row.sealed_key), private, office=office.pk, certificate=row.pk)
        for row in Certificate.objects.all()
    }


def pairs_in_use():
    return {
        signing_key_id_of(bytes(sealed))
        for sealed in Certificate.objects.values_list("sealed_key", flat=True)
    }


@pytest.mark.django_db
def test_every_key_moves_to_the_new_pair(fill, pair_files, office, capsys):
    kept = fill(3)
    call_command("rewrap_keys", "--new-signing-pair")
    assert pairs_in_use() == {storage_keyring().signing_public.id}
    assert "certificates.Certificate: 3 sleutel(s) opnieuw verzegeld" in capsys.readouterr().out
    assert opened(pair_files[1], office) == kept
    assert AuditEvent.objects.filter(act="certificate.resealed", office=office).count() == 3
    call_command("rewrap_keys")
    assert "certificates.Certificate: 0 sleutel(s)" in capsys.readouterr().out


@pytest.mark.django_db
def test_other_processes_only_count(fill, pair_files, settings, capsys):
    fill(2)
    vault.add_signing_pair(*pair_files)
    settings.SIGNING_KEY_FILE = None
    with pytest.raises(NotTheSigningProcess):
        resealing.reseal_all()
    call_command("rewrap_keys")
    assert "2 sleutel(s) wachten op het ondertekenproces" in capsys.readouterr().out
    with pytest.raises(CommandError, match="alleen het ondertekenproces"):
        call_command("rewrap_keys", "--new-signing-pair")


@pytest.mark.django_db
def test_a_key_that_does_not_open_is_told(fill, pair_files):
    kept = fill(2)
    vault.add_signing_pair(*pair_files)
    row = Certificate.objects.get(pk=max(kept))
    Certificate.objects.filter(pk=row.pk).update(sealed_key=bytes(row.sealed_key)[:-1])
    with pytest.raises(SealedDataError):
        resealing.reseal_all()
    assert resealing.waiting() == 1


@pytest.mark.django_db
def test_a_row_that_is_deleted_meanwhile(fill, pair_files):
    fill(1)
    private, public = SigningPrivateKeys.load(pair_files[1]), storage_keyring().signing_public
    assert not resealing._reseal(uuid7(), private, public)


def test_a_new_pair_that_is_half_made_harms_nothing(pair_files, monkeypatch):
    before, real = storage_keyring().signing_public.id, vault_keys._replace
    written = []

    def once(path, content):
        if written:
            raise KeyboardInterrupt
        written.append(path)
        real(path, content)

    monkeypatch.setattr(vault_keys, "_replace", once)
    with pytest.raises(KeyboardInterrupt):
        vault.add_signing_pair(*pair_files)
    assert storage_keyring().signing_public.id == before
    assert SigningPrivateKeys.load(pair_files[1]).get(before)
    monkeypatch.setattr(vault_keys, "_replace", real)
    new = vault.add_signing_pair(*pair_files)
    halves = SigningPrivateKeys.load(pair_files[1])
    assert storage_keyring().signing_public.id == new != before
    assert halves.get(new).public_key() == storage_keyring().signing_public.key
    assert halves.get(before)
    assert [path.stat().st_mode & 0o777 for path in pair_files] == [0o600, 0o600]


@pytest.mark.django_db(transaction=True)
def test_killed_at_random_moments(fill, pair_files, office, tmp_path):
    kept = fill(ROWS)
    new = vault.add_signing_pair(*pair_files)
    rng = random.Random(7)
    moments = sorted(rng.sample(range(1, ROWS - 20), KILLS))
    for moment in moments:
        process = start(tmp_path, pair_files)
        wait_until_moved(moment, new, process)
        process.kill()
        process.communicate(timeout=20)
        assert 0 < resealing.waiting() < ROWS
        assert opened(pair_files[1], office) == kept
    last = start(tmp_path, pair_files)
    out, _ = last.communicate(timeout=60)
    assert last.returncode == 0, out
    assert pairs_in_use() == {new}
    forget_all_but(new, pair_files[1])
    assert opened(pair_files[1], office) == kept
    # each key was moved once, whatever was killed
    assert AuditEvent.objects.filter(act="certificate.resealed").count() == ROWS


def start(folder, pair_files):
    database = connection.settings_dict
    host, port = database["HOST"], database["PORT"]
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={host}&port={port}"
    more = {
        "DATABASE_URL": url,
        "PORTAL_TEST": "1",
        "PORTAL_KEY_FILE": str(pair_files[0]),
        "PORTAL_SIGNING_KEY_FILE": str(pair_files[1]),
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "rewrap_keys"],
        cwd=ROOT,
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def wait_until_moved(count, new, process):
    until = time.monotonic() + 40
    while AuditEvent.objects.filter(act="certificate.resealed", facts__signing_pair=new).count() < count:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.002)


def forget_all_but(pair_id, signing_file):
    """Take the earlier private halves out of the file, as one does after this."""
    content = vault_keys._read_json(signing_file)
    half = vault_keys._encode(SigningPrivateKeys.load(signing_file).get(pair_id).private_bytes_raw())
    assert half in content["signing_private"]
    content["signing_private"] = [half]
    vault_keys._replace(signing_file, content)
