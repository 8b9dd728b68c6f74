"""Why an upload is not made or not added to. `status` is what the protocol, or HTTP, calls it."""

from __future__ import annotations


class ResumableError(Exception):
    """Nothing that was kept before is lost by any of these."""

    code = "resumable"
    # never 400, which clients take for a hiccup and repeat
    status = 422


class Locked(ResumableError):
    """Another request is adding to this upload."""

    code, status = "locked", 423


class WrongOffset(ResumableError):
    """The bytes do not follow those that are kept."""

    code, status = "wrong-offset", 409


class TooMuch(ResumableError):
    """More bytes than the upload was announced to have."""

    code, status = "too-much", 413


class ChecksumMismatch(ResumableError):
    """The bytes are not those that were sent; none of them is kept."""

    code, status = "checksum-mismatch", 460


class Expired(ResumableError):
    """It waited too long, or its spool is gone."""

    code, status = "expired", 410


class Registered(ResumableError):
    """It is whole, and a migration has its file."""

    code, status = "registered", 403


class NotAllowed(ResumableError):
    """Whoever adds to it was disabled or logged out meanwhile, or the token was revoked."""

    code, status = "not-allowed", 401


class OverQuota(ResumableError):
    """The office has too much unfinished already."""

    code, status = "over-quota", 429


class DiskFull(ResumableError):
    """There is no room at this moment; what was kept stays."""

    code, status = "disk-full", 507
