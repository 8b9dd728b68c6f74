"""A first walk over BER bytes, which trusts nothing in them: whole, not too deep, not too many?"""

from certificates.problems import Unreadable

MAX_DEPTH = 24
MAX_ELEMENTS = 20_000
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F


def check_bounds(data: bytes) -> None:
    """Raise Unreadable unless `data` is exactly one BER element within the bounds.

    What lies inside primitive elements is not looked at; each such layer is checked when it is opened.
    """
    open_ends: list[int | None] = []
    position, elements = 0, 0
    while position < len(data):
        if open_ends and open_ends[-1] is None and data[position : position + 2] == b"\0\0":
            open_ends.pop()
            position += 2
        else:
            elements += 1
            position = _enter(data, position, open_ends)
        while open_ends and open_ends[-1] == position:
            open_ends.pop()
        if elements > MAX_ELEMENTS or len(open_ends) > MAX_DEPTH:
            raise Unreadable
        if not open_ends:
            break
    if open_ends or not elements or position != len(data):
        raise Unreadable


def _enter(data: bytes, position: int, open_ends: list[int | None]) -> int:
    """Step into a constructed element or over a primitive one; return where to go on."""
    constructed = data[position] & _CONSTRUCTED
    position = _after_tag(data, position)
    length, position = _length(data, position)
    if length is None:
        if not constructed:
            raise Unreadable
        open_ends.append(None)
        return position
    end = position + length
    limit = next((known for known in reversed(open_ends) if known is not None), len(data))
    if end > limit:
        raise Unreadable
    if constructed and length:
        open_ends.append(end)
        return position
    return end


def _after_tag(data: bytes, position: int) -> int:
    if data[position] & _LONG_TAG != _LONG_TAG:
        return position + 1
    for step in range(1, 4):
        if position + step < len(data) and not data[position + step] & 0x80:
            return position + step + 1
    raise Unreadable


def _length(data: bytes, position: int) -> tuple[int | None, int]:
    if position >= len(data):
        raise Unreadable
    first, position = data[position], position + 1
    if first < 0x80:
        return first, position
    if first == 0x80:
        return None, position
    size = first & 0x7F
    if size > 4 or position + size > len(data):
        raise Unreadable
    return int.from_bytes(data[position : position + size]), position + size
