"""What people meet who type Python: names that are offered, errors, bars and plots."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest

import returnplan as rp
from returnplan.runs.machine.progress import SILENT, in_notebook, watching

VALLEY = "today, nearest_first, most_people_first, smith_path, two_more_teams"


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.example("valley")


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process look like the kernel of a notebook."""
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_all_that_is_public_is_offered_and_there() -> None:
    offered = [name for name in dir(rp) if not name.startswith("__")]
    assert offered == sorted(name for name in rp.__all__ if not name.startswith("__"))
    assert {"from_frames", "example", "load", "ensemble", "charts", "Run"} <= set(offered)
    assert all(getattr(rp, name) is not None for name in offered)
    assert set(rp._LATER) <= set(rp.__all__)
    with pytest.raises(AttributeError, match="no attribute exampel; perhaps example"):
        rp.exampel  # noqa: B018 - to look it up is the test


# ---------------------------------------------------------------- errors


def test_one_name_is_taken_for_one_allocation(valley: rp.Scenario) -> None:
    assert valley.named("today") == ("today",)
    assert valley.named(["today", "smith_path", "today"]) == ("today", "smith_path")
    assert rp.ensemble(valley, "today", draws=2).allocations == ("today",)
    assert rp.Evaluator(valley, range(2)).evaluate("today").allocations == ("today",)


@pytest.mark.parametrize(
    "ask",
    [
        lambda valley: rp.ensemble(valley, "tody", draws=2),
        lambda valley: rp.ensemble(valley, ["today", "tody"], draws=2),
        lambda valley: rp.simulate(valley, "tody"),
        lambda valley: rp.calibrate(valley, "tody"),
        lambda valley: rp.Evaluator(valley, range(2)).evaluate("tody"),
        lambda valley: rp.why(valley, "tody", "mill_east"),
    ],
)
def test_an_allocation_that_is_not_there_is_named_beside_those_that_are(
    valley: rp.Scenario, ask: Callable[[rp.Scenario], object]
) -> None:
    with pytest.raises(KeyError, match=f"no allocation is called tody; there are: {VALLEY}"):
        ask(valley)


@pytest.mark.parametrize(
    "ask",
    [
        lambda folder: rp.ensemble(folder, "today", draws=2),
        lambda folder: rp.simulate(folder, "today"),
        lambda folder: rp.calibrate(folder, "today"),
        lambda folder: rp.Evaluator(folder, range(2)),
        lambda folder: rp.why(folder, "today", "mill_east"),
    ],
)
def test_a_folder_in_place_of_a_scenario_is_answered_with_how_to_read_it(
    ask: Callable[[str], object],
) -> None:
    said = "a Scenario is wanted, not 'scenarios/valley': returnplan.load(folder) reads one"
    with pytest.raises(TypeError, match=re.escape(said)):
        ask("scenarios/valley")


def test_a_scenario_in_place_of_results_is_answered_with_where_they_come_from(
    valley: rp.Scenario,
) -> None:
    with pytest.raises(TypeError, match=r"as returnplan\.ensemble gives them"):
        rp.compare(valley)  # type: ignore[arg-type] # the mistake


# ---------------------------------------------------------------- notebooks


@pytest.mark.usefixtures("notebook")
def test_a_notebook_shows_a_bar_of_draws(
    valley: rp.Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_notebook()
    rp.ensemble(valley, "today", draws=20)
    out, err = capsys.readouterr()
    assert "20/20 draws" in out
    assert err == ""  # notebooks show what stands there in red


@pytest.mark.usefixtures("notebook")
def test_a_notebook_shows_what_is_compiled_and_whoever_is_given_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching(None, SILENT) as watcher:
        watcher.say("compiling")
        watcher.compiled(3, 3)
    out = capsys.readouterr().out
    assert "compiling\n" in out
    assert "3/3 functions" in out
    with watching(SILENT, SILENT) as watcher:
        assert watcher is SILENT


def test_elsewhere_nothing_is_shown(
    valley: rp.Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not in_notebook()
    told: list[int] = []
    rp.ensemble(valley, "today", draws=3, progress=told.append)
    assert told[-1] == 3
    rp.ensemble(valley, "today", draws=3)
    assert capsys.readouterr().err == ""


# ---------------------------------------------------------------- plots


def test_results_plot_people_over_time_with_a_line_an_allocation(valley: rp.Scenario) -> None:
    spread = rp.ensemble(valley, ["today", "two_more_teams"], draws=3)
    names = [line.get_label() for line in spread.plot().get_lines()]
    assert {"today", "two more teams"} <= set(names)
    _, ax = plt.subplots()
    assert spread.plot(ax, scenario=valley) is ax
    assert any(str(line.get_label()).startswith("Today's lis") for line in ax.get_lines())
    assert ax.get_ylabel() == "People with conditions met (median)"
    alone = rp.simulate(valley, "today").plot()
    assert alone.get_ylabel() == "People with conditions met (modelled)"
    plt.close("all")
