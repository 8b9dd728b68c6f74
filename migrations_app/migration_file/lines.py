"""A part's bytes into blocks of whole lines, however the pieces are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_BOM = b"\xef\xbb\xbf"
# large enough that the work per block vanishes, small enough that one bad line spoils few others
BLOCK = 1 << 16
# for who looks at each line by itself: the pieces of an entry as they come
PROOF_BLOCK = 5 << 16


class Overlong:
    """Stands for a line of more than the allowed bytes; its content is not kept."""


OVERLONG = Overlong()


def blocks(pieces: Iterable[bytes], max_line: int, size: int = BLOCK) -> Iterator[bytes | Overlong]:
    """Blocks that end with a newline, in order, none of them longer than a line may be (or `size`).

    A last line without newline gets one; a BOM at the start is left out.
    """
    rest = bytearray()
    skipping = False
    for piece in _without_bom(pieces):
        at = 0
        if skipping:
            at = piece.find(b"\n") + 1
            if not at:
                continue
            skipping = False
            yield OVERLONG
        last = piece.rfind(b"\n") + 1
        if last <= at:
            rest += piece[at:]
        else:
            if len(rest) + piece.index(b"\n", at) - at > max_line:
                yield OVERLONG
                at = piece.index(b"\n", at) + 1
                rest.clear()
            rest += piece[at:last]
            yield from _cut(bytes(rest), size, max_line)
            rest = bytearray(piece[last:])
        if len(rest) > max_line:
            rest.clear()
            skipping = True
    if skipping:
        yield OVERLONG
    elif rest:
        yield bytes(rest) + b"\n"


def _without_bom(pieces: Iterable[bytes]) -> Iterator[bytes]:
    head = b""
    stream = iter(pieces)
    for piece in stream:
        head += piece
        if len(head) >= len(_BOM):
            break
    yield head.removeprefix(_BOM)
    yield from stream


def _cut(piece: bytes, size: int, max_line: int) -> Iterator[bytes | Overlong]:
    start, end = 0, len(piece)
    # no line of a block of this size can be overlong, unless it fills the block alone
    size = min(size, max_line + 1)
    while start < end:
        stop = end if end - start <= size else piece.rfind(b"\n", start, start + size) + 1
        if stop <= start:
            stop = piece.index(b"\n", start) + 1
        yield OVERLONG if stop - start > max_line + 1 else piece[start:stop]
        start = stop
