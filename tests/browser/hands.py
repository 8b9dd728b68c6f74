"""Two ways of working a page: with a mouse, and with nothing but the keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# of the page with the most: every kantoortijd is four of them
MOST_STOPS = 160
# what has the focus, and whether it can be seen that it has
FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return {name: "BODY", seen: true};
  const outlined = one.type === "file" ? one.parentElement.querySelector("[data-choose]") || one : one;
  const style = getComputedStyle(outlined), box = outlined.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return {name: (one.innerText || one.value || one.name || one.tagName).trim(), seen: ring && inside};
}"""


def focused(page: Page) -> dict[str, object]:
    """Name of what has the focus, and `seen`."""
    found: dict[str, object] = page.evaluate(FOCUS)
    return found


class Mouse:
    """Points and clicks; `page` may have its scripts off."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        self.page = page
        self._scripts = scripts

    def press(self, target: Locator) -> None:
        target.click()

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def mark(self, box: Locator) -> None:
        box.check()

    def pick(self, choices: Locator, option: str) -> None:
        choices.select_option(option)

    def set_time(self, field: Locator, time: str) -> None:
        """`08:30`, or nothing."""
        field.fill(time)

    def give(self, field: Locator, file: Path) -> None:
        """By the button beside the field, which scripts put there."""
        with self.page.expect_file_chooser() as chooser:
            (self.page.get_by_text("Selecteer een bestand...") if self._scripts else field).click()
        chooser.value.set_files(file)


class Keyboard:
    """Never points: goes from stop to stop, and sees where it is at each that it uses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._keys = page.keyboard
        # asked for only when a chooser is about to come, it may come after the key
        page.on("filechooser", lambda _chooser: None)

    def press(self, target: Locator) -> None:
        self._reach(target)
        self._keys.press("Enter")

    def fill(self, field: Locator, text: str) -> None:
        self._reach(field)
        self._keys.press("Control+A")
        self._keys.type(text)

    def mark(self, box: Locator) -> None:
        """A box by the space bar; a radio button by the arrows, from the one of its group that is chosen."""
        if box.get_attribute("type") == "checkbox":
            self._reach(box)
            self._keys.press(" ")
        else:
            name = box.get_attribute("name")
            self._reach(self.page.locator(f"input[name='{name}']:checked"))
            while not _has_focus(box):
                self._keys.press("ArrowDown")
        expect(box).to_be_checked()

    def pick(self, choices: Locator, option: str) -> None:
        self._reach(choices)
        self._keys.type(option)
        expect(choices.locator("option:checked")).to_have_text(option)

    def set_time(self, field: Locator, time: str) -> None:
        """As the browser has times in its own language, which conftest.QUIET makes English."""
        self._reach(field)
        if time:
            hour, _colon, minutes = time.partition(":")
            half = "AM" if int(hour) < 12 else "PM"
            self._keys.type(f"{(int(hour) - 1) % 12 + 1:02}{minutes}{half}")
        else:
            self._keys.press("Delete")
        expect(field).to_have_value(time)

    def give(self, field: Locator, file: Path) -> None:
        self._reach(field)
        with self.page.expect_file_chooser() as chooser:
            self._keys.press("Enter")
        chooser.value.set_files(file)

    def _reach(self, target: Locator) -> None:
        target.wait_for(state="attached")
        for _ in range(MOST_STOPS):
            if _has_focus(target):
                assert focused(self.page)["seen"]
                return
            self._keys.press("Tab")
        raise AssertionError(f"no key leads to {target}")


Hands = Mouse | Keyboard


def _has_focus(target: Locator) -> bool:
    return bool(target.evaluate("(one) => one === document.activeElement"))
