"""Files that nobody thought of: whatever is done to a good one, the answer stays on the ladder."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates import problems, trust
from certificates.checking import check_certificate
from certificates.pkcs12 import read_structure
from certificates.pkcs12.bounds import check_bounds
from certificates.problems import CertificateProblem
from tests.certificates import pki as makers
from tests.certificates.pki import DATA

# `make bench` asks for 50,000
CASES = int(os.environ.get("CERTIFICATE_MUTATIONS", "2000"))
FILES = [path.read_bytes() for path in sorted((DATA / "p12").glob("*.p*"))]
FILES += [path.read_bytes() for path in sorted((DATA / "pkioverheid" / "g4-trial").glob("*.p12"))]
LADDER = {kind.code for kind in CertificateProblem.__subclasses__()}

edits = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "double", "insert"]), st.integers(0, 9_999), st.integers(0, 255)
    ),
    min_size=1,
    max_size=4,
)


def edited(data, changes):
    data = bytearray(data)
    for kind, position, value in changes:
        position %= max(1, len(data))
        if kind == "set":
            data[position : position + 1] = bytes([value])
        elif kind == "cut":
            del data[position : position + value]
        elif kind == "double":
            data[position:position] = data[position : position + value]
        else:
            data[position:position] = bytes([value])
    return bytes(data)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.sampled_from(FILES), edits)
def test_the_structure_of_a_mutated_file_is_read_or_unreadable(data, changes):
    try:
        read_structure(edited(data, changes))
    except problems.Unreadable:
        return


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.binary(max_size=200))
def test_the_bounds_of_any_bytes(data):
    try:
        check_bounds(data)
    except problems.Unreadable:
        return


@pytest.mark.parametrize("seed", range(40))
def test_a_mutated_file_through_the_whole_check(seed):
    # each of these starts a process: a sample, of files whose structure survived
    rng = random.Random(seed)
    data = bytearray(FILES[seed % len(FILES)])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    try:
        check_certificate(
            bytes(data),
            file_name="a.p12",
            password="password" if seed % len(FILES) < 5 else "trial",
            trust=trust.shipped() + trust.trial(),
            now=makers.NOW,
            allow_trial_policies=True,
        )
    except CertificateProblem as problem:
        assert problem.code in LADDER
