"""Every page of the access walk as the portal answers it, and Chromium showing those answers.

The pages are asked of Django in this process, with the rows of a test's own transaction; the browser gets
exactly those answers. So hundreds of pages need neither a server nor a database of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from tests.test_access_walk import MAKERS, ROWS, address

SITE = "http://testserver"
# what stands around it, the menus, is a matter of role
_MAIN = re.compile(rb"(?s)<title>.*?</title>|<main.*</main>")
_TEXT = re.compile(rb">\s*[^<\s][^<]*<")
_VALUE = re.compile(
    rb'(\s(?:href|src|srcdoc|srcset|value|action|title|alt|style|datetime|aria-label|aria-valuenow|(?:data|hx)-[\w-]+)=")[^"]+"'
)
# numbers, but not that of an h2
_KEY = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+")
_ROWS = re.compile(rb"(?s)(<(tr|li|div)\b(?:(?!<\2\b).)*?</\2>\s*)\1+")
_SENT = ("Content-Type", "Content-Security-Policy")


@dataclass(frozen=True)
class Shot:
    """One answer: where it was asked, and what came."""

    name: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


class Album:
    """Collects answers, each state of a page once: what an earlier album of this run has is not looked at."""

    _seen: ClassVar[set[tuple[bytes, int]]] = set()

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.made: dict[object, object] = {}

    def add(self, name: str, response: HttpResponse) -> None:
        # else a picture, a sheet, a part of a page
        if response.streaming or response.content[:15].lower() != b"<!doctype html>":
            return
        state = _state(b"".join(_MAIN.findall(response.content)))
        if state in self._seen:
            return
        self._seen.add(state)
        path = response.request["PATH_INFO"]  # type: ignore[attr-defined]  # of the test client's answers
        headers = {key: response.headers[key] for key in _SENT if key in response.headers}
        self.shots.append(Shot(name, path, response.status_code, headers, response.content))

    def paste(self, template: str) -> None:
        """A page that comes when something went wrong, of which a test can make only some."""
        self.shots.append(
            Shot(template, "/", 200, {"Content-Type": "text/html"}, render_to_string(template).encode())
        )

    def get(self, client: Client, path: str) -> None:
        self.add(path, client.get(path, follow=True))

    def post(self, client: Client, path: str, **data: object) -> None:
        self.add(f"{path} (POST)", client.post(path, data, follow=True))


def _state(page: bytes) -> tuple[bytes, int]:
    """The elements with their classes and states, and how long the longest word is.

    What is written there matters only in that it is there: a table of other names is the same page, and so is
    one of more rows that are alike.
    """
    shape = _KEY.sub(b"", _VALUE.sub(rb'\1x"', _TEXT.sub(b">x<", page)))
    longest = max((len(word) for text in _TEXT.findall(page) for word in text.split()), default=0)
    return _ROWS.sub(rb"\1", shape), longest // 16


def walk(album: Album, client: Client, office: object = None) -> None:
    """Ask every address that has a row; those that name an object only with an `office` to make it for."""
    for route in ROWS:
        make = next((make for start, make in MAKERS.items() if route.startswith(start)), None)
        if make is None:
            album.get(client, address(route, None))
        elif office is not None:
            if make not in album.made:
                album.made[make] = make(office)
            album.get(client, address(route, album.made[make]))


def shown(browser: Browser, shots: list[Shot], scripts: str = "") -> Iterator[tuple[Shot, Page]]:
    """Each answer in the same tab of Chromium, with the portal's own style sheet and scripts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    context.set_default_timeout(20_000)
    page = context.new_page()
    current: list[Shot] = []
    context.route("**/*", lambda route: _answer(route, current[-1]))
    if scripts:
        context.add_init_script(scripts)
    for shot in shots:
        current.append(shot)
        page.goto(SITE + shot.path)
        yield shot, page
    context.close()


def _answer(route: Route, shot: Shot) -> None:
    request = route.request
    path = request.url.removeprefix(SITE).partition("?")[0]
    if request.is_navigation_request() and request.frame.parent_frame is None:
        route.fulfill(status=shot.status, headers=shot.headers, body=shot.body)
    elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
        route.fulfill(path=str(found))
    else:
        # what a page asks by itself, and the office's logo
        route.fulfill(status=204)
