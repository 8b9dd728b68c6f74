"""Damaged files: noticed or harmless, never an exception of another kind, never slow, never large."""

from __future__ import annotations

import io
import random
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.migration_file import Limits, MigrationFile, Refused, check_file
from tests.migrations_app.migration_file.build import (
    MINIMAL,
    NUMBER,
    RETURN,
    document_of,
    file_of,
    line,
)

DOCUMENT = b"<xbrl/>" * 30
LINES = {kind: [line(record)] for kind, record in MINIMAL.items()}
LINES["returns"] = [line(RETURN, id=f"r{n}", document=document_of(DOCUMENT)) for n in range(6)]
WHOLE = file_of(**LINES, extra={"documents/a.dat": DOCUMENT}).getvalue()
LIMITS = Limits(max_unpacked_bytes=1 << 24, ratio_from=1 << 16)


def everything(data):
    """All that an import would read, or the code of the refusal."""
    try:
        with MigrationFile.open(io.BytesIO(data), LIMITS) as file:
            file.check_announced()
            found = []
            for part in file.manifest.parts:
                for batch in file.batches(part):
                    found += batch.accepted
                    found += batch.refused
            document = document_of(DOCUMENT)
            found.append(
                file.read_document(document["path"], bytes=document["bytes"], sha256=document["sha256"])
            )
            return found
    except Refused as refused:
        return refused.code


SOUND = everything(WHOLE)


def test_the_sound_file_is_read():
    assert len(SOUND) == 12


def noticed_or_harmless(data):
    report = check_file(io.BytesIO(data), accepted_numbers=[NUMBER], limits=LIMITS)
    if report.accepted and not any(part.rejected for part in report.parts):
        assert everything(data) == SOUND


@settings(max_examples=600)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte(place, change):
    data = bytearray(WHOLE)
    data[place] ^= change
    noticed_or_harmless(bytes(data))


@given(st.integers(0, len(WHOLE) - 1))
def test_a_cut(length):
    report = check_file(io.BytesIO(WHOLE[:length]), accepted_numbers=[NUMBER])
    assert report.code in ("not-a-zip", "truncated")


def mutate(chance, data):
    """One to four changes: bytes set, ranges removed, doubled or moved, 32-bit values made extreme."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(found))
        end = min(len(found), start + chance.choice([1, 4, 22, 46, 200]))
        piece = bytes(found[start:end])
        match chance.randrange(5):
            case 0:
                found[start:end] = chance.randbytes(end - start)
            case 1:
                del found[start:end]
            case 2:
                found[start:start] = piece
            case 3:
                place = chance.randrange(len(found))
                found[place : place + len(piece)] = piece
            case _:
                found[start : start + 4] = chance.choice(
                    [b"\0" * 4, b"\xff" * 4, b"\xfe\xff\xff\x7f", b"PK\1\2"]
                )
        found = found or bytearray(b"P")
    return bytes(found)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_archives(seed):
    """500 each: nothing but a report, within 5 s of the processor and 50 MB each."""
    chance = random.Random(seed)
    tracemalloc.start()
    for _ in range(500):
        data = mutate(chance, WHOLE)
        start = time.process_time()
        noticed_or_harmless(data)
        assert time.process_time() - start < 5
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()
