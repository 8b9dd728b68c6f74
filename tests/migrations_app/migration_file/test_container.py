"""Archives with one thing wrong, each with its code."""

from __future__ import annotations

import io
import random
import struct

import pytest

from migrations_app.migration_file.instep import InStep
from tests.migrations_app.migration_file.build import (
    DOCUMENT,
    DOCUMENT_B,
    RawEntry,
    archive,
    code_of,
    manifest_entry,
    manifest_of,
    raw_end,
    raw_zip,
    with_manifest,
)


def changed(data, place, new):
    return io.BytesIO(data[:place] + new + data[place + len(new) :])


def test_a_sound_archive_is_taken():
    assert code_of(with_manifest(DOCUMENT)) is None


@pytest.mark.parametrize("data", [b"", b"x", b"%PDF-1.7 " * 9, b"PK\5\6", b"\0" * 30])
def test_no_zip(data):
    assert code_of(io.BytesIO(data)) in ("not-a-zip", "truncated")


def test_every_cut_is_noticed():
    whole = with_manifest(DOCUMENT).getvalue()
    codes = {code_of(io.BytesIO(whole[:length])) for length in range(len(whole))}
    assert codes == {"not-a-zip", "truncated"}


def test_a_cut_file_is_truncated():
    whole = with_manifest(DOCUMENT).getvalue()
    assert code_of(io.BytesIO(whole[:-5])) == "truncated"
    assert code_of(io.BytesIO(whole[:200])) == "truncated"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"before": b"MZ"}, "not-a-zip"),
        ({"between": b"hidden"}, "not-a-zip"),
        ({"after": b"tail"}, "not-a-zip"),
        ({"comment": b"hello"}, "not-a-zip"),
        ({"end": {"entries": 1}}, "not-a-zip"),
        ({"end": {"entries": 3}}, "not-a-zip"),
        ({"end": {"size": 10}}, "not-a-zip"),
        ({"end": {"offset": 1}}, "not-a-zip"),
    ],
)
def test_the_outside_must_fit(changes, code):
    assert code_of(with_manifest(DOCUMENT, **changes)) == code


def test_bytes_between_entries():
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", before=b"gap"))) == "not-a-zip"


@pytest.mark.parametrize(
    "difference",
    [
        {"name": b"documents/b"},
        {"method": 0},
        {"flags": 8},
        {"crc": 1},
        {"packed": 3},
        {"unpacked": 3},
    ],
)
def test_headers_that_contradict_each_other(difference):
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc" * 40, local=difference))) == "not-a-zip"


@pytest.mark.parametrize("bits", [1, 1 << 6, 1 << 13])
def test_encrypted_flags(bits):
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", flags=bits))) == "encrypted-entry"


def test_encryption_told_by_method_or_extra_field():
    extra = {"extra": struct.pack("<HH", 0x9901, 0)}
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", method=99))) == "encrypted-entry"
    entry = RawEntry(b"documents/a", b"abc", local=extra, central=extra)
    assert code_of(with_manifest(entry)) == "encrypted-entry"


@pytest.mark.parametrize("flags", [1 << 4, 1 << 5, 1 << 7, 1 << 12, 1 << 14, 1 << 15])
def test_flags_that_no_reader_knows(flags):
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", flags=flags))) == "not-a-zip"


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93])
def test_other_methods(method):
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", method=method))) == "not-a-zip"


@pytest.mark.parametrize(
    "name",
    [
        b"",
        b"/etc/passwd",
        b"../a",
        b"documents/../a",
        b"documents/./a",
        b"documents//a",
        b"documents\\a",
        b"C:/a",
        b"c:a",
        b"documents/a\0b",
        b"documents/\x1b",
        b"documents/caf\xc3\xa9",  # not ASCII, and not said to be UTF-8
    ],
)
def test_unsafe_names(name):
    assert code_of(with_manifest(RawEntry(name, b"abc"))) == "unsafe-path"


def test_names_in_utf_8():
    assert code_of(with_manifest(RawEntry("documents/café".encode(), b"abc", flags=1 << 11))) is None
    assert code_of(with_manifest(RawEntry(b"documents/\xff", b"abc", flags=1 << 11))) == "unsafe-path"


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644, 0o040755])
def test_links_and_special_files(mode):
    entry = RawEntry(b"documents/a", b"abc", central={"attributes": mode << 16, "made_by": 3 << 8 | 20})
    assert code_of(with_manifest(entry)) == "unsafe-path"


def test_directories():
    folder = RawEntry(b"documents/", method=0, central={"attributes": 0o040755 << 16 | 0x10})
    assert code_of(with_manifest(folder, RawEntry(b"returns/", method=0))) is None
    assert code_of(with_manifest(RawEntry(b"documents/", b"abc", method=0))) == "not-a-zip"
    assert (
        code_of(with_manifest(RawEntry(b"documents/a", b"abc", central={"attributes": 0x10}))) == "not-a-zip"
    )


def test_two_entries_with_one_name():
    assert code_of(with_manifest(DOCUMENT, DOCUMENT)) == "duplicate-entry"


def test_the_first_code_of_the_table_is_the_one():
    unsafe = RawEntry(b"../a", b"abc")
    assert code_of(with_manifest(DOCUMENT, DOCUMENT, unsafe)) == "unsafe-path"
    assert code_of(with_manifest(unsafe, RawEntry(b"b", flags=1))) == "encrypted-entry"
    assert code_of(raw_zip(DOCUMENT, DOCUMENT)) == "duplicate-entry"  # before manifest-missing


