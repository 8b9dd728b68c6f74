"""A data folder whose processes are gone after the test."""

import pytest

from tests.portal.run.processes import own_folder


@pytest.fixture
def data_dir():
    yield from own_folder()
