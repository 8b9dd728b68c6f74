"""What can be told of many lines of JSON at once, by looking at their bytes as little as possible."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec

# the first byte of a character from there on is 0xCC at least
_BELOW_U0300 = bytes(range(0xCC))
# amounts come out as the numbers they were
_encode = msgspec.json.Encoder(decimal_format="number").encode


def is_one_object_a_line(lines: list[bytes]) -> bool:
    """With as many objects decoded as there are lines: only the end of a line is between two of them."""
    first, last = {line[:1] for line in lines}, {line[-1:] for line in lines}
    if b"\r" in last:
        last = {line.removesuffix(b"\r")[-1:] for line in lines}
    return first == {b"{"} and last == {b"}"}


def is_normalized(block: bytes) -> bool:
    """Whether the text is UTF-8 in Unicode form NFC; what is written with escapes is not looked into."""
    # no character below U+0300 combines with another
    if block.isascii() or not block.translate(None, _BELOW_U0300):
        return True
    try:
        return unicodedata.is_normalized("NFC", block.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def holds_no_more(block: bytes, records: list[Any]) -> bool:
    """Whether decoding dropped nothing: neither the first of two equal keys, nor a key that no field has.

    Every key and every text stands between two quotation marks, and where nothing is escaped there are no
    others; so the JSON holds at least as many as its records written anew. An amount written as a text is
    noticed likewise. Counting one byte costs a fraction of decoding once more to compare keys.
    """
    return b"\\" not in block and block.count(b'"') == _encode(records).count(b'"')
