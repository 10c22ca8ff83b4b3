"""How long the layers of a made-up country take to import; nothing is asserted about speed."""

from __future__ import annotations

from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.national import write_national
from tests.running import call


def test_import_of_a_country(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    files = write_national(tmp_path / "layers")
    folder = tmp_path / "scenario"
    assert call("import", "gis", *files, folder).exit_code == 0
    benchmark.group = "import 10,000 hazards, 20,000 lines of roads, 2,000 settlements"
    words = ("import", "gis", folder / "import.toml", folder, "--overwrite")
    result = benchmark.pedantic(call, args=words, rounds=1)  # type: ignore[no-untyped-call]
    assert result.exit_code == 0, result.output
