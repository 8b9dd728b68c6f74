"""Migration files and ZIP files made by hand, so that a test can make one thing wrong."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from hashlib import sha256

from migrations_app.migration_file import Limits, MigrationFile, Refused

SOURCE = "7f9c2ba4-e88f-4d1a-b1d5-0c6a8f3e2b11"
NUMBER = "12345678"
CLIENT = {"id": "c1", "client_number": "1", "kind": "person", "name": "Boer", "bsn": "111222333"}
RETURN = {"id": "r1", "client_id": "c1", "tax": "IB", "tax_year": 2018, "period": "2018"}
MINIMAL = {
    "clients": CLIENT,
    "returns": RETURN,
    "assessment_messages": {"id": "m1", "client_id": "c1", "message": "SBA"},
    "extension_schemes": {"id": "e1", "client_id": "c1", "tax": "IB", "tax_year": 2019},
    "tax_cards": {"id": "t1", "client_id": "c1", "tax_year": 2018},
    "responsibilities": {"id": "v1", "client_id": "c1", "staff_email": "a@demo.example"},
}


def line(record, **changes):
    return json.dumps({**record, **changes}, ensure_ascii=False).encode()


def part_of(path, kind, data, records, **changes):
    found = {
        "path": path,
        "kind": kind,
        "source": SOURCE,
        "records": records,
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
    }
    if kind == "returns":
        found |= {"product": "BasWin", "product_year": 2019}
    return found | changes


def manifest_of(parts, **changes):
    return {
        "format": "nextens-migration-file",
        "version": "1.0",
        "created_at": "2021-10-15T13:56:03+02:00",
        "created_by": {"name": "Migratie Tool", "version": "2021.2"},
        "office": {"name": "Kantoor Voorbeeld", "trade_register_number": NUMBER},
        "sources": [{"id": SOURCE, "kind": "classic", "name": "PC-03"}],
        "parts": parts,
    } | changes


def document_of(data, path="documents/a.dat", **changes):
    return {
        "path": path,
        "media_type": "application/octet-stream",
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
    } | changes


def lines_of(*lines):
    return b"".join(each + b"\n" for each in lines)


def file_of(*, extra=None, manifest=None, **kinds):
    """A migration file with a part per keyword: `clients=[line, ...]` (bytes); as a file object."""
    files, parts = {}, []
    for kind, lines in kinds.items():
        data, path = lines_of(*lines), f"{kind}.jsonl"
        files[path] = data
        parts.append(part_of(path, kind, data, len(lines)))
    return archive({**files, **(extra or {})}, manifest_of(parts, **(manifest or {})))


def archive(files, manifest):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if manifest is not None:
            archive.writestr("manifest.json", json.dumps(manifest))
        for name, data in files.items():
            archive.writestr(name, data)
    out.seek(0)
    return out


@dataclass
class RawEntry:
    """An entry whose every header field may be set, in the local header, the central one or both."""

    name: bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)
    descriptor: bytes = b""
    before: bytes = b""

    def packed_data(self):
        if self.method != 8:
            return self.data
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        return squeeze.compress(self.data) + squeeze.flush()

    def fields(self, packed, changes):
        found = {
            "name": self.name,
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(packed),
            "unpacked": len(self.data),
            "extra": b"",
            "attributes": 0,
            "made_by": 20,
            "disk": 0,
        }
        return found | changes


def raw_zip(*entries, end=None, before=b"", after=b"", between=b"", comment=b""):
    """Bytes of a ZIP file; `end` changes fields of the end record."""
    out, central = bytearray(before), bytearray()
    for entry in entries:
        packed = entry.packed_data()
        out += entry.before
        offset = len(out)
        out += _local(entry.fields(packed, entry.local)) + packed + entry.descriptor
        central += _central({"offset": offset} | entry.fields(packed, {"offset": offset} | entry.central))
    fields = {"entries": len(entries), "size": len(central), "offset": len(out) + len(between)} | (end or {})
    out += between + central
    count, size, offset = fields["entries"], fields["size"], fields["offset"]
    out += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment
    return io.BytesIO(bytes(out) + after)


def _local(f):
    head = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"], f["unpacked"],
        len(f["name"]), len(f["extra"]),
    )  # fmt: skip
    return head + f["name"] + f["extra"]


def _central(f):
    head = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", f["made_by"], 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"],
        f["unpacked"], len(f["name"]), len(f["extra"]), 0, f["disk"], 0, f["attributes"], f["offset"],
    )  # fmt: skip
    return head + f["name"] + f["extra"]


def manifest_entry(parts=(), **changes):
    return RawEntry(b"manifest.json", json.dumps(manifest_of(list(parts), **changes)).encode())


DOCUMENT = RawEntry(b"documents/a", b"abc" * 40)
DOCUMENT_B = RawEntry(b"documents/b", b"b")


def code_of(source, limits=None):
    try:
        MigrationFile.open(source, limits or Limits()).close()
    except Refused as refused:
        return refused.code
    return None


def with_manifest(*entries, **changes):
    return raw_zip(manifest_entry(), *entries, **changes)


def raw_end(entries, size, offset):
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, offset, 0)
