"""Which authorities this installation trusts, by its settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from certificates import trust
from certificates.trust import TrustStore


def trust_store() -> TrustStore:
    """The shipped authorities, those of the folder, and in the demo and tests the trial ones."""
    store = trust.shipped() + trust.from_folder(folder())
    if allows_trial():
        store += trust.trial() + trust.from_folder(settings.DATA_DIR / "demo" / "trust")
    return store


def folder() -> Path:
    """Where authorities that an administrator added lie."""
    named = settings.PKIOVERHEID_TRUST_DIR
    return Path(named) if named else Path(settings.DATA_DIR) / "trust"


def allows_trial() -> bool:
    """Whether trial certificates, whose keys anybody may have, count here."""
    return bool(settings.DEMO or settings.TESTING)
