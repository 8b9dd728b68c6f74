"""Lines come out the same however the bytes were cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrations_app.migration_file.lines import OVERLONG, blocks

LIMIT = 10


def read(data, sizes):
    pieces, at = [], 0
    while at < len(data):
        step = sizes[len(pieces) % len(sizes)]
        pieces.append(data[at : at + step])
        at += step
    found = []
    for block in blocks(pieces, LIMIT):
        found += [None] if block is OVERLONG else block[:-1].split(b"\n")
    return found


def expected(data):
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data:
        return []
    found = data.split(b"\n")
    if data.endswith(b"\n"):
        found.pop()
    return [each if len(each) <= LIMIT else None for each in found]


@given(
    st.lists(st.sampled_from([b"\n", b"ab", b"c" * 6, b"\xef\xbb\xbf", b"d" * 25])),
    st.lists(st.integers(1, 30), min_size=1),
)
def test_any_cut(chunks, sizes):
    data = b"".join(chunks)
    assert read(data, sizes) == expected(data)


def test_blocks_are_bounded():
    found = list(blocks([b"aaa\nbbb\nccc\ndddddddddd\ne\nff", b"ff\ng\n"], LIMIT, 8))
    assert found == [b"aaa\nbbb\n", b"ccc\n", b"dddddddddd\n", b"e\n", b"ffff\ng\n"]
