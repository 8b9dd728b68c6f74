"""Lighthouse on the main pages, as it looks at a phone on a slow line: the median of three runs each.

python -m tests.benchmarks.lighthouse [PAGE ...]. The portal's real web process, with the demo's migration
file imported and its certificate active; `.ci/provide chromium lighthouse` installs what is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from portal.run import statics
from tests.browser.conftest import CHROMIUM, QUIET, ROOT
from tests.migrations_app.resumable.realserver import RealServer, real_server

LIGHTHOUSE = ROOT / ".tools/lighthouse/node_modules/.bin/lighthouse"
ROUNDS, TRIES = 3, 3
SECONDS = 180
AT_LEAST = {"performance": 95, "accessibility": 100, "best-practices": 95}
PAGES = (
    "/inloggen/",
    "/",
    "/instellingen/certificaten/",
    "/instellingen/migratie/",
    "/instellingen/migratie/nieuw/importtype/",
    "/instellingen/migratie/nieuw/bestand/",
    "{job}voortgang/",
    "{job}",
    "/klanten/",
    "/aangiften/",
    "{return}",
    "/help/",
    "/admin/",
    "/admin/migrations_app/migrationjob/",
)
# an office that has moved, and somebody of it who is halfway through the wizard; an administrator of Nextens
_FURNISH = """
import json
from pathlib import Path
from django.conf import settings
from certificates import services
from migrations_app.management.commands.import_migration_file import import_now
from portal.dossiers.models import TaxReturn
from portal.office.models import User
from tests.people import logged_in

user = User.objects.get(email="beheerder@demo.example")
office = user.membership.office
demo = settings.DATA_DIR / "demo"
checked = services.check(
    (demo / "demo.p12").read_bytes(), file_name="demo.p12", password="demo-geheim")
services.upload(office=office, checked=checked, activate=True, by=user)
kinds = "clients,returns,extension_schemes,tax_cards"
number, file = office.trade_register_number, demo / "15102021135603.zip"
import_now(file, number, type="combined", parts=kinds, status="Ongeopend")
browser = logged_in(user)
answers = {"import_type": "combined", "kinds": kinds.split(","), "message_status": "Ongeopend"}
browser.post("/instellingen/migratie/nieuw/importtype/", answers, headers={"host": "127.0.0.1"})
name = settings.SESSION_COOKIE_NAME
desk = logged_in(User.objects.get(email="admin@nextens.example"))
print(json.dumps({
    "cookie": name + "=" + browser.cookies[name].value,
    "admin_cookie": name + "=" + desk.cookies[name].value,
    "job": f"/instellingen/migratie/{office.migration_jobs.get().pk}/",
    "return": f"/aangiften/{TaxReturn.objects.filter(office=office)[0].pk}/",
}))
"""


def main(pages: tuple[str, ...]) -> None:
    if not (LIGHTHOUSE.exists() and CHROMIUM):
        sys.exit("Lighthouse or Chromium is missing; `.ci/provide chromium lighthouse` installs them.")
    _collect_static_files()
    with tempfile.TemporaryDirectory() as folder, real_server(Path(folder), LOG_LEVEL="ERROR") as server:
        names = json.loads(server.shell(_FURNISH).splitlines()[-1])
        for page in pages:
            cookie = _cookie(page, names)
            _tell(page, [_look(server, page.format(**names), cookie, folder) for _ in range(ROUNDS)])


def _cookie(page: str, names: dict[str, str]) -> str:
    """Of whom the page is for."""
    if page == "/inloggen/":
        return ""
    return names["admin_cookie" if page.startswith("/admin/") else "cookie"]


def _collect_static_files() -> None:
    """As the portal does at its start; the real web process serves what is collected."""
    if statics.changed():
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"PORTAL_DEMO": "1"})
        statics.remember()


def _look(server: RealServer, path: str, cookie: str, folder: str) -> dict[str, Any]:
    """One run's report."""
    out, profile = Path(folder) / "lighthouse.json", Path(folder) / "profile"
    flags = " ".join(("--headless=new", *QUIET, f"--user-data-dir={profile}"))
    command = [
        str(LIGHTHOUSE),
        f"{server.url}{path}",
        "--quiet",
        "--no-enable-error-reporting",
        "--output=json",
        f"--output-path={out}",
        f"--only-categories={','.join(AT_LEAST)}",
        f"--chrome-flags={flags}",
        *([f"--extra-headers={json.dumps({'Cookie': cookie})}"] if cookie else ()),
    ]
    for _ in range(TRIES):
        if _ran(command, profile):
            break
    else:
        sys.exit(f"Lighthouse does not manage to look at {path}")
    report = json.loads(out.read_bytes())
    if not report["finalDisplayedUrl"].endswith(path):
        sys.exit(f"{path} leads to {report['finalDisplayedUrl']}")
    return dict(report)


def _ran(command: list[str], profile: Path) -> bool:
    """Whether it came to an end; on a busy machine Chromium now and then leaves it without a trace."""
    environment = os.environ | {"CHROME_PATH": str(CHROMIUM)}
    try:
        done = subprocess.run(
            command, env=environment, timeout=SECONDS, stdout=subprocess.DEVNULL, check=False
        )
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    return done.returncode == 0


def _tell(page: str, reports: list[dict[str, Any]]) -> None:
    """A line for each category, with what took points in any run."""
    for category, least in AT_LEAST.items():
        figure = statistics.median(report["categories"][category]["score"] * 100 for report in reports)
        line = {
            "name": f"Lighthouse, {category} of {page}",
            "figure": round(figure),
            "unit": "of 100",
            "ratio": round(figure / least, 2),
            "against": f"at least {least}",
            "lost": sorted({audit for report in reports for audit in _lost(report, category)}),
        }
        print(json.dumps(line), flush=True)


def _lost(report: dict[str, Any], category: str) -> list[str]:
    """The audits that count and are not perfect."""
    counting = (each["id"] for each in report["categories"][category]["auditRefs"] if each["weight"])
    scores = {audit: report["audits"][audit]["score"] for audit in counting}
    return [audit for audit, score in scores.items() if score is not None and score < 1]


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or PAGES)
