"""Small migration files for tests, put together without the project's own writer."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

OFFICE = "12345678"
PC_03 = "7f9c2ba4-e88f-4d1a-b1d5-0c6a8f3e2b11"
DATABASE = "0b9d3c55-6a0e-4c0e-8f43-3a1f1c8f9d02"
SOURCES = (
    {"id": PC_03, "kind": "classic", "name": "PC-03"},
    {"id": DATABASE, "kind": "database", "name": "Hoofdvestiging"},
)


def part(kind: str, *records: Mapping, source: str = PC_03, path: str = "", **more: object) -> dict:
    """A part with these records; `more` goes into the manifest (product, product_year)."""
    if kind == "returns":
        more = {"product": "VpbWin", "product_year": 2018, **more}
    return {"kind": kind, "records": list(records), "source": source, "path": path or f"{kind}.jsonl", **more}


def client(key: str = "K1", **more: object) -> dict:
    return {"id": key, "client_number": f"10{key}", "kind": "business", "name": f"Bakkerij {key}", **more}


def tax_return(key: str = "A1", of: str = "K1", **more: object) -> dict:
    return {"id": key, "client_id": of, "tax": "VPB", "tax_year": 2018, "period": "2018", **more}


def document(path: str, content: bytes, media_type: str = "application/pdf") -> dict:
    return {
        "path": path,
        "media_type": media_type,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def migration_file(
    *parts: Mapping,
    documents: Mapping[str, bytes] | None = None,
    office: str = OFFICE,
    sources: Sequence[Mapping] = SOURCES,
    packed: bool = True,
) -> bytes:
    """A ZIP file with a manifest that is right about `parts`."""
    documents = documents or {}
    out = BytesIO()
    announced = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        bodies = {}
        for each in parts:
            body = "".join(json.dumps(record) + "\n" for record in each["records"]).encode()
            bodies[each["path"]] = body
            announced.append(
                {
                    **{name: value for name, value in each.items() if name != "records"},
                    "records": len(each["records"]),
                    "bytes": len(body),
                    "sha256": hashlib.sha256(body).hexdigest(),
                }
            )
        manifest = {
            "format": "nextens-migration-file",
            "version": "1.0",
            "created_at": "2021-10-15T13:56:03+02:00",
            "office": {"name": "Kantoor Voorbeeld", "trade_register_number": office},
            "sources": list(sources),
            "parts": announced,
            "documents": {"count": len(documents), "bytes": sum(map(len, documents.values()))},
        }
        archive.writestr("manifest.json", json.dumps(manifest))
        for path, content in (bodies | dict(documents)).items():
            archive.writestr(path, content)
    return out.getvalue()
