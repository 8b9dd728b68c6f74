"""Keys and sealed data, without Django: a key ring that wraps data keys, and files sealed in frames."""

from portal.vault.aad import associated_data
from portal.vault.errors import KeyFileError, SealedDataError, VaultError, WrongKey
from portal.vault.frames import (
    FRAME_SIZE,
    FrameReader,
    FrameWriter,
    open_bytes,
    seal_bytes,
    sealed_size,
)
from portal.vault.keys import (
    KeyRing,
    SigningPrivateKeys,
    SigningPublicKey,
    add_signing_pair,
    add_storage_key,
    create_key_files,
    key_id_of,
)

__all__ = [
    "FRAME_SIZE",
    "FrameReader",
    "FrameWriter",
    "KeyFileError",
    "KeyRing",
    "SealedDataError",
    "SigningPrivateKeys",
    "SigningPublicKey",
    "VaultError",
    "WrongKey",
    "add_signing_pair",
    "add_storage_key",
    "associated_data",
    "create_key_files",
    "key_id_of",
    "open_bytes",
    "seal_bytes",
    "sealed_size",
]
