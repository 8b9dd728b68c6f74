"""Secrets of one-time links: the mail holds the secret, the database only its digest."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> tuple[str, str]:
    """The secret for the link, and the digest to keep."""
    secret = secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    """Plain SHA-256 is enough: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
