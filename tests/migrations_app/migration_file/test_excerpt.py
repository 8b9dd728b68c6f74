"""An excerpt of a migration file: lines by their number, however the blocks are cut."""

import io
import json
import zipfile
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from migrations_app.migration_file import Limits, MigrationFile
from migrations_app.migration_file import lines as cutting
from migrations_app.migration_file.excerpt import write_excerpt
from tests.migrations_app.files import client, migration_file, part

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def excerpt(data, wanted, limits=None):
    out = io.BytesIO()
    with MigrationFile.open(io.BytesIO(data), limits or Limits()) as file:
        count = write_excerpt(out, file, lambda part: wanted.get(part.path, ()), created_at=NOW)
    return count, zipfile.ZipFile(out)


@given(st.sets(st.integers(1, 40)), st.integers(30, 400))
def test_any_lines_whatever_the_blocks(wanted, block):
    data = migration_file(part("clients", *(client(f"K{n}") for n in range(1, 41))))
    before, cutting.BLOCK = cutting.BLOCK, block
    try:
        count, archive = excerpt(data, {"clients.jsonl": sorted(wanted)})
    finally:
        cutting.BLOCK = before
    told = archive.read("clients.jsonl").splitlines() if wanted else []
    assert count == len(wanted)
    assert [json.loads(line)["id"] for line in told] == [f"K{n}" for n in sorted(wanted)]


def test_overlong_line_is_left_out():
    data = migration_file(part("clients", client("K1"), client("K2", name="x" * 500), client("K3")))
    count, archive = excerpt(data, {"clients.jsonl": [1, 2, 3]}, Limits(max_line_bytes=200))
    assert count == 2
    assert b"xxx" not in archive.read("clients.jsonl")


def test_part_without_wanted_lines_stays_away():
    data = migration_file(part("clients", client()), part("tax_cards", {"id": "F1"}))
    _, archive = excerpt(data, {"clients.jsonl": [1]})
    assert set(archive.namelist()) == {"manifest.json", "clients.jsonl"}
