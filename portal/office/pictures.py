"""Makes a picture of somebody else's into one of ours: decoded, bounded, drawn anew, written as PNG."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 1024**2
MAX_SIDE = 4000
# as large as it is ever shown
SHOWN = (800, 300)
MAILED = (400, 120)


class PictureProblem(Exception):
    """A file that is not taken."""

    code = "picture"


class TooManyBytes(PictureProblem):
    code = "too-many-bytes"


class TooManyPixels(PictureProblem):
    code = "too-many-pixels"


class NoPicture(PictureProblem):
    code = "no-picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG without any of the original's bytes; width and height in pixels."""

    png: bytes
    width: int
    height: int


def redraw(data: bytes) -> Picture:
    """The picture in `data` (PNG, JPEG or WebP) as a PNG of at most SHOWN; raises a PictureProblem.

    Its size is judged by its header, before anything is decoded.
    """
    if len(data) > MAX_BYTES:
        raise TooManyBytes
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _write(_drawn(data))
    except PictureProblem:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise TooManyPixels from exc
    except Exception as exc:  # whatever a decoder raises means: no picture
        raise NoPicture from exc


def for_mail(png: bytes) -> Picture:
    """One of our own pictures for the head of a mail: at most MAILED, few colours, on white.

    What is transparent would be dark where a mail program is.
    """
    with Image.open(io.BytesIO(png), formats=("PNG",)) as own:
        shown = own.convert("RGBA")
    shown.thumbnail(MAILED, Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", shown.size, "white")
    canvas.alpha_composite(shown)
    return _write(canvas.convert("RGB").quantize(64))


def _drawn(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as original:
        if max(original.size) > MAX_SIDE:
            raise TooManyPixels
        upright = ImageOps.exif_transpose(original.convert("RGBA"))
    upright.thumbnail(SHOWN, Image.Resampling.LANCZOS)
    # a new canvas has none of the original's texts, profiles or positions
    canvas = Image.new("RGBA", upright.size)
    canvas.paste(upright)
    return canvas


def _write(canvas: Image.Image) -> Picture:
    file = io.BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return Picture(file.getvalue(), *canvas.size)
