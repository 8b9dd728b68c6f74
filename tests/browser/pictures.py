"""Pictures of the help page, taken where the journey passes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

FOLDER = Path(__file__).resolve().parents[2] / "static" / "help"
# two columns, and still to be read at the width of the help page's text
_SIZE: ViewportSize = {"width": 860, "height": 480}
_HIGHEST = 860


class Camera:
    """Notes which pictures were taken; writes them only when asked to, so that a test run changes no file."""

    def __init__(self, *, writes: bool) -> None:
        self._writes = writes
        self.taken: set[str] = set()

    def take(self, page: Page, name: str) -> None:
        """The page as it stands when first asked for, as static/help/<name>.webp."""
        if name in self.taken:
            return
        self.taken.add(name)
        if self._writes:
            _write(page, name)


def _write(page: Page, name: str) -> None:
    size = page.viewport_size
    assert size
    page.set_viewport_size(_SIZE)
    data = page.screenshot(full_page=True, animations="disabled")
    page.set_viewport_size(size)
    shown = Image.open(BytesIO(data)).convert("RGB")
    shown = shown.crop((0, 0, shown.width, min(shown.height, _HIGHEST)))
    FOLDER.mkdir(exist_ok=True)
    # few colours without loss: sharper and smaller than a photograph's way of saving
    shown.quantize(32).convert("RGB").save(
        FOLDER / f"{name}.webp", "WEBP", lossless=True, quality=100, method=6
    )
