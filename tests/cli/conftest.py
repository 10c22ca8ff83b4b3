"""The scenario that ``returnplan new`` writes."""

from pathlib import Path

import pytest

from tests.running import call


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new scenario. Do not change it."""
    folder = tmp_path_factory.mktemp("cli") / "starter"
    assert call("new", folder).exit_code == 0
    return folder
