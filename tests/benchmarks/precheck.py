"""The pre-check against the floor of any reader of the file: inflate, sha256, split into lines.

python -m tests.benchmarks.precheck. MUTATIONS is the number of damaged archives (100000: some minutes),
RECORDS that of the files compared with the floor. Times are of the processor, the floor's and the check's
taken in turn; both use one thread, so that the ratio is that of waiting too.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

from isal import isal_zlib

from migrations_app.migration_file import MigrationFile, check_file, write_synthetic
from tests.benchmarks._memory import peak_mb, reset_peak
from tests.migrations_app.migration_file.build import manifest_entry, manifest_of, raw_zip

RECORDS = int(os.environ.get("RECORDS", "520000"))
ROUNDS = 5
PIECE = 1 << 18
GIB = 1 << 30
AIM = 2.0


def main(folder: Path) -> None:
    mixed, returns = folder / "mixed.zip", folder / "returns.zip"
    write(mixed, clients=RECORDS // 5, returns=RECORDS * 7 // 10, messages=RECORDS // 10)
    write(returns, clients=1_000, returns=RECORDS - 1_000, messages=0)
    compare(f"pre-check of {RECORDS} records of all kinds", mixed)
    compare(f"pre-check of {RECORDS} records, nearly all returns", returns)
    foreign = folder / "foreign.zip"
    rewrite(mixed, foreign)
    compare(f"pre-check of {RECORDS} records as another program writes them", foreign)
    memory(folder)
    million_entries(folder / "entries.zip")
    bomb(folder / "bomb.zip")
    damaged(int(os.environ.get("MUTATIONS", "100000")))


def say(name: str, figure: float, unit: str, ratio: float, against: str) -> None:
    figures = {"name": name, "figure": round(figure, 2), "unit": unit, "ratio": round(ratio, 2)}
    print(json.dumps(figures | {"against": against}), flush=True)


def write(path: Path, **numbers: int) -> None:
    with path.open("wb") as out:
        write_synthetic(out, **numbers)


def rewrite(path: Path, out: Path) -> None:
    """The same records with a blank after each comma and colon and other letters escaped, as Python does."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        manifest = json.loads(source.read("manifest.json"))
        for part in manifest["parts"]:
            lines = source.read(part["path"]).splitlines()
            data = b"".join(json.dumps(json.loads(line)).encode() + b"\n" for line in lines)
            part |= {"bytes": len(data), "sha256": sha256(data).hexdigest()}
            target.writestr(part["path"], data)
        target.writestr("manifest.json", json.dumps(manifest))


def compare(name: str, path: Path) -> None:
    pairs = [(timed(floor, path), timed(check, path)) for _ in range(ROUNDS)]
    ratio = statistics.median(took / least for least, took in pairs)
    least, took = map(statistics.median, zip(*pairs, strict=True))
    say(name, took, "s of processor", ratio, f"inflate + sha256 + split lines, {least:.2f} s; at most {AIM}")


def timed(work, path: Path) -> float:
    began = time.process_time()
    work(path)
    return time.process_time() - began


def floor(path: Path) -> None:
    """What nobody can leave out, by the fastest means at hand; the lines are looked at no further."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as source:
        for entry in archive.infolist():
            source.seek(entry.header_offset + 26)
            source.seek(sum(struct.unpack("<HH", source.read(4))), os.SEEK_CUR)
            inflater, digest, rest, left = isal_zlib.decompressobj(-15), sha256(), b"", entry.compress_size
            while left:
                packed = source.read(min(left, PIECE))
                left -= len(packed)
                piece = inflater.decompress(packed)
                digest.update(piece)
                *_, rest = (rest + piece).split(b"\n")


def check(path: Path) -> None:
    with path.open("rb") as source:
        report = check_file(source, accepted_numbers=None)
    if not report.accepted or report.problem_count:
        sys.exit(f"{path.name} is not as it should be: {report.code} {report.problem_count}")


def memory(folder: Path) -> None:
    peaks = []
    for records in (50_000, 2_000_000):
        path = folder / "memory.zip"
        write(path, clients=records // 5, returns=records * 7 // 10, messages=records // 10)
        peaks.append(in_new_process("check", path)["peak"])
    say(
        "peak memory of the check of 2000000 records", peaks[1], "MB", peaks[1] / peaks[0], "of 50000 records"
    )


def in_new_process(what: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.precheck", what, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def alone(what: str, path: Path) -> None:
    """In a process of its own, whose memory is nobody else's."""
    reset_peak()
    seconds = timed({"check": check, "open": open_only}[what], path)
    print(json.dumps({"seconds": seconds, "peak": peak_mb()}))


def open_only(path: Path) -> None:
    with path.open("rb") as source:
        MigrationFile.open(source).close()


def million_entries(path: Path) -> None:
    """A manifest and 999,999 documents of a byte, with names that do not compress into order."""
    manifest = json.dumps(manifest_of([])).encode()
    with path.open("wb") as out, zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", manifest)
        for number in range(999_999):
            name = f"documents/{number * 0x9E3779B97F4A7C15 % 2**128:032x}.dat"
            archive.writestr(zipfile.ZipInfo(name), b"x")
    found = in_new_process("open", path)
    limit = 128
    say("opening 1000000 entries", found["seconds"], "s of processor", found["peak"] / limit,
        f"memory {found['peak']} MB of at most {limit} MB")  # fmt: skip


def bomb(path: Path) -> None:
    """4 GiB of noughts in a part, once with headers that say so and once with headers that say 1 KiB."""
    piece = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = piece.compress(bytes(1 << 20)) + piece.flush(zlib.Z_FULL_FLUSH)
    data = packed * (4 * GIB >> 20) + b"\x03\x00"
    for name, size in (("that says so", 4 * GIB - 2), ("that says it has 1 KiB", 1 << 10)):
        path.write_bytes(bomb_of(data, size).getvalue())
        began = time.perf_counter()
        with path.open("rb") as source:
            report = check_file(source, accepted_numbers=None)
        seconds = time.perf_counter() - began
        if report.accepted:
            sys.exit("a bomb was let in")
        say(f"refusing a bomb of 4 GiB {name}", seconds, "s", seconds / 1, f"a second; {report.code}")


def bomb_of(data: bytes, size: int) -> io.BytesIO:
    from tests.migrations_app.migration_file.build import SOURCE, RawEntry

    part = {"path": "clients.jsonl", "kind": "clients", "source": SOURCE, "records": 1, "bytes": size}
    # `method` 0 keeps the data as they are; both headers say that they are deflated
    said = {"method": 8, "unpacked": size, "crc": 0}
    entry = RawEntry(b"clients.jsonl", data, method=0, local=said, central=said)
    return raw_zip(manifest_entry([part | {"sha256": "0" * 64}]), entry)


def damaged(number: int) -> None:
    from tests.migrations_app.migration_file.test_mutations import WHOLE, mutate, noticed_or_harmless

    chance, slowest = random.Random(number), 0.0
    reset_peak()
    began = time.process_time()
    for _ in range(number):
        start = time.perf_counter()
        noticed_or_harmless(mutate(chance, WHOLE))
        slowest = max(slowest, time.perf_counter() - start)
    each = (time.process_time() - began) / number * 1000
    say(f"{number} damaged archives, each noticed or harmless", each, "ms each", slowest / 5,
        f"the slowest {slowest:.2f} s of 5 s, memory {peak_mb()} MB of 300 MB")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(sys.argv[1], Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
