"""The 11-test over many numbers at once: 16 bits of one very large integer hold the sum of each."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

_DIGITS = 9
# the last digit counts -1, which is 10 modulo 11
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, 10)
# digits are added as characters; no sum of nine fills 16 bits
_SOUND = frozenset(total for total in range(1 << 12) if (total - ord("0") * sum(_WEIGHTS)) % 11 == 0)
_NOBODY = "0" * _DIGITS


def all_pass_eleven_test(numbers: Sequence[str]) -> bool:
    """Whether each is a possible bsn or rsin, exactly as `passes_eleven_test` judges it."""
    text = "".join(numbers)
    if set(map(len, numbers)) - {_DIGITS} or _NOBODY in numbers:
        return False
    if not text:
        return True
    if not (text.isascii() and text.isdigit()):
        return False
    characters = array("H", text.encode("utf-16-le" if sys.byteorder == "little" else "utf-16-be"))
    total = sum(
        weight * int.from_bytes(characters[place::_DIGITS].tobytes(), sys.byteorder)
        for place, weight in enumerate(_WEIGHTS)
    )
    sums = array("H", total.to_bytes(2 * len(numbers), sys.byteorder))
    return _SOUND.issuperset(sums)
