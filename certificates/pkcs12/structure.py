"""What a PKCS#12 file says of itself, read before any of it is carried out: MAC, keys, algorithms, rounds.

A round of key derivation is the uploader's choice and is spent before the password is known to be wrong; so
algorithms and rounds are judged here, from the structure alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core, pkcs12

from certificates.pkcs12.bounds import check_bounds
from certificates.problems import Unreadable

MAX_BYTES = 1024 * 1024
MAX_ROUNDS = 5_000_000
_MAX_LAYERS = 4
_PBMAC1 = "1.2.840.113549.1.5.14"

_MAC_DIGESTS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
_PBES1 = {
    "pbes1_md5_des",
    "pbes1_sha1_des",
    "pbes1_md5_rc2",
    "pbes1_sha1_rc2",
    "pkcs12_sha1_rc4_128",
    "pkcs12_sha1_rc4_40",
    "pkcs12_sha1_tripledes_3key",
    "pkcs12_sha1_tripledes_2key",
    "pkcs12_sha1_rc2_128",
    "pkcs12_sha1_rc2_40",
}
_PBES2_CIPHERS = {"aes128_cbc", "aes192_cbc", "aes256_cbc", "tripledes_3key", "des", "rc2"}
_PRFS = {"sha1", "sha224", "sha256", "sha384", "sha512"}

# asn1crypto reads lazily and answers malformed bytes with whatever its own code stumbles over
_STUMBLES = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Structure:
    """`keys`: private keys that can be seen without the password. `rounds`: all that opening will cost."""

    has_mac: bool
    keys: int
    rounds: int


class _Pbmac1Parameters(core.Sequence):  # type: ignore[misc]  # asn1crypto has no hints
    _fields = [("key_derivation_func", algos.KdfAlgorithm), ("message_auth_scheme", algos.HmacAlgorithm)]


def read_structure(data: bytes) -> Structure:
    """Read the structure of a PKCS#12 file, or raise Unreadable; takes no password and derives no key."""
    check_bounds(data)
    try:
        return _read(data)
    except _STUMBLES:
        raise Unreadable from None


def _read(data: bytes) -> Structure:
    file = pkcs12.Pfx.load(data, strict=True)
    if file["version"].native != "v3" or file["auth_safe"]["content_type"].native != "data":
        raise Unreadable
    has_mac = bool(file["mac_data"])
    rounds = [_mac_rounds(file["mac_data"])] if has_mac else []
    keys = 0
    for algorithm, is_key in _parts(_content(file["auth_safe"]["content"])):
        keys += is_key
        rounds += [_rounds(algorithm)] if algorithm is not None else []
    if any(number < 1 for number in rounds) or sum(rounds) > MAX_ROUNDS:
        raise Unreadable
    return Structure(has_mac=has_mac, keys=keys, rounds=sum(rounds))


def _content(octets: Any) -> bytes:
    content = octets.native
    if not isinstance(content, bytes):
        raise Unreadable
    check_bounds(content)
    return content


def _parts(content: bytes) -> Iterator[tuple[Any, bool]]:
    """Yield an (algorithm or None, is a private key) for every encrypted part and every key."""
    for part in pkcs12.AuthenticatedSafe.load(content, strict=True):
        kind = part["content_type"].native
        if kind == "encrypted_data":
            yield _encryption_of(part["content"]), False
        elif kind == "data":
            yield from _bags(_content(part["content"]), layers=_MAX_LAYERS)
        else:
            raise Unreadable


def _encryption_of(part: cms.EncryptedData) -> Any:
    return part["encrypted_content_info"]["content_encryption_algorithm"]


def _bags(content: bytes, *, layers: int) -> Iterator[tuple[Any, bool]]:
    if not layers:
        raise Unreadable
    for bag in pkcs12.SafeContents.load(content, strict=True):
        kind = bag["bag_id"].native
        if kind == "pkcs8_shrouded_key_bag":
            yield bag["bag_value"]["encryption_algorithm"], True
        elif kind == "key_bag":
            yield None, True
        elif kind == "safe_contents":
            yield from _bags(bag["bag_value"].untag().dump(force=False), layers=layers - 1)


def _mac_rounds(mac_data: Any) -> int:
    algorithm = mac_data["mac"]["digest_algorithm"]
    name = algorithm["algorithm"].native
    if name == _PBMAC1:
        parameters = _Pbmac1Parameters.load(algorithm["parameters"].dump(), strict=True)
        if parameters["message_auth_scheme"]["algorithm"].native not in _PRFS:
            raise Unreadable
        return _pbkdf2_rounds(parameters["key_derivation_func"])
    if name not in _MAC_DIGESTS:
        raise Unreadable
    return int(mac_data["iterations"].native)


def _rounds(algorithm: Any) -> int:
    name = algorithm["algorithm"].native
    if name in _PBES1:
        return int(algorithm["parameters"]["iterations"].native)
    if name != "pbes2":
        raise Unreadable
    parameters = algorithm["parameters"]
    if parameters["encryption_scheme"]["algorithm"].native not in _PBES2_CIPHERS:
        raise Unreadable
    return _pbkdf2_rounds(parameters["key_derivation_func"])


def _pbkdf2_rounds(derivation: Any) -> int:
    if derivation["algorithm"].native != "pbkdf2":
        raise Unreadable
    if derivation["parameters"]["prf"]["algorithm"].native not in _PRFS:
        raise Unreadable
    return int(derivation["parameters"]["iteration_count"].native)
