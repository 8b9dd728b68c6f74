"""Every benchmark, or those named, one after the other; one that fails does not stop the others.

python -m tests.benchmarks [NAME ...]. Each line gets the command behind it, and is kept in .bench/NAME.jsonl
until the next run of that benchmark: what `python -m tests.benchmarks.table` makes the README's table of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".bench"
# what most depends on a quiet machine comes first
NAMES = (
    "importing",
    "importing_pages",
    "importing_rival",
    "importing_profile",
    "undo",
    "precheck",
    "foreseeing",
    "uploading",
    "pages",
    "admin",
    "reports",
    "certificates",
    "xbrl",
    "lighthouse",
    "newcomer",
    "faults",
)
NOT_PYTHON = {"newcomer": ".ci/newcomer"}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(NAMES):
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    failed = [name for name in names or NAMES if not _run(name)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def _run(name: str) -> bool:
    """Whether it ended well; then its lines replace the earlier ones."""
    module = f"tests.benchmarks.{name}"
    command = [NOT_PYTHON[name]] if name in NOT_PYTHON else [sys.executable, "-m", module]
    began, lines = time.monotonic(), []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        for line in running.stdout:
            if shown := _with_command(line, NOT_PYTHON.get(name, f".venv/bin/python -m {module}")):
                lines.append(shown)
                print(shown, flush=True)
    print(f"{name}: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    if running.returncode == 0:
        KEPT.mkdir(exist_ok=True)
        (KEPT / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return running.returncode == 0


def _with_command(line: str, command: str) -> str:
    """Empty for a line that is no figure; some programs log to stdout."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    return json.dumps(found | {"command": command}) if "figure" in found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
