"""docs/migration-file.md: its program runs and writes a good file, and it names every code and field."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

from migrations_app.migration_file import Limits, OutcomeCode, RefusalCode, WarningCode, check_file
from migrations_app.migration_file.manifest import parse_manifest
from migrations_app.migration_file.records import RECORD_TYPES, Address, Document
from tests.migrations_app.migration_file.build import manifest_of, part_of

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


def example(path):
    (found,) = re.findall(rf"<!-- example: {path} -->\n```json\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_is_what_the_program_writes(tmp_path):
    script, file = tmp_path / "write.py", tmp_path / "a.zip"
    script.write_text(program())
    subprocess.run([sys.executable, script, file], check=True, timeout=30)
    with zipfile.ZipFile(file) as archive:
        for path in ("clients.jsonl", "returns/BasWin2019.jsonl"):
            assert archive.read(path).decode() == example(path)


def strings_and_names(text):
    """The texts in a program and the words outside them."""
    texts = re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)
    return set(texts), set(re.findall(r"\w+", re.sub(r'"(?:[^"\\\n]|\\.)*"', " ", text)))


def test_the_program_in_c_sharp_says_what_the_other_says():
    """It is not run here; its texts and keys are those of the program that is."""
    (sharp,) = re.findall(r"```csharp\n(.*?)```", PAGE, re.DOTALL)
    assert len(sharp.splitlines()) <= 50
    assert all(sharp.count(pair[0]) == sharp.count(pair[1]) for pair in ("()", "{}", "[]"))
    python_texts, python_names = strings_and_names(program())
    texts, names = strings_and_names(sharp)
    assert texts <= python_texts
    # what Python writes as texts, C# has as names of members; the rest is the language's own
    assert python_texts - texts - names <= {"utf-8", "w", "", "\\n"}
    assert {"product", "product_year", "bytes", "sha256", "media_type"} <= names & (
        python_texts | python_names
    )


def test_moments_and_nulls_as_c_sharp_writes_them_are_read():
    """System.Text.Json writes seven digits of a second, and the members that are null."""
    part = part_of("clients.jsonl", "clients", b"", 0, product=None, product_year=None)
    manifest = manifest_of([part], created_at="2021-10-15T13:56:03.1234567+02:00")
    assert parse_manifest(json.dumps(manifest).encode()).parts[0].product is None


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
