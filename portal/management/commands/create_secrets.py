"""The secrets of an installation with containers, a file each."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.vault.keys import create_key_files

CONTAINER_USER = 10001


class Command(BaseCommand):
    help = "Maakt de geheimen waar docker-compose.yml om vraagt: een bestand per geheim, nooit overschreven."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="MAP", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if folder.exists():
            raise CommandError(f"{folder} bestaat al; geheimen worden nooit overschreven.")
        folder.mkdir(parents=True, mode=0o700)
        for name, content in _contents().items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(content)
        create_key_files(folder / "portal_key", folder / "signing_key")
        print(f"{folder}: zet in email_url het adres van uw mailserver.", file=self.stdout)
        print(f"Geef de containers leesrecht: sudo chown -R {CONTAINER_USER} {folder}", file=self.stdout)


def _contents() -> dict[str, str]:
    owner, database, user, storage = (secrets.token_urlsafe(32) for _ in range(4))
    return {
        "secret_key": secrets.token_urlsafe(64),
        "postgres_password": owner,
        "database_owner_url": f"postgresql://portal:{owner}@postgres:5432/portal",
        # `migrate` makes this role
        "database_url": f"postgresql://portal_app:{database}@postgres:5432/portal",
        "storage_user": user,
        "storage_password": storage,
        "storage_url": f"s3://{user}:{storage}@objects:9000/sealed?secure=0&region=us-east-1",
        "email_url": "smtp+tls://user:password@mail.example:587",
    }
