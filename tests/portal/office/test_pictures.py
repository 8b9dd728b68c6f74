"""A logo is drawn anew: nothing of the file that came in goes out again."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from portal.office import pictures
from portal.office.pictures import NoPicture, TooManyBytes, TooManyPixels, redraw


def file(kind="PNG", size=(1000, 200), mode="RGB", **options):
    stream = io.BytesIO()
    Image.new(mode, size, color="red" if mode != "1" else 1).save(stream, kind, **options)
    return stream.getvalue()


def opened(picture):
    return Image.open(io.BytesIO(picture.png))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_becomes_a_png_of_the_size_it_says(kind):
    picture = redraw(file(kind))
    assert picture.png.startswith(b"\x89PNG")
    assert opened(picture).size == (picture.width, picture.height) == (800, 160)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_kind_of_colour_is_taken(mode):
    made = Image.new("L", (10, 10)).convert(mode) if mode != "I;16" else Image.new(mode, (10, 10))
    stream = io.BytesIO()
    made.save(stream, "PNG")
    assert redraw(stream.getvalue()).width == 10


def test_small_pictures_keep_their_size():
    assert (redraw(file(size=(3, 2))).width, redraw(file(size=(3, 2))).height) == (3, 2)


def test_nothing_hidden_comes_along():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "geheim")
    data = file(pnginfo=text) + b"<script>geheim</script>"
    assert b"geheim" in data
    assert b"geheim" not in redraw(data).png


def test_colour_profile_is_left_out():
    data = file(icc_profile=b"geheim profiel")
    assert "icc_profile" in Image.open(io.BytesIO(data)).info
    assert "icc_profile" not in opened(redraw(data)).info


def test_position_of_a_photo_is_dropped_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "geheim"
    picture = redraw(file("JPEG", size=(40, 20), exif=exif))
    assert (picture.width, picture.height) == (20, 40)
    assert b"geheim" not in picture.png


def test_too_many_bytes():
    with pytest.raises(TooManyBytes):
        redraw(bytes(pictures.MAX_BYTES + 1))


@pytest.mark.parametrize("size", [(4001, 1), (1, 4001), (60_000, 60_000), (20_000, 5_000)])
def test_large_sizes_are_refused_by_the_header(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "convert", lambda *_args: pytest.fail("was decoded"))
    with pytest.raises(TooManyPixels):
        redraw(header_of(*size))


def header_of(width, height):
    """The beginning of a PNG that says it is so large."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(100))
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (body, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        file()[:60],
        file("JPEG")[:300],
        file("GIF"),
    ],
    ids=["empty", "gif", "svg", "half a png", "half a jpeg", "whole gif"],
)
def test_anything_else_is_no_picture(data):
    with pytest.raises(NoPicture):
        redraw(data)
