"""The check of a common certificate file against `openssl pkcs12`, and files that nobody thought of.

python -m tests.benchmarks.certificates; BENCH_CERTIFICATE_ROUNDS and BENCH_CERTIFICATE_MUTATIONS bound it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from certificates.checking import check_certificate
from tests.certificates import pki as makers

ROUNDS = int(os.environ.get("BENCH_CERTIFICATE_ROUNDS", "40"))
MUTATIONS = int(os.environ.get("BENCH_CERTIFICATE_MUTATIONS", "50000"))
BUDGET_MS = 300
PBKDF2_ROUNDS = 2_048
"""What OpenSSL and most suppliers write."""


def main() -> None:
    pki = makers.make_pki()
    data = makers.p12(makers.leaf(pki.services), [pki.services], rounds=PBKDF2_ROUNDS)
    ours, theirs = _both(data, pki)
    _tell(
        "certificate check, p50", ours[len(ours) // 2], theirs[len(theirs) // 2], "openssl pkcs12 -info, p50"
    )
    p95 = ours[int(len(ours) * 0.95) - 1]
    _tell("certificate check, p95", p95, BUDGET_MS, f"the budget of {BUDGET_MS} ms")
    _mutations()


def _both(data: bytes, pki: makers.Pki) -> tuple[list[float], list[float]]:
    """Sorted milliseconds of both, taken in turn so that a busy machine slows both alike."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.p12")
        file.write_bytes(data)
        command = [
            "openssl",
            "pkcs12",
            "-info",
            "-nokeys",
            "-in",
            str(file),
            "-passin",
            f"pass:{makers.PASSWORD}",
        ]
        pairs = [
            (_timed(lambda: _check(data, pki)), _timed(lambda: _openssl(command))) for _ in range(ROUNDS)
        ]
    return sorted(pair[0] for pair in pairs), sorted(pair[1] for pair in pairs)


def _check(data: bytes, pki: makers.Pki) -> None:
    check_certificate(data, file_name="a.p12", password=makers.PASSWORD, trust=pki.trust, now=makers.NOW)


def _openssl(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _mutations() -> None:
    """The tests themselves, with more cases: an exception outside the ladder fails them, and this."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=1800"]
    began = time.perf_counter()
    subprocess.run(
        [*command, "tests/certificates/test_mutations.py"],
        env={**os.environ, "CERTIFICATE_MUTATIONS": str(MUTATIONS)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "name": f"{MUTATIONS} mutated files, no exception outside the ladder",
                "figure": round(seconds, 1),
                "unit": "s",
                "ratio": None,
                "against": None,
            }
        )
    )


def _tell(name: str, figure: float, other: float, against: str) -> None:
    row = {"name": name, "figure": round(figure, 1), "unit": "ms", "ratio": round(figure / other, 2)}
    print(json.dumps(row | {"against": against}))


if __name__ == "__main__":
    main()
