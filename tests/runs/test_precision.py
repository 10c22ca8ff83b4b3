"""As many draws as a precision needs: worked by hand, and the same run as with that many draws."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.runs import precision
from returnplan.runs import run as run_room
from returnplan.runs.machine.chunks import KeptDraws, packed
from returnplan.runs.machine.progress import Silent
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.precision import Reached, Width, draw_until
from tests.running import call, manifest, run_undrawn
from tests.sketch import DAY_S, Sketch

VALLEY = Path(__file__).resolve().parents[2] / "scenarios" / "valley"
READY = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]
"""Ready days by number of the draw."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen draws, then eight more each time, up to forty."""
    for name, number in {"FIRST": 16, "BATCH": 8, "MOST": 40}.items():
        monkeypatch.setattr(precision, name, number)


@pytest.fixture
def by_hand(
    sketch: Sketch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Reached, list[str], list[tuple[int, int]]]]:
    """Return a function that takes ready days of one person in a year, and asks for a precision.

    Draws come in batches of 64 up to 256, so that each block of 16 counts. It gives what is
    reached, what is said, and which draws are run.
    """
    for name in ("FIRST", "BATCH"):
        monkeypatch.setattr(precision, name, 64)
    monkeypatch.setattr(precision, "MOST", 256)
    sketch.horizon_years = 1
    sketch.village("home", people=1)
    sketch.team()
    scenario = sketch.scenario()

    def ask(percent: float, *ready_day: READY) -> tuple[Reached, list[str], list[tuple[int, int]]]:
        runner = DrawRunner(scenario, ["plan"], 1)
        runner.allocations = tuple(f"plan {number}" for number in range(len(ready_day)))
        said: list[str] = []
        ran: list[tuple[int, int]] = []

        def draw(part: KeptDraws) -> None:
            ran.append(part.part)
            draws = np.arange(*part.part)
            arrays = {
                f"gate_s.{number}": packed((DAY_S * days(draws))[:, None, None])
                for number, days in enumerate(ready_day)
            }
            part.save(part.part, arrays)

        kept = KeptDraws(tmp_path, (0, 256))
        return draw_until(percent, runner, kept, draw, said.append), said, ran

    return ask


def constant(day: float) -> READY:
    return lambda draws: np.full(len(draws), day)


