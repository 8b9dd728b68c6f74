"""The secrets of the containers."""

import stat
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from portal.vault.keys import KeyRing

ROOT = Path(__file__).resolve().parents[3]


def test_a_file_for_every_secret_of_the_compose_file(tmp_path, capsys):
    folder = tmp_path / "secrets"
    call_command("create_secrets", str(folder))
    wanted = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["secrets"]
    assert {path.name for path in folder.iterdir()} == set(wanted)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert KeyRing.load(folder / "portal_key")
    owner = (folder / "postgres_password").read_text()
    assert owner in (folder / "database_owner_url").read_text()
    assert owner not in (folder / "database_url").read_text()
    assert (folder / "secret_key").read_text() not in capsys.readouterr().out


def test_nothing_is_overwritten(tmp_path):
    with pytest.raises(CommandError, match="nooit overschreven"):
        call_command("create_secrets", str(tmp_path))
