"""The scanner's program is made of the source beside it, and has the words that Python uses for it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from migrations_app.migration_file.scan import scanner, spec
from migrations_app.migration_file.scan.build import COMPILER, FOLDER, build

SOURCE = "".join(path.read_text() for path in sorted(FOLDER.glob("*.[ch]")))


@pytest.mark.skipif(
    not COMPILER.exists(), reason="the compiler of scanner.c is not there; `make test` installs it"
)
def test_program_is_made_of_its_source(tmp_path):
    build(tmp_path / "made.wasm")
    assert (tmp_path / "made.wasm").read_bytes() == scanner.PROGRAM.read_bytes()


@pytest.mark.parametrize(
    "words",
    [spec.Type, spec.Check, spec.Role, scanner.State, scanner.Asked],
    ids=lambda words: words.__name__,
)
def test_words_are_the_same_on_both_sides(words):
    (listed,) = re.findall(rf"enum {words.__name__.lower()} {{([^}}]+)}};", SOURCE)
    assert [name.strip() for name in listed.split(",") if "=" not in name] == [word.name for word in words]


@pytest.mark.parametrize("name", ["MOST_BYTES", "MOST_HASHES", "MOST_SHARES", "MOST_LINES"])
def test_limits_are_the_same_on_both_sides(name):
    ((number, shift),) = re.findall(rf"#define {name} \(?(\d+)u(?: << (\d+)\))?", SOURCE)
    assert int(number) << int(shift or 0) == getattr(scanner, name)


def test_a_process_ends_quietly_that_still_has_one():
    code = f"from {scanner.__name__} import Scanner; kept = Scanner(); print(len(kept.hashes(['a'])))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "8\n", "")


def test_an_import_does_without_wasmtime():
    code = "import sys, migrations_app.migration_file; print('wasmtime' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stdout == "False\n"
