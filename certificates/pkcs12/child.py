"""Opens one PKCS#12 file in a process of its own, which can be ended; run as a script, by `opening`.

Deriving a key cannot be interrupted and holds the interpreter, so it is done here and never in a worker that
others wait for. Password and file come by standard input, the outcome leaves by standard output; nothing
stands in the arguments, the environment or a file, and no core is dumped.
"""

import resource
import struct
import sys
import warnings

OPENED, WRONG_PASSWORD, UNREADABLE = b"O", b"P", b"U"
KEY, CERTIFICATE, OTHER = b"K", b"C", b"X"

_MEMORY = 1 << 30
# what the library says when MAC or decryption fails, as against all else that may be wrong
_PASSWORD_MESSAGE = "Invalid password or PKCS12 data"  # noqa: S105 - a message, no password


def main() -> None:
    """Read (seconds, password, file) from standard input; write the outcome and, when opened, its parts."""
    seconds, password_length = struct.unpack(">II", sys.stdin.buffer.read(8))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    password = sys.stdin.buffer.read(password_length)
    sys.stdout.buffer.write(_open(sys.stdin.buffer.read(), password))


def _open(data: bytes, password: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    warnings.simplefilter("ignore")
    try:
        content = pkcs12.load_pkcs12(data, password)
        parts = []
        if content.key is not None:
            # traditional keys of any kind leave as PKCS#8
            der = content.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            parts.append((KEY, der))
        if content.cert is not None:
            parts.append((CERTIFICATE, content.cert.certificate.public_bytes(Encoding.DER)))
        parts += [(OTHER, other.certificate.public_bytes(Encoding.DER)) for other in content.additional_certs]
    except ValueError as error:
        return WRONG_PASSWORD if str(error) == _PASSWORD_MESSAGE else UNREADABLE
    return OPENED + b"".join(kind + struct.pack(">I", len(der)) + der for kind, der in parts)


if __name__ == "__main__":
    main()
