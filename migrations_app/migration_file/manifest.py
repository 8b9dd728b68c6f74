"""manifest.json: what the file says of itself."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from migrations_app.migration_file.errors import RefusalCode, Refused
from migrations_app.migration_file.paths import DOCUMENTS, MANIFEST, is_safe_path
from migrations_app.migration_file.records import Kind, Sha256
from migrations_app.migration_file.strictjson import NotStrictJson, parse_strict

FORMAT = "nextens-migration-file"
VERSION = "1.0"
KNOWN_PRODUCTS = frozenset({"BasWin", "VpbWin", "BtwWin", "ErfWin", "SchWin", "CasWin"})
_VERSION = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)

Count = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(max_length=200)]


class Creator(Struct, gc=False):
    name: Name = ""
    version: Name = ""


class Office(Struct, gc=False, omit_defaults=True):
    """The office that the file is of."""

    trade_register_number: Annotated[str, Meta(min_length=8, max_length=8, pattern="^[0-9]{8}$")]
    name: Name = ""
    tax_consultant_number: Annotated[str, Meta(min_length=6, max_length=6, pattern="^[0-9]{6}$")] | None = (
        None
    )


class Source(Struct, gc=False, omit_defaults=True):
    """An installation (a PC) or a database that records come from; `id` is the same in every export of it."""

    id: UUID
    kind: Literal["classic", "database"]
    name: Name | None = None


class Part(Struct, gc=False, omit_defaults=True):
    """One file of records. `bytes` and `sha256` are of the unpacked part."""

    path: Annotated[str, Meta(min_length=1, max_length=1024)]
    kind: Kind
    source: UUID
    records: Count
    bytes: Count
    sha256: Sha256
    product: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    product_year: Annotated[int, Meta(ge=1900, le=2100)] | None = None
    origin: Annotated[str, Meta(max_length=1000)] | None = None


class DocumentTotals(Struct, gc=False):
    count: Count
    bytes: Count


class Manifest(Struct, gc=False, omit_defaults=True):
    format: str
    version: str
    created_at: Annotated[datetime, Meta(tz=True)]
    office: Office
    sources: list[Source]
    parts: list[Part]
    created_by: Creator | None = None
    documents: DocumentTotals | None = None

    def source_of(self, part: Part) -> Source:
        return next(source for source in self.sources if source.id == part.source)


def parse_manifest(data: bytes) -> Manifest:
    """Read manifest.json; raises Refused with manifest-invalid or version-unsupported."""
    plain = _object(data.removeprefix(b"\xef\xbb\xbf"))
    _check_version(plain)
    if not _is_clean(plain):
        raise _invalid("a text is not NFC or holds U+0000")
    try:
        manifest = msgspec.convert(plain, Manifest)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    _check_sources(manifest)
    _check_parts(manifest)
    return manifest


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.MANIFEST_INVALID, detail, MANIFEST)


def _object(data: bytes) -> dict[str, Any]:
    try:
        plain = parse_strict(data)
    except NotStrictJson as error:
        raise _invalid(str(error)) from None
    if not isinstance(plain, dict):
        raise _invalid("not an object")
    if plain.get("format") != FORMAT:
        raise _invalid(f"format is not {FORMAT}")
    return plain


def _check_version(plain: dict[str, Any]) -> None:
    version = plain.get("version")
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise _invalid("version is not of the form 1.0")
    if match[1] != "1":
        raise Refused(RefusalCode.VERSION_UNSUPPORTED, f"version {match[0]}", MANIFEST)


def _is_clean(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(map(_is_clean, value.values()))
    return not isinstance(value, list) or all(map(_is_clean, value))


def _check_sources(manifest: Manifest) -> None:
    ids = {source.id for source in manifest.sources}
    if len(ids) != len(manifest.sources):
        raise _invalid("two sources have one id")
    for part in manifest.parts:
        if part.source not in ids:
            raise _invalid(f"part {part.path!a} names a source that is not there")


def _check_parts(manifest: Manifest) -> None:
    paths: set[str] = set()
    for part in manifest.parts:
        if part.path in paths:
            raise _invalid(f"two parts have the path {part.path!a}")
        paths.add(part.path)
        _check_part(part)


def _check_part(part: Part) -> None:
    if not is_safe_path(part.path) or part.path.endswith("/"):
        raise _invalid(f"part path {part.path!a} is not a relative path")
    if part.path == MANIFEST or part.path.startswith(DOCUMENTS):
        raise _invalid(f"{part.path!a} cannot be a part")
    part.sha256 = part.sha256.lower()