def test_two_entries_over_the_same_bytes():
    """The second lies, headers and all, inside the stored data of the first."""
    inner = raw_zip(RawEntry(b"documents/b", b"xyz", method=0)).getvalue()
    hidden = inner[: inner.index(b"PK\1\2")]
    outer = RawEntry(b"documents/a", hidden, method=0)
    place = raw_zip(manifest_entry(), outer).getvalue().index(b"PK\3\4", 10)
    start = raw_zip(manifest_entry(), outer).getvalue().index(hidden)
    assert start > place
    second = RawEntry(b"documents/b", b"xyz", method=0, central={"offset": start})
    data = raw_zip(manifest_entry(), outer, second).getvalue()
    local = data.rindex(b"PK\3\4")
    without = data[:local] + data[data.index(b"PK\1\2") :]
    moved = without[:-22] + raw_end(3, len(data) - data.index(b"PK\1\2") - 22, local)
    assert code_of(io.BytesIO(moved)) == "overlapping-entries"


def test_an_overlap_by_an_entry_with_an_extra_field():
    """The directory names it between two entries that follow each other."""
    extra = {"extra": struct.pack("<HH", 0x5455, 0)}
    inner = RawEntry(b"documents/b", b"xyz", method=0, local=extra, central=extra)
    hidden = raw_zip(inner).getvalue().partition(b"PK\1\2")[0]
    body, *heads = parts_of(raw_zip(manifest_entry(), RawEntry(b"documents/a", hidden, method=0)))
    inner.central = extra | {"offset": body.index(hidden)}
    heads.insert(1, parts_of(raw_zip(inner))[1])
    central = b"".join(heads)
    data = body + central + raw_end(3, len(central), len(body))
    assert code_of(io.BytesIO(data)) == "overlapping-entries"


def parts_of(archive):
    """What is before the directory, then each of its headers."""
    body, *heads = archive.getvalue()[:-22].split(b"PK\1\2")
    return [body, *(b"PK\1\2" + head for head in heads)]


def test_manifest_missing():
    assert code_of(raw_zip(DOCUMENT)) == "manifest-missing"
    assert code_of(raw_zip()) == "manifest-missing"


def test_entries_in_another_order_than_the_directory():
    data = with_manifest(DOCUMENT, DOCUMENT_B).getvalue()
    at = [place for place in range(len(data)) if data[place : place + 4] == b"PK\1\2"]
    ends = [*at[1:], len(data) - 22]
    heads = [data[start:end] for start, end in zip(at, ends, strict=True)]
    turned = data[: at[0]] + b"".join(reversed(heads)) + data[-22:]
    assert code_of(io.BytesIO(turned)) is None


def test_zipfile_itself_writes_what_we_take():
    files = {f"documents/{n}": bytes(n) for n in range(300)}
    assert code_of(archive(files, manifest_of([]))) is None


def test_a_dos_volume_label():
    assert code_of(with_manifest(RawEntry(b"documents/a", central={"attributes": 8}))) == "unsafe-path"


def test_several_disks():
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", central={"disk": 1}))) == "not-a-zip"
    whole = with_manifest(DOCUMENT).getvalue()
    for place in (4, 6, 8):  # this disk, the directory's disk, the entries on this disk
        at = len(whole) - 22 + place
        assert code_of(changed(whole, at, b"\7\0")) == "not-a-zip"


def test_a_stored_entry_has_one_size():
    size = {"unpacked": 9}
    entry = RawEntry(b"documents/a", b"abc", method=0, local=size, central=size)
    assert code_of(with_manifest(entry)) == "not-a-zip"


def test_bytes_at_the_end_of_the_directory():
    whole = with_manifest(DOCUMENT).getvalue()
    count, size, offset = struct.unpack("<H2L", whole[-12:-2])
    longer = whole[:-22] + b"extra" + raw_end(count, size + 5, offset)
    assert code_of(io.BytesIO(longer)) == "not-a-zip"


def test_an_empty_archive_with_bytes_in_it():
    assert code_of(raw_zip(between=b"hidden")) == "not-a-zip"


def test_an_entry_that_runs_into_the_directory():
    packed = len(DOCUMENT.packed_data()) + 10
    size = {"packed": packed}
    entry = RawEntry(b"documents/a", DOCUMENT.data, local=size, central=size)
    assert code_of(with_manifest(entry)) == "overlapping-entries"


def test_a_local_name_that_runs_over_the_end():
    whole = with_manifest(DOCUMENT).getvalue()
    at = whole.rindex(b"PK\3\4") + 26
    assert code_of(changed(whole, at, b"\xff\xff")) in ("not-a-zip", "truncated")


def test_an_extra_field_there_twice():
    extra = {"extra": struct.pack("<HHHH", 0x5455, 0, 0x5455, 0)}
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", local=extra))) == "not-a-zip"
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", central=extra))) == "not-a-zip"
    cut = {"extra": b"\x55\x54\xff"}
    assert code_of(with_manifest(RawEntry(b"documents/a", b"abc", local=cut))) == "not-a-zip"


@pytest.mark.parametrize("seed", range(3))
def test_in_step_or_not_the_verdict_is_one(seed, monkeypatch):
    """Each change of a few bytes, with and without the comparison that spares most files a second reading."""
    whole = with_manifest(DOCUMENT, DOCUMENT_B, RawEntry(b"documents/c", b"", method=0)).getvalue()
    chance = random.Random(seed)
    archives = [bytearray(whole) for _ in range(400)]
    for each in archives:
        for _ in range(chance.randint(1, 3)):
            each[chance.randrange(len(each))] = chance.choice([0, 1, 8, 30, 255, chance.randrange(256)])
    found = [code_of(io.BytesIO(each)) for each in archives]
    monkeypatch.setattr(InStep, "fills", lambda self, end: False)
    assert [code_of(io.BytesIO(each)) for each in archives] == found
    assert len(set(found)) >= 4
