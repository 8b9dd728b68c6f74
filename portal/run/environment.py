"""What the environment says before Django is there: data folder, demo, secrets."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from portal.vault import keys

BASE_DIR = Path(__file__).resolve().parents[2]
CONFIGURED = ("DATABASE_URL", "SECRET_KEY", "PORTAL_DEMO")
FROM_FILES = ("SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "STORAGE_URL", "EMAIL_URL")


def load_secret_files() -> None:
    """`NAME_FILE` names a file that holds `NAME`: containers get secrets as files. `NAME` itself wins."""
    for name in FROM_FILES:
        path = os.environ.get(f"{name}_FILE")
        if path and not os.environ.get(name):
            try:
                os.environ[name] = Path(path).read_text().strip()
            except OSError:
                sys.exit(f"{name}_FILE names {path}, which cannot be read.")


def forget_owner() -> None:
    """What stays up must not reach the database as its owner, also where the environment is one for all."""
    for name in ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE"):
        os.environ.pop(name, None)


def data_dir() -> Path:
    """The folder of everything that an installation without servers keeps; absolute."""
    return Path(os.environ.get("PORTAL_DATA_DIR") or BASE_DIR / ".portal").absolute()


def private_folder(name: str) -> Path:
    """A folder in the data folder that only its owner enters; made when it is not there."""
    folder = data_dir() / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def is_on(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def default_to_demo() -> None:
    """An unconfigured checkout is a demo; a server says at least where its database is."""
    load_secret_files()
    if not any(os.environ.get(name) for name in CONFIGURED):
        os.environ["PORTAL_DEMO"] = "1"


def is_relaxed() -> bool:
    """In the demo and in tests secrets are made on the spot."""
    return is_on("PORTAL_DEMO") or is_on("PORTAL_TEST")


def key_file() -> Path:
    """Storage key and public half of the signing key pair."""
    return Path(os.environ.get("PORTAL_KEY_FILE") or data_dir() / "keys" / "portal.json")


def signing_key_file() -> Path | None:
    """Private half of the signing key pair; None in a process that must not sign."""
    named = os.environ.get("PORTAL_SIGNING_KEY_FILE")
    return Path(named) if named else None


def secret_key() -> str:
    """SECRET_KEY, or the demo's own; empty when missing, which Django refuses on first use."""
    given = os.environ.get("SECRET_KEY", "")
    return given or (_demo_secret(data_dir() / "keys" / "secret-key") if is_relaxed() else "")


def missing_secrets() -> list[str]:
    """A sentence for each secret that an installation outside demo and tests needs and has not."""
    wrong = []
    if not secret_key():
        wrong.append("SECRET_KEY is not set: give it 50 random characters or more.")
    if os.environ.get("DATABASE_OWNER_URL") and not os.environ.get("DATABASE_URL"):
        wrong.append("DATABASE_URL is not set beside DATABASE_OWNER_URL: name the application's own role.")
    if not os.environ.get("PORTAL_KEY_FILE"):
        wrong.append("PORTAL_KEY_FILE is not set: name the file with the storage key.")
    for name in ("PORTAL_KEY_FILE", "PORTAL_SIGNING_KEY_FILE"):
        named = os.environ.get(name)
        if named and not os.access(named, os.R_OK):
            wrong.append(f"{name} names {named}, which cannot be read.")
    return wrong


def require_secrets() -> None:
    """Stop the process with the sentences of `missing_secrets`; the demo and tests make what they need."""
    load_secret_files()
    if is_relaxed():
        _make_keys()
    elif wrong := missing_secrets():
        sys.exit("\n".join(("The portal does not start.", *wrong)))


def demo_signing_key_file() -> Path:
    return data_dir() / "keys" / "signing.json"


def _make_keys() -> None:
    """The demo's own key files, once; processes that start together wait for the first."""
    if os.environ.get("PORTAL_KEY_FILE") or key_file().exists():
        return
    private_folder("keys")
    with (key_file().parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not key_file().exists():
            demo_signing_key_file().unlink(missing_ok=True)  # half of a pair that was never finished
            keys.create_key_files(key_file(), demo_signing_key_file())


def _demo_secret(path: Path) -> str:
    """Made once; of several processes that start together all get the first one's."""
    if not path.exists():
        private_folder("keys")
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
