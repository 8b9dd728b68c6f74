"""docs/migration-file.md: its program runs and writes a good file, and it names every code and field."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from migrations_app.migration_file import Limits, OutcomeCode, RefusalCode, WarningCode, check_file
from migrations_app.migration_file.records import RECORD_TYPES, Address, Document

PAGE = (Path(__file__).parents[3] / "docs" / "migration-file.md").read_text()


def program():
    (found,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_program_writes_a_good_file(tmp_path):
    assert len(program().splitlines()) <= 45
    script, file = tmp_path / "write.py", tmp_path / "a.zip"
    script.write_text(program())
    subprocess.run([sys.executable, script, file], check=True, timeout=30)
    with file.open("rb") as source:
        report = check_file(source, accepted_numbers=["12345678"])
    assert report.accepted and not report.problems
    assert [part.good for part in report.parts] == [2, 1]


def test_every_code_is_named():
    for code in (*RefusalCode, *OutcomeCode, *WarningCode):
        assert f"`{code}`" in PAGE


def test_every_field_is_named():
    for record_type in (*RECORD_TYPES.values(), Address, Document):
        for name in record_type.__struct_fields__:
            assert re.search(rf"\b{name}\b", PAGE), name


def test_the_limits_are_the_defaults():
    limits = Limits()
    said = (f"{limits.max_entries:,}", f"{limits.max_ratio} times", f"{limits.max_document_bytes >> 20} MiB")
    assert all(each in PAGE for each in said)
    assert len(fields(Limits)) == 9
