"""What every target asks: no input makes the process large."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

MOST_KIB = 2 * 1024 * 1024


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Fail when the process has ever held more than 2 GB."""
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_KIB
