"""A data folder whose processes are gone after the test."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.portal.run import processes


@pytest.fixture
def data_dir():
    """Not pytest's own folder, which other users (PostgreSQL's, for root) may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="nextens-run-"))
    yield folder
    processes.end(folder)
    shutil.rmtree(folder, ignore_errors=True)
