"""Reading XBRL against the floor of any reader of it: a parse by expat, with callbacks that do nothing.

python -m tests.benchmarks.xbrl. Times are of the processor, the floor's and the reader's taken in turn.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from xml.parsers import expat

from portal.xbrl import DEFAULT_LIMITS, XbrlError, read_instance, readable
from tests.benchmarks._memory import peak_mb, reset_peak
from tests.portal.xbrl.messages import CONSTRUCTED, OFFICIAL, context, fact, message

ROUNDS = 7
AT_LEAST = 0.2  # seconds that a round takes
LARGE = 100_000


def main() -> None:
    official = [*OFFICIAL.values()]
    compare("the official messages", official)
    compare("the constructed messages of many kinds", [path.read_bytes() for path in CONSTRUCTED])
    compare(f"a message of {LARGE} facts", [large(LARGE)])
    compare("the official messages, for people", official, lambda data: readable(read_instance(data)))
    refused()
    labels()


def say(name: str, figure: float, unit: str, ratio: float, against: str) -> None:
    figures = {"name": name, "figure": round(figure, 2), "unit": unit, "ratio": round(ratio, 2)}
    print(json.dumps(figures | {"against": against}), flush=True)


def compare(name: str, messages: list[bytes], work: Callable[[bytes], object] = read_instance) -> None:
    facts = sum(len(read_instance(each).facts) for each in messages)
    times = 1 + int(AT_LEAST / timed(work, messages, 1))
    pairs = [(timed(floor, messages, times), timed(work, messages, times)) for _ in range(ROUNDS)]
    ratio = statistics.median(took / least for least, took in pairs)
    least, took = map(statistics.median, zip(*pairs, strict=True))
    against = f"a bare parse by expat, {facts * times / least:.0f} facts/s"
    say(f"XBRL: {name}", facts * times / took, "facts/s of processor", ratio, against)


def timed(work: Callable[[bytes], object], messages: list[bytes], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        for each in messages:
            work(each)
    return time.process_time() - began


def floor(data: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: None
    parser.EndElementHandler = lambda name: None
    parser.CharacterDataHandler = lambda text: None
    parser.Parse(data, True)


def large(facts: int) -> bytes:
    return message(context(), *(fact(f"Omzet{number % 1_000}", str(number)) for number in range(facts)))


def refused() -> None:
    """Elements without end, as many as the largest message has bytes for."""
    filling = b"<a/>" * (DEFAULT_LIMITS.max_bytes // 4 - 200)
    data = message().replace(b"</xbrli:xbrl>", filling)
    reset_peak()
    began = time.process_time()
    try:
        read_instance(data)
    except XbrlError as error:
        seconds = time.process_time() - began
        say("XBRL: refusing 16 MiB of empty elements", seconds, "s of processor", seconds / 1,
            f"a second; {error.code}, memory {peak_mb()} MB")  # fmt: skip
    else:
        sys.exit("elements without end were let in")


def labels() -> None:
    """What the first message of a process waits for beside its own reading."""
    program = (
        "import time; from portal.xbrl import Name; from portal.xbrl.labels import label_of;"
        "began = time.process_time();"
        "label_of(Name('http://www.nltaxonomie.nl/', 'ValueAddedTaxOwed'), None);"
        "print(time.process_time() - began)"
    )
    took = [float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(ROUNDS)]
    seconds = statistics.median(took)
    say("XBRL: loading the labels", seconds * 1000, "ms of processor", seconds / 0.03, "30 ms")


if __name__ == "__main__":
    main()
