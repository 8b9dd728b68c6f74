"""Sizes of archives: descriptors, ZIP64, limits and bombs, each with its code."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import pytest

from migrations_app.migration_file import Limits, reader
from tests.migrations_app.migration_file.build import (
    DOCUMENT,
    DOCUMENT_B,
    RawEntry,
    code_of,
    manifest_entry,
    raw_end,
    raw_zip,
    with_manifest,
)


def descriptor(data, packed, *, signature=b"PK\7\x08", wide=False):
    return signature + struct.pack("<LQQ" if wide else "<3L", zlib.crc32(data), packed, len(data))


@pytest.mark.parametrize("signature", [b"", b"PK\7\x08"])
@pytest.mark.parametrize("wide", [False, True])
def test_data_descriptors(signature, wide):
    data = b"abc" * 50
    tail = descriptor(data, len(RawEntry(b"", data).packed_data()), signature=signature, wide=wide)
    entry = RawEntry(b"documents/a", data, flags=8, descriptor=tail)
    entry.local = {"crc": 0, "packed": 0, "unpacked": 0}
    assert code_of(with_manifest(entry, DOCUMENT_B)) is None
    entry.descriptor = tail[:-1] + b"\1"
    assert code_of(with_manifest(entry, DOCUMENT_B)) == "not-a-zip"
    entry.descriptor = b""
    assert code_of(with_manifest(entry, DOCUMENT_B)) == "not-a-zip"


def test_a_second_name_in_an_extra_field():
    extra = {"extra": struct.pack("<HHBL", 0x7075, 8, 1, 0) + b"xyz"}
    entry = RawEntry(b"documents/a", b"abc", local=extra, central=extra)
    assert code_of(with_manifest(entry)) == "not-a-zip"


def test_zip64_values_in_extra_fields():
    data = b"abc" * 40
    packed = len(RawEntry(b"", data).packed_data())
    wide = {
        "extra": struct.pack("<HHQQ", 1, 16, len(data), packed),
        "packed": 2**32 - 1,
        "unpacked": 2**32 - 1,
    }
    assert code_of(with_manifest(RawEntry(b"documents/a", data, local=wide, central=wide))) is None
    bare = {"packed": 2**32 - 1, "unpacked": 2**32 - 1}
    assert code_of(with_manifest(RawEntry(b"documents/a", data, local=wide, central=bare))) == "not-a-zip"


def test_zip64_end_record():
    out = with_manifest(DOCUMENT).getvalue()
    body, (count, size, offset) = out[:-22], struct.unpack("<H2L", out[-12:-2])
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    short = raw_end(0xFFFF, 2**32 - 1, 2**32 - 1)
    assert code_of(io.BytesIO(body + end + locator + short)) is None
    assert code_of(io.BytesIO(body + end + locator + raw_end(count, size, offset))) is None
    assert code_of(io.BytesIO(body + end + locator + raw_end(count + 1, size, offset))) == "not-a-zip"
    assert code_of(io.BytesIO(body + end + b"x" + locator + short)) == "not-a-zip"
    longer = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 45, 45, 45, 0, 0, count, count, size, offset)
    assert code_of(io.BytesIO(body + longer + locator + short)) == "not-a-zip"
    shifted = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size - 1, offset)
    assert code_of(io.BytesIO(body + shifted + locator + short)) == "not-a-zip"
    wrong = struct.pack("<4sLQL", b"PK\6\7", 0, len(body) - 1, 1)
    assert code_of(io.BytesIO(body + end + wrong + short)) == "not-a-zip"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(max_bytes=100), "too-large"),
        (Limits(max_unpacked_bytes=200), "too-large"),
        (Limits(max_entries=1), "too-large"),
        (Limits(max_manifest_bytes=100), "too-large"),
        (Limits(max_document_bytes=100), "too-large"),
        (Limits(max_path_bytes=5), "too-large"),
        (Limits(ratio_from=100, max_ratio=2), "too-large"),
        (Limits(), None),
    ],
)
def test_limits(limits, code):
    assert code_of(with_manifest(DOCUMENT), limits) == code


def test_a_long_name_of_a_document():
    entry = RawEntry(b"documents/abcd", b"abc")
    assert code_of(with_manifest(entry), Limits(max_path_bytes=13)) == "too-large"
    assert code_of(with_manifest(entry), Limits(max_path_bytes=14)) is None


def test_a_bomb_of_4_gib_is_refused_before_anything_is_inflated(monkeypatch):
    size = {"unpacked": 2**32 - 2}
    bomb = RawEntry(b"clients.jsonl", bytes(1 << 22), local=size, central=size)
    monkeypatch.setattr(reader, "unpack", None)
    assert code_of(with_manifest(bomb)) == "too-large"


def test_a_bomb_that_says_it_is_small():
    """The manifest itself unpacks to far more than both its headers say."""
    entry = RawEntry(b"manifest.json", b" " * (1 << 26))
    entry.local = entry.central = {"unpacked": 1000}
    tracemalloc.start()
    source = raw_zip(entry)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    assert code_of(source) == "not-a-zip"
    assert tracemalloc.get_traced_memory()[1] - before < 4 << 20
    tracemalloc.stop()


def test_the_crc_counts():
    entry = manifest_entry()
    entry.local = entry.central = {"crc": 7}
    assert code_of(raw_zip(entry)) == "not-a-zip"


def test_compressed_data_must_end_where_the_header_says():
    whole = manifest_entry()
    facts = {"method": 8, "unpacked": len(whole.data), "crc": zlib.crc32(whole.data)}
    for tail in (b"tail", bytes(600_000)):
        longer = RawEntry(b"manifest.json", whole.packed_data() + tail, method=0, local=facts, central=facts)
        assert code_of(raw_zip(longer)) == "not-a-zip"
    shorter = RawEntry(b"manifest.json", whole.packed_data()[:-3], method=0, local=facts, central=facts)
    assert code_of(raw_zip(shorter)) == "not-a-zip"
