"""The lock files follow pyproject.toml, pin everything by hash, and name no host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BASE = PROJECT["project"]["dependencies"]
WANTED = {"base": BASE, "dev": [*BASE, *PROJECT["dependency-groups"]["dev"]]}


def locked(kind):
    text = (ROOT / "requirements" / f"{kind}.txt").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("kind", WANTED)
def test_every_dependency_is_locked_within_its_bounds(kind):
    versions = {}
    for line in locked(kind):
        name, version = re.match(r"([\w.-]+)==([^ ;]+)", line).groups()
        versions[canonicalize_name(name)] = version
    for text in WANTED[kind]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), text


@pytest.mark.parametrize("kind", WANTED)
def test_everything_is_pinned_by_hash_and_no_host_is_named(kind):
    assert all("--hash=sha256:" in line for line in locked(kind))
    assert not re.search(r"https?:|--(extra-)?index|--find-links|file:", "\n".join(locked(kind)))


def test_both_locks_agree():
    assert {line.split(" --hash")[0].strip() for line in locked("base")} <= {
        line.split(" --hash")[0].strip() for line in locked("dev")
    }
