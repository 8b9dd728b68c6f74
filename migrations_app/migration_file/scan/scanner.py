"""The scanner as it runs: an instance of scanner.wasm, and what it says of a block of lines.

An instance has its own memory, which it cannot leave: a hostile line can at worst make it answer wrongly of
lines in its own file. Its answers are told as bytes and numbers; proof.py makes sense of them.
"""

from __future__ import annotations

import atexit
import ctypes
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

from migrations_app.migration_file.records import Kind
from migrations_app.migration_file.scan.spec import spec_of

if TYPE_CHECKING:
    import wasmtime

PROGRAM = Path(__file__).with_name("scanner.wasm")
# as in scanner.c and hashes.h
MOST_BYTES = 17 << 16
MOST_LINES = 1 << 14
MOST_HASHES = 1 << 17
MOST_SHARES = 256
HASH = 8  # bytes of one
_PLACES = struct.Struct("<15I")
_RESULT = struct.Struct("<10I")
_PLACE = struct.Struct("<II")
_KEY = 16
_TEXT = struct.Struct("<H")
_TEXTS = 4_096  # of at most 256 bytes, since an id has at most 64 characters


class State(IntEnum):
    """Of a line. NAMELESS and UNSURE are proved too, but for that."""

    BLANK, LEFT, PROVED, NAMELESS, UNSURE = range(5)


class Asked(IntEnum):
    """What to tell of records beside whether they are good."""

    NOTHING, WHO_IS_NAMELESS, WHICH_CLIENT_IS_KNOWN = range(3)


class _Places(NamedTuple):
    """Where in the instance's memory each thing begins."""

    input: int
    spec: int
    key: int
    result: int
    states: int
    combined: int
    ids: int
    names: int
    combinations: int
    counts: int
    documents: int
    document_lines: int
    sorted: int
    share_counts: int
    answers: int


class Result(NamedTuple):
    """How many there are of each; of `names` and `combinations_bytes`, bytes."""

    lines: int
    blank: int
    left: int
    nameless: int
    unsure: int
    proved: int
    names: int
    combinations: int
    combinations_bytes: int
    documents: int


@cache
def _program() -> Callable[[], tuple[wasmtime.Store, Any]]:
    """Makes an instance: its store, and what it exports."""
    import wasmtime  # only by who checks a file: it takes eight megabytes that an import has no use for

    engine = wasmtime.Engine()
    module = wasmtime.Module(engine, PROGRAM.read_bytes())

    def start() -> tuple[wasmtime.Store, Any]:
        store = wasmtime.Store(engine)
        return store, wasmtime.Instance(store, module, []).exports(store)

    return start


