"""portal.vault.keys: the key files and the ring."""

import json
import uuid

import pytest

from portal import vault
from portal.vault import KeyFileError, KeyRing, SigningPrivateKeys, WrongKey

OFFICE, OBJECT = uuid.UUID(int=1), uuid.UUID(int=2)
AAD = vault.associated_data(office=OFFICE, obj=OBJECT, purpose="upload")


@pytest.fixture
def files(tmp_path):
    key_file, signing_file = tmp_path / "keys" / "keys.json", tmp_path / "keys" / "signing.json"
    vault.create_key_files(key_file, signing_file)
    return key_file, signing_file


@pytest.fixture
def ring(files):
    return KeyRing.load(files[0])


def test_key_files_are_for_their_owner_only_and_leave_nothing_behind(files):
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    assert sorted(files[0].parent.iterdir()) == sorted(files)


@pytest.mark.parametrize("kept", [0, 1])
def test_create_key_files_never_overwrites(files, kept):
    before = files[kept].read_bytes()
    files[1 - kept].unlink()
    with pytest.raises(KeyFileError, match="never overwritten"):
        vault.create_key_files(*files)
    assert files[kept].read_bytes() == before
    assert list(files[0].parent.iterdir()) == [files[kept]]


def test_key_file_holds_no_private_half(files):
    private = json.loads(files[1].read_text())["signing_private"][0]
    assert private not in files[0].read_text()


def test_signing_halves_belong_together(files, ring):
    private = SigningPrivateKeys.load(files[1]).get(ring.signing_public.id)
    assert private.public_key() == ring.signing_public.key


def test_unknown_signing_key(files):
    with pytest.raises(WrongKey):
        SigningPrivateKeys.load(files[1]).get("00" * 8)


def test_data_key_returns(ring):
    data_key, wrapped = ring.new_data_key(AAD)
    assert len(data_key) == 32
    assert data_key not in wrapped
    assert ring.unwrap(wrapped, AAD) == data_key
    assert vault.key_id_of(wrapped) == ring.current_id


def test_data_keys_differ(ring):
    assert ring.new_data_key(AAD)[0] != ring.new_data_key(AAD)[0]


def test_unwrap_refuses_another_purpose(ring):
    _, wrapped = ring.new_data_key(AAD)
    with pytest.raises(WrongKey):
        ring.unwrap(wrapped, vault.associated_data(office=OFFICE, obj=OBJECT, purpose="document"))


@pytest.mark.parametrize("position", range(69))
def test_unwrap_refuses_a_changed_byte(ring, position):
    _, wrapped = ring.new_data_key(AAD)
    changed = bytearray(wrapped)
    changed[position] ^= 1
    with pytest.raises(WrongKey):
        ring.unwrap(bytes(changed), AAD)


@pytest.mark.parametrize("wrapped", [b"", b"\x01", bytes(69), b"\x01" + bytes(69)])
def test_unwrap_refuses_what_was_never_wrapped(ring, wrapped):
    with pytest.raises(WrongKey):
        ring.unwrap(wrapped, AAD)


def test_rewrap_moves_to_the_new_key_and_earlier_ones_still_open(files, ring):
    data_key, wrapped = ring.new_data_key(AAD)
    new_id = vault.add_storage_key(files[0])
    rotated = KeyRing.load(files[0])
    again = rotated.rewrap(wrapped, AAD)
    assert (rotated.current_id, vault.key_id_of(again)) == (new_id, new_id)
    assert rotated.unwrap(again, AAD) == rotated.unwrap(wrapped, AAD) == data_key
    assert rotated.rewrap(again, AAD) is again
    assert files[0].stat().st_mode & 0o777 == 0o600


def test_a_ring_without_the_key_says_so(tmp_path, ring):
    _, wrapped = ring.new_data_key(AAD)
    vault.create_key_files(tmp_path / "a", tmp_path / "b")
    with pytest.raises(WrongKey, match=ring.current_id):
        KeyRing.load(tmp_path / "a").unwrap(wrapped, AAD)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "\xff",
        '{"version": 2}',
        '{"version": 1}',
        '{"version": 1, "storage": 3}',
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize("load", [KeyRing.load, SigningPrivateKeys.load])
def test_a_malformed_file(tmp_path, content, load):
    path = tmp_path / "keys.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(KeyFileError):
        load(path)


@pytest.mark.parametrize("load", [KeyRing.load, SigningPrivateKeys.load])
def test_a_missing_file(tmp_path, load):
    with pytest.raises(KeyFileError, match="does not exist"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (("storage", "current"), "00"),
        (("signing_public", "id"), "00"),
        (("signing_public", "key"), "AAAA"),
        (("storage", "keys"), {"aa": "?"}),
    ],
)
def test_a_file_whose_parts_do_not_fit(files, part, value):
    content = json.loads(files[0].read_text())
    content[part[0]][part[1]] = value
    files[0].write_text(json.dumps(content))
    with pytest.raises(KeyFileError):
        KeyRing.load(files[0])


def test_no_key_shows_in_repr_or_errors(files, ring):
    content = json.loads(files[0].read_text())
    secrets = [*content["storage"]["keys"].values(), *json.loads(files[1].read_text())["signing_private"]]
    shown = repr(ring) + repr(SigningPrivateKeys.load(files[1]))
    files[0].write_text(files[0].read_text()[:-20])
    with pytest.raises(KeyFileError) as caught:
        KeyRing.load(files[0])
    shown += repr(caught.value) + repr(caught.value.__cause__)
    assert not [secret for secret in secrets if secret in shown]


def test_associated_data_differs_in_every_part():
    other = uuid.UUID(int=3)
    made = {
        vault.associated_data(office=OFFICE, obj=OBJECT, purpose="a"),
        vault.associated_data(office=other, obj=OBJECT, purpose="a"),
        vault.associated_data(office=OFFICE, obj=other, purpose="a"),
        vault.associated_data(office=OBJECT, obj=OFFICE, purpose="a"),
        vault.associated_data(office=OFFICE, obj=OBJECT, purpose="b"),
    }
    assert len(made) == 5
