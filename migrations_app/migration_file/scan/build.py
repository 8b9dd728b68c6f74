"""Compiles scanner.c to scanner.wasm, for `make scanner`. The same source gives the same bytes everywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migrations_app.migration_file.scan.scanner import PROGRAM

FOLDER = Path(__file__).parent
# put there by .ci/provide; a wheel that holds a whole compiler, so that no machine needs one of its own
COMPILER = FOLDER.parents[2] / ".tools" / "zig" / "bin" / "python"
_FLAGS = (
    *("--target=wasm32-freestanding", "-std=c11", "-O3", "-msimd128", "-mbulk-memory"),
    *("-Wall", "-Wextra", "-Werror"),
    # tables are read as what spec.py packed, and no library is there to call
    *("-fno-strict-aliasing", "-fno-builtin", "-nostdlib"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=16384"),
)


def build(out: Path) -> None:
    """Raises subprocess.CalledProcessError when the source is at fault."""
    command = [str(COMPILER), "-m", "ziglang", "cc", *_FLAGS, "-o", str(out), "scanner.c"]
    subprocess.run(command, cwd=FOLDER, check=True)  # noqa: S603  # our own words


if __name__ == "__main__":
    build(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else PROGRAM)
