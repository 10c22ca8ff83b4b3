"""The world that faults are planted in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import write_world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario folder without problems."""
    return write_world(tmp_path / "world")
