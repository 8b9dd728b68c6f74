"""An import whose worker is killed at very many random moments: does each end as the undisturbed one does?

python -m tests.benchmarks.faults [MOMENTS]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

TEST = "tests/faults/test_killed.py::test_killed_at_any_moment"


def main(moments: int) -> int:
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", TEST],
        env=os.environ | {"FAULT_MOMENTS": str(moments)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        print(ran.stdout[-4000:], file=sys.stderr)
    line = {
        "name": "killed at random moments",
        "figure": moments,
        "unit": "kills",
        "ratio": 1.0 if ran.returncode == 0 else 0.0,
        "against": "the undisturbed import: same content, one mail, no file left",
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(line), flush=True)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
