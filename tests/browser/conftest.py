"""The whole portal as `make run` starts it, in a folder of its own, and Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.pictures import Camera
from tests.browser.services import free_port, real_services

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Chromium looks up its maker's hosts unless told not to
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Debian's has no other language; times are typed as this one writes them
    "--lang=en-US",
)
# milliseconds, of a page or whatever is to appear on it, also on a machine that is busy
PATIENCE = 20_000
START_SECONDS = 180
MAIL_SECONDS = 120
# Playwright's event loop stays in this thread, and in such a thread Django refuses its database
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--help-pictures", action="store_true", help="write the pictures of the help page anew")


@dataclass(frozen=True)
class Portal:
    """A running portal: its address and its data folder."""

    url: str
    data: Path

    def mails(self) -> list[EmailMessage]:
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted((self.data / "mail").glob("*.eml"))]

    def mail(self, to: str, subject: str) -> EmailMessage:
        """The only one to this address of which the subject begins so, as soon as it is there."""
        until = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < until:
            found = [
                each for each in self.mails() if each["To"] == to and each["Subject"].startswith(subject)
            ]
            if found:
                assert len(found) == 1
                return found[0]
            time.sleep(0.2)
        come = [each["Subject"] for each in self.mails()]
        raise TimeoutError(f"no mail '{subject}' within {MAIL_SECONDS} s, only {come}")


Window = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The embedded default."""
    with _folder() as folder, _running(folder, {}) as url:
        yield Portal(url, folder)


@pytest.fixture(scope="session")
def portal_on_services() -> Iterator[Portal]:
    """The same on PostgreSQL, Redis, SMTP and an S3-compatible store."""
    with _folder() as folder, real_services(folder) as addresses, _running(folder, addresses) as url:
        yield Portal(url, folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nextens-journey-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _running(folder: Path, addresses: dict[str, str]) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "portal.run.supervisor"],
        cwd=ROOT,
        env={**_environment(folder, port), **addresses},
    )
    try:
        _wait_for(f"{url}/inloggen/", supervisor)
        yield url
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Window:
    """Opens a browser of its own for somebody, and closes it: see `_window`."""
    return partial(_window, browser)


@contextmanager
def _window(
    browser: Browser, *, site: str | None = None, scripts: bool = True, may_lose: bool = False
) -> Iterator[Page]:
    """A fresh visitor; a script that fails or breaks the Content-Security-Policy fails the test.

    Addresses begin at `site`. With `may_lose` requests may fail, of each of which Chromium complains.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="nl-NL",
        java_script_enabled=scripts,
        base_url=site,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda one: complaints.append(one.text) if _complains(one, may_lose) else None)
    try:
        yield page
    finally:
        context.close()
    assert not complaints


def _complains(message: ConsoleMessage, may_lose: bool) -> bool:
    return message.type == "error" and not (may_lose and message.text.startswith("Failed to load resource"))


@pytest.fixture
def page(window: Window) -> Iterator[Page]:
    """A fresh visitor."""
    with window() as page:
        yield page


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    """Takes the help page's pictures with --help-pictures."""
    return Camera(writes=bool(request.config.getoption("--help-pictures", default=False)))


def _environment(folder: Path, port: int) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "STORAGE_URL",
        "EMAIL_URL",
        "DJANGO_SETTINGS_MODULE",
        "DJANGO_ALLOW_ASYNC_UNSAFE",
    ):
        ours.pop(name, None)
    return {**ours, "PORTAL_DATA_DIR": str(folder), "PORT": str(port), "PORTAL_DEMO": "1"}


def _wait_for(url: str, supervisor: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert supervisor.poll() is None, "the supervisor ended"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"no portal on {url} within {START_SECONDS} s")
