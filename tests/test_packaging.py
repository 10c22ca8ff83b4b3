"""What is built and shipped: sdist, wheel, an installed command, versions, the oldest packages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from returnplan import __version__
from tests.test_project import ROOT, files_of_the_project, locked

SDIST = f"returnplan-{__version__}"


def build(kind: str, source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, text=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist and from nothing else."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build("wheel", folder / SDIST, tmp_path_factory.mktemp("wheel"))


def names_of_the_project() -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in files_of_the_project()}


def test_the_sdist_holds_the_project_and_nothing_else(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {item.name.removeprefix(f"{SDIST}/") for item in archive if item.isfile()}
    assert names - {"PKG-INFO"} == names_of_the_project()


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = names_of_the_project()
    package = {name for name in ours if name.startswith("returnplan/")}
    valley = {name for name in ours if name.startswith("scenarios/valley/")}
    assert "scenarios/valley/scenario.toml" in valley
    examples = {name.replace("scenarios/", "returnplan/data/examples/") for name in valley}
    assert names == package | examples
    for kind in ("py.typed", "data/assumptions.csv", "data/starter/scenario.toml"):
        assert f"returnplan/{kind}" in names


@pytest.mark.slow
def test_an_installed_wheel_makes_and_runs_a_scenario_far_from_the_project(
    wheel: Path, tmp_path: Path
) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    # Packages of this environment, but not what its own .pth files add: the project itself.
    (site / "needs.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    given: dict[str, Any] = {"check": True, "capture_output": True, "text": True}
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin/python"), "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], env=clean, **given)

    work = tmp_path / "work"
    work.mkdir()
    given |= {
        "cwd": work,
        "env": clean | {"NUMBA_DISABLE_JIT": "1"},
    }  # compiling is tested elsewhere
    where = "import returnplan; print(returnplan.__file__)"
    found = subprocess.run([home / "bin/python", "-c", where], **given).stdout
    assert found.startswith(str(site))
    returnplan = home / "bin/returnplan"
    assert subprocess.run([returnplan, "--version"], **given).stdout.split()[-1] == __version__
    subprocess.run([returnplan, "new", "my_scenario"], **given)
    said = subprocess.run([returnplan, "run", "my_scenario", "--draws", "0"], **given).stdout
    assert "It does not state that any land, road or building is safe" in said
    assert (work / "runs/my_scenario/readiness.csv").is_file()
    title = "import returnplan as rp; print(rp.example('valley').title)"
    said = subprocess.run([home / "bin/python", "-c", title], **given).stdout
    assert said.strip() == "A made-up mountain valley"
    pictures = {path.name for path in (work / "runs/my_scenario/figures").iterdir()}
    assert "index.html" in pictures
    for name in ("conditions_met_over_time", "ready_map", "waiting_by_cause"):
        assert {f"{name}.png", f"{name}.svg"} <= pictures
    assert [name for name in pictures if name.startswith("ready_dates_")]


# ---------------------------------------------------------------- one version


def test_package_wheel_and_citation_tell_the_same_version(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == __version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    told = dict(re.findall(r"^([a-z-]+): (.+)$", citation, flags=re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert told["version"] == __version__
    assert told["license"] == project["license"]
    # A version that the changelog dates is released on that date; before, there is no date.
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    date = re.search(
        rf"^## {re.escape(__version__)} \((\d{{4}}-\d\d-\d\d)\)$", changes, re.MULTILINE
    )
    assert told.get("date-released") == (date[1] if date else None)


# ---------------------------------------------------------------- the oldest packages


def test_the_oldest_requirements_are_the_lower_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = locked("requirements-oldest.txt")
    for text in (*project["dependencies"], *project["optional-dependencies"]["cluster"]):
        need = Requirement(text)
        (bound,) = need.specifier
        assert bound.operator == ">=", f"{text}: lower bounds only"
        assert Version(pinned[need.name.lower()]) == Version(bound.version), text
