"""Benchmarks are collected only when they are asked for: ``make bench``."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless pytest runs with ``--benchmark-only``."""
    return None if config.getoption("benchmark_only", default=False) else True
