"""Runs that tests of pages share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from returnplan.show.audience.tables import Audience
from returnplan.show.findings import Findings, open_findings


@pytest.fixture(scope="session")
def opened(valley_run: Path) -> Callable[[Audience], Findings]:
    """Return a function that opens the valley's run for an audience, each once."""
    made: dict[Audience, Findings] = {}

    def findings(audience: Audience) -> Findings:
        if audience not in made:
            made[audience] = open_findings(valley_run, audience)
        return made[audience]

    return findings