class Scanner:
    """For one check, in one thread. What it tells of lines is of those scanned last."""

    def __init__(self) -> None:
        self._store, self._exports = _program()()
        _running.add(self)
        self._map()
        self._at = _Places(*_PLACES.unpack_from(self._memory, self._ask("places")))
        self._secret = secrets.token_bytes(_KEY)

    def close(self) -> None:
        """Give its memory back at once; nothing can be asked of it any more."""
        self._memory = memoryview(b"")
        _running.discard(self)
        self._store.close()
        del self._store, self._exports

    def _ask(self, name: str, *arguments: int) -> Any:
        return self._exports[name](self._store, *arguments)

    def _map(self) -> None:
        memory = self._exports["memory"]
        address = ctypes.addressof(memory.data_ptr(self._store).contents)
        buffer = (ctypes.c_ubyte * memory.data_len(self._store)).from_address(address)
        self._memory = memoryview(buffer).cast("B")

    def _read(self, start: int, length: int) -> bytes:
        return self._memory[start : start + length].tobytes()

    def _write(self, start: int, data: bytes) -> None:
        self._memory[start : start + len(data)] = data

    def use(self, kind: Kind) -> None:
        """Records of this kind follow."""
        self._write(self._at.spec, spec_of(kind))

    def key(self, number: int) -> None:
        """Ids hashed from here on have nothing to do with those hashed under another number."""
        first = int.from_bytes(self._secret, "little") ^ number
        self._write(self._at.key, first.to_bytes(_KEY, "little"))

    def scan(self, block: bytes, asked: Asked) -> Result | None:
        """Of whole lines; None when they are too many for it."""
        if len(block) > MOST_BYTES:
            return None
        self._write(self._at.input, block)
        if not self._ask("scan", len(block), asked):
            return None
        return Result(*_RESULT.unpack_from(self._memory, self._at.result))

    def states(self, result: Result) -> bytes:
        """Of each line its State."""
        return self._read(self._at.states, result.lines)

    def combined(self, result: Result) -> memoryview:
        """Of each line that is proved the number of its combination."""
        return memoryview(self._read(self._at.combined, 2 * result.lines)).cast("H")

    def combinations(self, result: Result) -> list[list[str]]:
        """The values of spec.COMBINED that records have together; null is an empty text."""
        text = self._read(self._at.combinations, result.combinations_bytes).decode()
        return [line.split("\t") for line in text.split("\n")[:-1]]

    def counts(self, result: Result) -> memoryview:
        """How many records there are of each combination."""
        return memoryview(self._read(self._at.counts, 4 * result.combinations)).cast("I")

    def ids(self, result: Result) -> bytes:
        """The hash of the id of each record that is proved, in 8 bytes."""
        return self._read(self._at.ids, HASH * result.proved)

    def names(self, result: Result) -> list[str]:
        """Ids of those without a name, or of clients that are not known, of one after the other."""
        return self._read(self._at.names, result.names).decode().split("\n")[:-1]

    def documents(self, result: Result) -> list[tuple[int, int, int]]:
        """Line, start and end of each document that a record names, in bytes of the block."""
        places = self._read(self._at.documents, _PLACE.size * result.documents)
        lines = memoryview(self._read(self._at.document_lines, 4 * result.documents)).cast("I")
        return [
            (line, start, start + length)
            for line, (start, length) in zip(lines, _PLACE.iter_unpack(places), strict=True)
        ]

    def hashes(self, ids: Sequence[str]) -> bytes:
        """Of ids as records have them, under the present key."""
        return b"".join(self._hashes(ids[start : start + _TEXTS]) for start in range(0, len(ids), _TEXTS))

    def _hashes(self, ids: Sequence[str]) -> bytes:
        texts = [each.encode() for each in ids]
        self._write(self._at.input, b"".join(_TEXT.pack(len(each)) + each for each in texts))
        self._ask("hash_texts", len(texts))
        return self._read(self._at.sorted, HASH * len(texts))

    def reserve(self, clients: int) -> None:
        """Room for so many clients, and for as many again; raises MemoryError. Only once."""
        if not self._ask("reserve", 1 << (2 * clients).bit_length()):
            raise MemoryError("no room for the clients of the file")
        self._map()

    def learn(self, hashes: bytes) -> None:
        """Clients that are known from here on, as far as there is room."""
        for some in _parts(hashes):
            self._write(self._at.sorted, some)
            self._ask("learn", len(some) // HASH)

    def known(self, hashes: bytes) -> bytes:
        """A byte for each hash: 1 for a known client."""
        return b"".join(map(self._known, _parts(hashes, MOST_LINES)))

    def _known(self, hashes: bytes) -> bytes:
        self._write(self._at.sorted, hashes)
        self._ask("know", len(hashes) // HASH)
        return self._read(self._at.answers, len(hashes) // HASH)

    def shares(self, hashes: bytes, shares: int) -> list[bytes]:
        """At most MOST_HASHES of them by their shares, a power of two."""
        self._write(self._at.input, hashes)
        self._ask("sort", len(hashes) // HASH, shares)
        counts = memoryview(self._read(self._at.share_counts, 4 * shares)).cast("I")
        sorted_hashes, found, at = self._read(self._at.sorted, len(hashes)), [], 0
        for count in counts:
            found.append(sorted_hashes[at : at + HASH * count])
            at += HASH * count
        return found

    def distinct(self, share: Iterable[bytes]) -> int:
        """How many different hashes are in one share; too few when it has no room for more."""
        self._ask("empty")
        found = 0
        for some in share:
            for part in _parts(some):
                self._write(self._at.sorted, part)
                found += self._ask("add", len(part) // HASH)
        return found


_running: WeakSet[Scanner] = WeakSet()


@atexit.register
def _close_all() -> None:
    # wasmtime cannot let go of what is left once the interpreter takes its modules apart
    for scanner in tuple(_running):
        scanner.close()
    _program.cache_clear()


def _parts(hashes: bytes, most: int = MOST_HASHES) -> Iterator[bytes]:
    step = HASH * most
    return (hashes[start : start + step] for start in range(0, len(hashes), step))
