"""Examples for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ID = "0199a8f0-0000-7000-8000-00000000002a"
_UPLOADING: dict[str, Any] = {
    "id": _ID,
    "reference": None,
    "status": "uploading",
    "status_label": "Bezig met uploaden",
    "is_final": False,
    "import_type": "combined",
    "parts": [
        "returns", "clients", "extension_schemes", "tax_cards", "assessment_messages", "responsibilities",
    ],
    "message_status": "Ongeopend",
    "file_name": "15102021135603.zip",
    "created_by": "beheerder@kantoor.example",
    "file_size": 73400320,
    "sha256": None,
    "upload": {
        "url": f"https://portaal.example/uploads/{_ID}/",
        "offset": 0,
        "length": 73400320,
        "expires_at": "2026-11-25T15:58:00+01:00",
    },
    "upload_percentage": 0,
    "processing_percentage": 0,
    "records_announced": 0,
    "records_processed": 0,
    "queue_position": None,
    "expected_start": None,
    "code": None,
    "reason": None,
    "created_at": "2026-11-22T15:58:00+01:00",
    "checked_at": None,
    "started_at": None,
    "finished_at": None,
}  # fmt: skip
_CUT_OFF = {
    **_UPLOADING,
    "upload": {**_UPLOADING["upload"], "offset": 25165824},
    "upload_percentage": 34,
}
_QUEUED = {
    **_UPLOADING,
    "reference": "MIG-2026-0042",
    "status": "queued",
    "status_label": "In de wachtrij",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "upload": None,
    "upload_percentage": 100,
    "processing_percentage": 10,
    "records_announced": 567,
    "queue_position": 1,
    "expected_start": "2026-11-22T18:00:00+01:00",
    "checked_at": "2026-11-22T15:59:12+01:00",
}
_NUMBERS = {"announced": 567, "created": 560, "updated": 0, "unchanged": 5, "skipped": 1, "rejected": 1}
_ROW = {
    "kind": "returns",
    "source_id": "5b1c2f6e-1c52-4a0e-8a1c-8b7f6b3f0d11",
    "source_kind": "classic",
    "product": "BtwWin",
    "product_year": 2016,
    "tax_year": 2016,
}
_PROBLEM = {
    "id": "0199a8f0-0000-7000-8000-00000000002b",
    "outcome": "rejected",
    "code": "unknown-client",
    "path": "returns.jsonl",
    "line": 12,
    "client": "K9",
    "tax": "OB",
    "tax_year": 2016,
    "reason": "De klant van deze aangifte staat niet in het bestand.",
    "remedy": "Maak een nieuw exportbestand waarin ook de klanten staan.",
}

NEW = OpenApiExample(
    "A file from the Migratie Tool",
    value={"file_name": "15102021135603.zip", "size": 73400320, "import_type": "combined"},
    request_only=True,
)
CREATED = OpenApiExample("Announced", value=_UPLOADING, response_only=True, status_codes=["201"])
QUEUED = OpenApiExample("Checked and queued", value=_QUEUED, response_only=True, status_codes=["200"])
LIST = OpenApiExample(
    "One migration", value={"results": [_QUEUED], "next": None}, response_only=True, status_codes=["200"]
)
TO_GO_ON_WITH = OpenApiExample(
    "An upload that was cut off, by ?status=uploading",
    value={"results": [_CUT_OFF], "next": None},
    response_only=True,
    status_codes=["200"],
)
REPORT = OpenApiExample(
    "Completed with warnings",
    value={
        "id": _ID,
        "reference": "MIG-2026-0042",
        "status": "completed_with_warnings",
        "totals": _NUMBERS,
        "rows": [{**_ROW, **_NUMBERS}],
        "codes": [{"outcome": "rejected", "code": "unknown-client", "count": 1}],
    },
    response_only=True,
    status_codes=["200"],
)
PROBLEMS = OpenApiExample(
    "One record", value={"results": [_PROBLEM], "next": None}, response_only=True, status_codes=["200"]
)
