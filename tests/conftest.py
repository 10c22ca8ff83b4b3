"""Small worlds to be worked out by hand, and runs of the shipped scenarios, each made once.

The docstrings of the worlds in ``tests.worlds`` state their days.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import pkgutil
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.runs.run import Request
from returnplan.scenario.background import read_background
from returnplan.show.audience.tables import Audience
from returnplan.show.findings import open_findings
from returnplan.show.page import report_page
from tests import worlds
from tests.hostile import Texts, write_hostile
from tests.running import call, no_figures, no_workbook, run_undrawn
from tests.sketch import Sketch
from tests.unwatched import look_away, unwatched, watched

ROOT = Path(__file__).resolve().parents[1]
DRAWS = 128
FEW_DRAWS = 10


look_away()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: what is left at the end is quickly shared out."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let coverage see how modules of the package are loaded, but not how tests are found."""
    for room in pkgutil.walk_packages(rp.__path__, "returnplan."):
        if not room.name.endswith("__main__"):
            importlib.import_module(room.name)
    with unwatched():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """Let coverage look away from what pytest does between tests: a tenth of the time."""
    with unwatched():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Let coverage see how fixtures are made."""
    with watched():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage see tests, but those on many random worlds: they take half the time."""
    with nullcontext() if item.get_closest_marker("unwatched") else watched():
        return (yield)


@pytest.fixture
def sketch() -> Sketch:
    """Return a scenario in the making, with nothing but a hub yet."""
    return Sketch()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that writes a named world once and gives its folder."""
    root = tmp_path_factory.mktemp("worlds")

    def write(name: str) -> Path:
        if not (root / name).exists():
            getattr(worlds, name)(root / name)
        return root / name

    return write


@pytest.fixture(scope="session")
def two_villages(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of one team at the hub and two mined villages."""
    return rp.load(written("two_villages"))


@pytest.fixture(scope="session")
def fork(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of a mined road that forks, and a bridge that is out."""
    return rp.load(written("fork"))


@pytest.fixture(scope="session")
def winter(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of a mountain village where work rests from December to February."""
    return rp.load(written("winter"))


# ---------------------------------------------------------------- runs of the shipped scenarios


@pytest.fixture
def undrawn() -> Iterator[None]:
    """Let runs draw no figures: for tests that look at none."""
    with no_figures():
        yield


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that runs a scenario folder without figures, each question once."""
    root = tmp_path_factory.mktemp("asked")
    made: dict[tuple[object, ...], Path] = {}

    def run(folder: Path, *words: str) -> Path:
        key = (folder, *words)
        if key not in made:
            made[key] = root / f"run{len(made)}"
            with no_figures():
                result = call("run", folder, *words, "--out", made[key])
            assert result.exit_code == 0, result.output
        return made[key]

    return run


def shared_run(
    name: str,
    tmp_path_factory: pytest.TempPathFactory,
    draws: int = DRAWS,
    without: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Path:
    """Run a scenario once, also when several pytest workers ask for it; without figures."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # of all workers
    out = root / f"{name}_run_{draws}"
    with (root / f"{name}_{draws}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first makes it, the others wait
        if not out.exists():
            folder = ROOT / "scenarios" / name
            scenario = rp.load(folder)
            names = tuple(header.name for header in scenario.allocations)
            asked = Request(
                folder=folder, scenario=scenario, allocations=names, out=out, draws=draws, seed=1
            )
            with unwatched(), without():  # tests of runs see the same code
                run_undrawn(asked)
    return out


@pytest.fixture(scope="session")
def valley_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of the valley: 5 allocations, 128 draws. Do not change it."""
    return shared_run("valley", tmp_path_factory)


@pytest.fixture(scope="session")
def karabakh_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of Karabakh: 5 allocations, 10 draws. Do not change it.

    It has no workbook; in the longer target that of the README has one.
    """
    return shared_run("karabakh", tmp_path_factory, FEW_DRAWS, no_workbook)


@pytest.fixture(scope="session")
def karabakh_readme_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the run that Karabakh's README prints: 128 draws. Do not change it.

    It takes a minute, so only tests of the longer target ask for it.
    """
    return shared_run("karabakh", tmp_path_factory)


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of :mod:`tests.hostile`: figures, 10 draws. Do not change it.

    Beside it stand its scenario, and what the command printed.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # of all workers
    with (root / "hostile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first makes it, the others wait
        if not (root / "hostile.txt").exists():
            texts = write_hostile(root / "hostile")
            (root / "hostile.json").write_text(json.dumps(texts), encoding="utf-8")
            words = ("run", root / "hostile", "--draws", "10", "--figures", "all", "--out")
            with unwatched():
                done = call(*words, root / "hostile_run")
            assert done.exit_code == 0, done.output
            (root / "hostile.txt").write_text(done.output, encoding="utf-8")
    return root / "hostile_run"


@pytest.fixture(scope="session")
def hostile_texts(hostile_run: Path) -> Texts:
    """Return the texts of :mod:`tests.hostile`, by the field in which they stand."""
    found: Texts = json.loads(hostile_run.with_name("hostile.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def reports(valley_run: Path) -> Callable[..., Path]:
    """Return a function that writes a report once, for all pytest workers, and gives its file."""
    background, _ = read_background(valley_run / SCENARIO_COPY)

    def write(audience: Audience, language: str) -> Path:
        path = valley_run.parent / f"report-{audience}-{language}.html"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the first writes it, the others wait
            if not path.exists():
                findings = open_findings(valley_run, audience, language)
                path.write_text(report_page(findings, background), encoding="utf-8")
        return path

    return write
