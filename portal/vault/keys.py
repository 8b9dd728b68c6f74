"""The key files and the ring made of them: storage keys that wrap data keys, and the pair for signing keys.

The key file holds the storage keys and the public half for signing keys; the signing key file holds the
private halves and is read by the signing process only.
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault.errors import KeyFileError, WrongKey

_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ID_BYTES = 8


@dataclass(frozen=True)
class SigningPublicKey:
    """The half to which offices' signing keys are sealed."""

    id: str
    key: X25519PublicKey = field(repr=False)


@dataclass(frozen=True)
class KeyRing:
    """Storage keys (several by id, one of them current) and the public half for signing keys."""

    current_id: str
    signing_public: SigningPublicKey
    _storage: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file as `create_key_files` writes it; KeyFileError when that cannot be done."""
        content = _read_json(path)
        try:
            keys = {str(key_id): _decode(text) for key_id, text in content["storage"]["keys"].items()}
            current, public = content["storage"]["current"], content["signing_public"]
            signing = SigningPublicKey(
                public["id"], X25519PublicKey.from_public_bytes(_decode(public["key"]))
            )
        except (KeyError, TypeError, AttributeError, ValueError):
            raise _malformed(path) from None
        if current not in keys or signing.id != _id_of_public(signing.key):
            raise _malformed(path)
        return cls(current, signing, keys)

    def new_data_key(self, aad: bytes) -> tuple[bytes, bytes]:
        """Return a random data key of 32 bytes, and the same wrapped with the current storage key."""
        data_key = secrets.token_bytes(_KEY_BYTES)
        return data_key, self._wrap(data_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """Return the data key; WrongKey when its storage key is not here or `aad` differs."""
        key_id = key_id_of(wrapped)
        if key_id not in self._storage:
            raise WrongKey(f"storage key {key_id} is not in the key file")
        head, sealed = wrapped[: 1 + _ID_BYTES], wrapped[1 + _ID_BYTES :]
        nonce, sealed = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self._storage[key_id]).decrypt(nonce, sealed, head + aad)
        except InvalidTag:
            raise WrongKey(f"storage key {key_id} does not open this data key") from None

    def rewrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """Return the same data key wrapped with the current storage key; as it is when it already was."""
        if key_id_of(wrapped) == self.current_id:
            return wrapped
        return self._wrap(self.unwrap(wrapped, aad), aad)

    def _wrap(self, data_key: bytes, aad: bytes) -> bytes:
        head = bytes([_VERSION]) + bytes.fromhex(self.current_id)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + AESGCM(self._storage[self.current_id]).encrypt(nonce, data_key, head + aad)


@dataclass(frozen=True)
class SigningPrivateKeys:
    """The private halves, by id, for the process that signs and for no other."""

    _keys: Mapping[str, X25519PrivateKey] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a signing key file; KeyFileError when that cannot be done."""
        content = _read_json(path)
        try:
            keys = [X25519PrivateKey.from_private_bytes(_decode(text)) for text in content["signing_private"]]
        except (KeyError, TypeError, ValueError):
            raise _malformed(path) from None
        return cls({_id_of_public(key.public_key()): key for key in keys})

    def get(self, key_id: str) -> X25519PrivateKey:
        """Return the private half with this id; WrongKey when it is not here."""
        try:
            return self._keys[key_id]
        except KeyError:
            raise WrongKey(f"signing key {key_id} is not in the signing key file") from None


def key_id_of(wrapped: bytes) -> str:
    """Return the id (hex) of the storage key that wrapped this; WrongKey when these are no such bytes."""
    if len(wrapped) != 1 + _ID_BYTES + _NONCE_BYTES + _KEY_BYTES + _TAG_BYTES or wrapped[0] != _VERSION:
        raise WrongKey("these bytes are no wrapped data key")
    return wrapped[1 : 1 + _ID_BYTES].hex()


def create_key_files(key_file: Path, signing_key_file: Path) -> None:
    """Write both files with new keys, readable by their owner only; KeyFileError when one exists."""
    private = X25519PrivateKey.generate()
    public = private.public_key()
    key_id = secrets.token_hex(_ID_BYTES)
    for path in (key_file, signing_key_file):
        if path.exists():
            raise KeyFileError(f"{path} is there already and is never overwritten")
    _write_new(
        signing_key_file, {"version": _VERSION, "signing_private": [_encode(private.private_bytes_raw())]}
    )
    _write_new(
        key_file,
        {
            "version": _VERSION,
            "storage": {"current": key_id, "keys": {key_id: _encode(secrets.token_bytes(_KEY_BYTES))}},
            "signing_public": {"id": _id_of_public(public), "key": _encode(public.public_bytes_raw())},
        },
    )


def add_storage_key(key_file: Path) -> str:
    """Add a new storage key and make it current; earlier ones stay, to unwrap. Return the new id."""
    KeyRing.load(key_file)
    content = _read_json(key_file)
    key_id = secrets.token_hex(_ID_BYTES)
    content["storage"]["keys"][key_id] = _encode(secrets.token_bytes(_KEY_BYTES))
    content["storage"]["current"] = key_id
    _replace(key_file, content)
    return key_id


def add_signing_pair(key_file: Path, signing_key_file: Path) -> str:
    """Add a new pair for signing keys and make it current; earlier private halves stay. Return the new id.

    Broken off half-way, the private half is there first: nothing is ever sealed to a half that nobody holds.
    """
    KeyRing.load(key_file)
    SigningPrivateKeys.load(signing_key_file)
    private = X25519PrivateKey.generate()
    public = private.public_key()
    halves = _read_json(signing_key_file)
    halves["signing_private"].append(_encode(private.private_bytes_raw()))
    _replace(signing_key_file, halves)
    content = _read_json(key_file)
    content["signing_public"] = {"id": _id_of_public(public), "key": _encode(public.public_bytes_raw())}
    _replace(key_file, content)
    return _id_of_public(public)


def _id_of_public(key: X25519PublicKey) -> str:
    # the key's own first bytes: an id that cannot belong to another key
    return key.public_bytes_raw()[:_ID_BYTES].hex()


def _read_json(path: Path) -> Any:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise KeyFileError(f"{path} does not exist") from None
    except (OSError, ValueError, RecursionError):
        # no cause is chained: a decoding error quotes the file
        raise KeyFileError(f"{path} cannot be read") from None
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise _malformed(path)
    return content


def _malformed(path: Path) -> KeyFileError:
    return KeyFileError(f"{path} is not a key file of this program")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: Any) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
    if len(data) != _KEY_BYTES:
        raise ValueError
    return data


def _write_new(path: Path, content: dict[str, Any]) -> None:
    temporary = _write_temporary(path, content)
    try:
        # a link, unlike a rename, never replaces a file that another process made meanwhile
        os.link(temporary, path)
    except FileExistsError:
        raise KeyFileError(f"{path} is there already and is never overwritten") from None
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def _replace(path: Path, content: dict[str, Any]) -> None:
    _write_temporary(path, content).replace(path)
    _sync_folder(path.parent)


def _write_temporary(path: Path, content: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
