"""certificates.sealing: only the private half opens a key, and only as the row it was sealed for."""

import uuid

import pytest

from certificates.sealing import open_key, seal_key, signing_key_id_of
from portal import vault
from portal.vault import KeyRing, SealedDataError, SigningPrivateKeys, WrongKey

OFFICE, ROW = uuid.UUID(int=1), uuid.UUID(int=2)
KEY = b"the key in PKCS#8"


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    vault.create_key_files(folder / "keys.json", folder / "signing.json")
    return KeyRing.load(folder / "keys.json").signing_public, SigningPrivateKeys.load(folder / "signing.json")


@pytest.fixture
def sealed(halves):
    return seal_key(KEY, halves[0], office=OFFICE, certificate=ROW)


def test_the_private_half_opens_it(halves, sealed):
    assert KEY not in sealed
    assert open_key(sealed, halves[1], office=OFFICE, certificate=ROW) == KEY
    assert signing_key_id_of(sealed) == halves[0].id


def test_sealed_twice_differs(halves, sealed):
    assert seal_key(KEY, halves[0], office=OFFICE, certificate=ROW) != sealed


@pytest.mark.parametrize(("office", "row"), [(ROW, ROW), (OFFICE, OFFICE), (ROW, OFFICE)])
def test_another_office_or_row_is_refused(halves, sealed, office, row):
    with pytest.raises(SealedDataError):
        open_key(sealed, halves[1], office=office, certificate=row)


def test_every_changed_byte_is_noticed(halves, sealed):
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises((SealedDataError, WrongKey)):
            open_key(bytes(changed), halves[1], office=OFFICE, certificate=ROW)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01" + bytes(8), bytes(100)])
def test_what_was_never_sealed(halves, data):
    with pytest.raises((SealedDataError, WrongKey)):
        open_key(data, halves[1], office=OFFICE, certificate=ROW)


def test_another_pair_does_not_open_it(tmp_path, sealed):
    vault.create_key_files(tmp_path / "keys.json", tmp_path / "signing.json")
    with pytest.raises(WrongKey):
        open_key(sealed, SigningPrivateKeys.load(tmp_path / "signing.json"), office=OFFICE, certificate=ROW)