def stepped(draws: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ready on day 90 in one block of 16 draws, on day 110 in the next."""
    return np.where(draws // 16 % 2, 110.0, 90.0)


def even(draws: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ready on day 90 in one draw, on day 110 in the next: each block has the same mean."""
    return np.where(draws % 2, 110.0, 90.0)


# ---------------------------------------------------------------- by hand


def test_what_does_not_vary_between_blocks_is_precise_at_once(by_hand: Any) -> None:
    for percent, *ready in ((1, constant(100)), (1, even), (0.001, even, constant(100))):
        reached, said, ran = by_hand(percent, *ready)
        assert (reached.draws, reached.too_wide, ran) == (64, 0, [(0, 64)])
        assert said == [str(reached)]
        assert said[0].startswith("64 draws suffice. Widest: person-days, plan 0:")


@pytest.mark.parametrize(
    # Means of blocks 90 110 90 110 ...: 10 off the mean of 100. Standard errors of 4, 8, 12, 16 of
    # them 10 / sqrt(3, 7, 11, 15), Student's t 3.182, 2.365, 2.201, 2.131: the intervals are 36.7,
    # 17.9, 13.3 and 11.0 days wide, which is percent of the mean.
    ("percent", "draws", "too_wide"),
    [(37, 64, 0), (36, 128, 0), (17.8, 192, 0), (13.2, 256, 0), (10.9, 256, 1)],
)
def test_batches_are_run_until_the_whole_interval_is_below_so_many_percent_of_the_mean(
    by_hand: Any, percent: float, draws: int, too_wide: int
) -> None:
    reached, said, ran = by_hand(percent, stepped)
    assert (reached.draws, reached.too_wide) == (draws, too_wide)
    assert ran == [(first, first + 64) for first in range(0, draws, 64)]
    assert len(said) == len(ran)
    widest = {64: 36.7, 128: 17.9, 192: 13.3, 256: 11.0}[draws]
    assert reached.binding.share == pytest.approx(widest / 100, abs=0.0005)
    one = (reached.binding.measure, reached.binding.allocation, reached.binding.against)
    assert one == ("person_days", "plan 0", "")


def test_the_screen_says_what_binds_and_how_far_it_is(by_hand: Any) -> None:
    _, said, _ = by_hand(10, stepped)
    assert said[0] == (
        "64 draws: 1 of 2 intervals are too wide. Widest: person-days, plan 0: the 95 % interval "
        "is 36.7 % of the mean wide, below 10 % is asked (3.67 times)."
    )
    assert said[-1].startswith("256 draws, the most that are taken: 1 of 2 intervals are too wide.")


def test_a_difference_must_be_below_a_tenth_of_its_range(by_hand: Any) -> None:
    # D is -10 and 10 in turns from block to block, so p10 to p90 is 20 wide and the intervals are
    # 1.84, 0.89, 0.66, 0.55 of it. That of the allocation itself is narrow enough at once.
    reached, said, _ = by_hand(40, constant(100), stepped)
    assert (reached.draws, reached.too_wide) == (256, 1)
    assert (reached.binding.against, reached.binding.allowed) == ("plan 0", 0.1)
    assert reached.binding.share == pytest.approx(0.55, abs=0.002)
    assert "person-days, plan 1 against plan 0: the 95 % interval is 184 % of p10 to p90" in said[0]
    # What both share falls out of the difference, whose own blocks are alike.
    reached, _, _ = by_hand(40, stepped, lambda draws: stepped(draws) + draws % 2)
    assert reached.draws == 64


def test_differences_of_few_draws_and_those_without_a_range_do_not_count(by_hand: Any) -> None:
    def rare(draws: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where(draws < 9, 50.0, 100.0)

    def seldom(draws: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where(draws % 16 == 0, 50.0, 100.0)  # p10 and p90 are 0, 16 of 256 differ

    for other in (rare, seldom):
        reached, _, _ = by_hand(1, constant(100), other)
        assert {one.against for one in reached.widths} == {""}


def test_never_ready_counts_up_to_the_horizon_and_unknown_as_never(by_hand: Any) -> None:
    reached, _, _ = by_hand(1, lambda draws: np.where(draws % 2, math.inf, math.nan))
    assert reached.draws == 64
    assert [one.share for one in reached.widths] == [0, 0]  # nobody by the date: no width


def test_no_more_than_a_width_of_exactly_what_is_asked_is_too_wide() -> None:
    one = Width(
        allocation="a", against="", measure="person_days", by_date=None, share=0.01, allowed=0.01
    )
    assert Reached(percent=1, draws=128, widths=(one,)).too_wide == 1


def test_batches_are_of_64_from_128_to_2048() -> None:
    assert (precision.FIRST, precision.BATCH, precision.MOST) == (128, 64, 2_048)
    assert (precision.MOST - precision.FIRST) % precision.BATCH == 0


# ---------------------------------------------------------------- runs


@pytest.mark.usefixtures("few", "undrawn")
def test_a_run_with_a_precision_is_the_run_with_as_many_draws(tmp_path: Path) -> None:
    words = ("run", VALLEY, "-a", "today", "-a", "two_more_teams", "--seed", "5")
    done = call(*words, "--precision", "30", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    found = manifest(tmp_path / "out")
    draws = found["draws"]
    assert draws in range(16, 41, 8)
    assert done.stderr.count("% interval is") == 1 + (draws - 16) // 8
    assert "as many as a precision of 30 % needs" in done.stderr
    assert set(found["precision"]) == {"percent", "reached", "too_wide", "intervals", "binding"}
    assert found["precision"]["reached"] == (found["precision"]["too_wide"] == 0)
    assert found["precision"]["reached"] or draws == 40
    plain = call(*words, "--draws", str(draws), "--out", tmp_path / "plain")
    assert plain.exit_code == 0, plain.output
    assert manifest(tmp_path / "plain")["digest"] == found["digest"]
    assert "precision" not in manifest(tmp_path / "plain")
    assert rp.load_run(tmp_path / "out").draws == draws
    spread = rp.ensemble(rp.load(VALLEY), ["today", "two_more_teams"], seed=5, precision=30)
    assert spread.draws == draws
    assert json.loads(json.dumps(spread.provenance["precision"])) == found["precision"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.usefixtures("few", "undrawn")
def test_an_easy_precision_takes_the_first_draws_and_a_hard_one_the_most(tmp_path: Path) -> None:
    for percent, draws, is_reached in (("100", 16, True), ("0.01", 40, False)):
        words = ("run", VALLEY, "-a", "today", "--precision", percent)
        done = call(*words, "--out", tmp_path / percent)
        assert done.exit_code == 0, done.output
        found = manifest(tmp_path / percent)
        assert (found["draws"], found["precision"]["reached"]) == (draws, is_reached)
        assert ("the most that are taken" in done.stderr) != is_reached


class Stops(Silent):
    """Stops a run in its second batch."""

    def drawn(self, done: int, draws: int) -> None:
        if done > 17:
            raise KeyboardInterrupt


@pytest.mark.usefixtures("few", "undrawn")
def test_a_stopped_run_with_a_precision_goes_on_with_the_same_one_only(tmp_path: Path) -> None:
    asked = run_room.Request(
        folder=VALLEY,
        scenario=rp.load(VALLEY),
        allocations=("today",),
        out=tmp_path / "out",
        draws=40,
        precision=0.01,
        workers=1,
    )
    with pytest.raises(KeyboardInterrupt):
        run_room.run(asked, lambda *_: [], Stops())
    kept = KeptDraws(tmp_path / ".out.draws", (0, 40)).count()
    assert 16 < kept < 40
    assert f"stopped; {kept} draws are kept in" in run_room.stopped(asked)
    words = ("run", VALLEY, "-a", "today", "--resume", "--out", tmp_path / "out")
    for other, said in (
        (("--precision", "1"), "precision is 0.01, not 1.0"),
        (("--draws", "40"), "precision is 0.01, not none"),
    ):
        refused = call(*words, *other)
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.output
    done = call(*words, "--precision", "0.01")
    assert done.exit_code == 0, done.output
    assert f"{kept} draws of an earlier run are kept and continued" in done.stderr
    whole = run_undrawn(replace(asked, out=tmp_path / "whole", precision=None))
    assert manifest(tmp_path / "out")["digest"] == manifest(whole)["digest"]


@pytest.mark.slow
@pytest.mark.unwatched
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "how",
    [
        {"workers": 2},
        {"workers": 2, "processes": True},
        pytest.param({"workers": 2, "cluster": "local"}, marks=pytest.mark.long),
    ],
    ids=["threads", "processes", "cluster"],
)
def test_who_runs_the_draws_changes_nothing(how: Any) -> None:
    valley = rp.load(VALLEY)
    seen: list[int] = []
    spread = rp.ensemble(valley, ["today"], precision=1, progress=seen.append, **how)
    assert spread.draws == 40
    assert seen == sorted(seen)
    assert seen[-1] == 40
    assert spread.provenance["digest"] == rp.ensemble(valley, ["today"], 40).provenance["digest"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--precision", "1", "--draws", "0"), "--precision says how many draws there are: leave"),
        (("--precision", "1", "--draws", "500"), "leave --draws out"),
        (("--precision", "1", "--shard", "1/2"), "leave --shard out"),
        (("--precision", "0"), "0 % is no precision: allowed is more than 0, up to 100"),
        (("--precision", "-1"), "-1 % is no precision"),
        (("--precision", "nan"), "nan % is no precision"),
        (("--precision", "101"), "101 % is no precision"),
        (("--precision", "few"), "'few' is not a valid float"),
    ],
)
def test_a_precision_that_cannot_be_meant_is_refused(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = call("run", VALLEY, *words, "--out", tmp_path / "out")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_ensemble_has_so_many_draws_or_a_precision() -> None:
    valley = rp.load(VALLEY)
    for percent, draws in ((1.0, 10), (0.0, None), (math.nan, None), (-1.0, None)):
        with pytest.raises(ValueError, match="precision must be above 0, without draws"):
            rp.ensemble(valley, ["today"], draws, precision=percent)


def test_a_run_asked_for_in_python_says_what_is_asked(tmp_path: Path) -> None:
    out = run_undrawn(
        run_room.Request(
            folder=VALLEY,
            scenario=rp.load(VALLEY),
            allocations=("today",),
            out=tmp_path / "out",
            draws=precision.MOST,
            precision=100,
        )
    )
    assert manifest(out)["draws"] == 128
