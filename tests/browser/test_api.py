"""The API of a running portal: the documented client, and requests nobody thought of."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.browser.conftest import ROOT, Portal, _folder, _running
from tests.browser.steps import G4_TRIAL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

DOCS = ROOT / "docs" / "api.md"
SCOPES = ["migrations:write", "migrations:read", "certificates"]


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """One that nobody is too busy for."""
    many = {"API_CALLS_PER_MINUTE": "1000000", "API_WRONG_TOKENS_PER_MINUTE": "1000000"}
    with _folder() as folder, _running(folder, many) as url:
        yield Portal(url, folder)


@pytest.fixture(scope="module")
def token(portal: Portal) -> str:
    """Made on the page where a kantoorbeheerder makes one; the office has an active certificate."""
    browser = requests.Session()
    _post(browser, f"{portal.url}/inloggen/", login="beheerder@demo.example", password="nextens-demo-2026")
    _post(browser, f"{portal.url}/instellingen/account/bevestigen/", password="nextens-demo-2026")
    page = _post(browser, f"{portal.url}/instellingen/koppelingen/", name="Proef", scopes=SCOPES, days="90")
    made = re.search(r'value="(nxt_[^"]+)"', page)
    assert made
    answer = requests.post(
        f"{portal.url}/api/v1/certificates/",
        headers={"Authorization": f"Bearer {made[1]}"},
        files={"certificate": (G4_TRIAL.name, G4_TRIAL.read_bytes())},
        data={"password": "trial", "is_active": "true"},
        timeout=60,
    )
    assert answer.json()["is_active"]
    return made[1]


def _post(browser: requests.Session, address: str, **form: object) -> str:
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address, timeout=30).text)
    assert hidden
    return browser.post(address, data={"csrfmiddlewaretoken": hidden[1], **form}, timeout=30).text


@pytest.fixture(scope="module")
def report(portal: Portal, token: str) -> dict[str, Any]:
    """What the program of docs/api.md says of the demo's file."""
    (script,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    program = portal.data / "migrate.py"
    program.write_text(script)
    ran = subprocess.run(
        [sys.executable, program, portal.url, portal.data / "demo" / "15102021135603.zip"],
        env={**os.environ, "NEXTENS_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert "For Nextens Demo." in ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def test_documented_client_brings_a_file_to_its_report(report: dict[str, Any]) -> None:
    assert report["status"] == "completed"
    returns = [row for row in report["rows"] if row["kind"] == "returns"]
    assert sum(row["created"] for row in returns) == 567


def test_requests_nobody_thought_of(
    portal: Portal, token: str, report: dict[str, Any], tmp_path: Path
) -> None:
    """Schemathesis, with all its checks. What it finds is in its own words."""
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={ROOT / 'tests/browser/schemathesis.toml'}",
            "run",
            f"{portal.url}/api/v1/schema/",
            f"--header=Authorization: Bearer {token}",
        ],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1", "MIGRATION_ID": report["id"]},
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:]
