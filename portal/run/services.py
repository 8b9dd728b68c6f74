"""The services that an address in the environment replaces: database, broker, files, mail, cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ

from portal.run import embedded, environment, folder_broker

env = environ.Env()


def database(data_dir: Path) -> dict[str, Any]:
    """DATABASE_URL, else the embedded PostgreSQL, which starts at the first connection."""
    if os.environ.get("DATABASE_URL"):
        config = dict(env.db("DATABASE_URL", engine="django.db.backends.postgresql"))
    else:
        config = embedded.django_settings(data_dir / "postgres")
    return {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, **config}


def database_owner() -> dict[str, Any] | None:
    """Who owns the tables, for whom portal.run.owner; None where it is who DATABASE_URL names."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("DATABASE_OWNER_URL")):
        return None
    return dict(env.db("DATABASE_OWNER_URL", engine="django.db.backends.postgresql"))


def broker() -> tuple[str, dict[str, Any]]:
    """Address and transport options of Celery's broker."""
    if url := os.environ.get("REDIS_URL"):
        # seconds until an unacknowledged wake-up comes back; the claim in the row makes a second one harmless
        return url, {
            "visibility_timeout": 3600,
            "socket_keepalive": True,
            # who tells a worker does not wait for a broker that is away: the scheduler tells again
            "socket_connect_timeout": 2,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
        }
    folder_broker.install()
    messages = str(environment.private_folder("broker/messages"))
    return "filesystem://localhost//", {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(environment.private_folder("broker/control")),
        "polling_interval": 0.1,
    }


def files(data_dir: Path) -> dict[str, Any]:
    """The store of sealed uploads and documents: a private folder, or STORAGE_URL
    s3://key:secret@host:port/bucket?region=…&secure=0 (secure=0: plain http)."""
    if url := os.environ.get("STORAGE_URL"):
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3(url)}
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(data_dir / "files"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _s3(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    scheme = "http" if query.get("secure") in {"0", "false"} else "https"
    port = f":{parts.port}" if parts.port else ""
    options: dict[str, Any] = {
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "bucket_name": parts.path.strip("/"),
        "region_name": query.get("region") or None,
        "addressing_style": query.get("addressing_style", "path"),
        "default_acl": None,
        "file_overwrite": False,
        # an object that is read goes to a local spool beyond this; without it the whole stays in memory
        "max_memory_size": 8 * 1024**2,
    }
    if parts.hostname:
        options["endpoint_url"] = f"{scheme}://{parts.hostname}{port}"
    return options


def mail() -> dict[str, Any]:
    """Django's EMAIL_ settings of EMAIL_URL; without one a folder of files."""
    if os.environ.get("EMAIL_URL"):
        return dict(env.email("EMAIL_URL"))
    return {"EMAIL_BACKEND": "portal.run.mail_files.EmailBackend"}


def cache() -> dict[str, Any]:
    """One for all web processes, with an `add` that only one of them wins: allauth counts asked password
    links and used codes in it. A folder of files has no such `add`."""
    if url := os.environ.get("REDIS_URL"):
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
