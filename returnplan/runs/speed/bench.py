"""How fast a simulation is: made-up scenarios of four sizes, and scenario folders.

Each size is measured in a process of its own, so that none meets the memory of another. Where
SimPy is installed, :mod:`returnplan.runs.speed.rival` does the same work on expected values in the
same process, must tell the same story to the second, and its time is put beside that of the
compiled loop.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.model.compiled import VARIABLE
from returnplan.model.reasons import walk
from returnplan.model.work import loop
from returnplan.runs.machine.memory import peak_mib
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.speed.crews import ONE, draws_per_second
from returnplan.runs.speed.subject import DRAWS, SEED, Subject, best_time, clocked
from returnplan.scenario import load
from returnplan.scenario.synthetic import synthetic
from returnplan.version import __version__

WITH_RIVAL = ("S", "M")
"""Sizes on which the rival runs; on a larger one it would take minutes."""
ALSO = {
    "workers": "draws a second of an ensemble in one process, threads, processes, on Dask",
    "start": "the first start after an installation, which compiles",
}
"""What is measured only when it is asked for by name, as it takes minutes."""
FORESEEN = 3
"""Exit code of the fresh process when its message is for the user."""
NOTE = """\
Figures of one run on one machine: compare them with each other and with no others.
Seconds are of processor time, the shortest of several repeats; those of workers and of the first
start are by the clock on the wall, which a busy machine lengthens.\
"""
NO_SIMPY = "No comparison: SimPy is not installed (python -m pip install 'simpy>=4.1')."


class Size(NamedTuple):
    """What a made-up scenario holds."""

    settlements: int
    hazards: int
    teams: int


SIZES = {
    "S": Size(100, 400, 20),
    "M": Size(1_000, 5_000, 200),
    "L": Size(10_000, 50_000, 1_000),
    "XL": Size(30_000, 150_000, 3_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on one scenario under one allocation; None: not measured.

    Parameters
    ----------
    parcels
        Parcels begun within the horizon in the run on expected values.
    seconds_per_draw
        Shortest time to simulate it, s: teams at work, on one core; the amounts of work are made
        beforehand. The rival does the same.
    parcels_per_second
        One over the other.
    rival_seconds, simpy_ratio
        Shortest time of the rival for the same, s, and how many times as long that is.
    drawn_parcels, drawn_seconds
        Parcels, and shortest time to simulate, s, in the mean of :data:`DRAWS`, with the hazards
        that community surveys find; here the gates are judged, too.
    loop_seconds, whole_ratio
        Shortest time of the compiled loop within it, s, and how many times as long the whole is.
    walk_share
        Share of it that the walk back from the ready times takes (reasons for delays).
    lean_seconds, lean_ratio
        Shortest time in which the evaluator gives the ready times of such a draw, s, and how many
        times as long as the loop alone that is.
    drawing_seconds
        Shortest time to draw the numbers of these draws and to make amounts of work of them, s, in
        the mean of the draws; done once for all allocations.
    drawing_ratio
        Drawing over simulating.
    peak_mib
        Most memory that the process held, MiB, before the rival ran.
    time_per_parcel_ratio, draw_per_parcel_ratio
        Time per parcel over that of the size before, of the run on expected values and of a draw.
    draws_per_second
        Draws of all allocations in a second on the wall, by kind of workers.
    workers_ratios
        The same over one process.
    """

    parcels: int
    seconds_per_draw: float
    parcels_per_second: float
    drawn_parcels: float
    drawn_seconds: float
    loop_seconds: float
    whole_ratio: float
    walk_share: float
    lean_seconds: float
    lean_ratio: float
    drawing_seconds: float
    drawing_ratio: float
    peak_mib: float | None
    time_per_parcel_ratio: float | None = None
    draw_per_parcel_ratio: float | None = None
    rival_seconds: float | None = None
    simpy_ratio: float | None = None
    draws_per_second: dict[str, float] | None = None
    workers_ratios: dict[str, float] | None = None

    @property
    def draw_seconds_per_parcel(self) -> float:
        """Time of a draw per parcel, s."""
        return self.drawn_seconds / self.drawn_parcels


# -- what the command does -------------------------------------------------------------------


def bench(
    sizes: Sequence[str],
    folders: Sequence[Path],
    *,
    also: Sequence[str] = (),
    with_rival: bool,
    target: Path | None,
) -> Iterator[str]:
    """Measure sizes and scenario folders, and say it line by line.

    Parameters
    ----------
    folders
        Scenario folders.
    also
        Names of :data:`ALSO`.
    with_rival
        Whether the rival runs where it can.
    target
        JSON file for the figures; None: not written.

    Yields
    ------
    str
        Lines for the screen.

    Raises
    ------
    ReturnplanError
        When the rival tells another story, or a size could not be measured.
    """
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    yield NOTE
    _call()  # compiles what is not compiled yet, so that no size has to
    if with_rival and find_spec("simpy") is None:
        yield NO_SIMPY
        with_rival = False
    more = ["workers"] if "workers" in also else []
    starts = _starts() if "start" in also else None
    if starts:
        yield from _lines(
            [(_time(starts[0]), "to compile at the first start"), (_time(starts[1]), "at the next")]
        )
    measured: dict[str, Figures] = {}
    before = ""
    for name in sizes:
        yield f"\n{name}: " + ", ".join(
            f"{n:,} {what}" for what, n in SIZES[name]._asdict().items()
        )
        rival = ["rival"] if with_rival and name in WITH_RIVAL else []
        figures = _in_own_process(name, *rival, *more)
        if before:
            figures = _beside(figures, measured[before])
        yield from lines_of(figures, before)
        measured[name], before = figures, name
    of_folders: dict[str, Figures] = {}
    for folder in folders:
        yield f"\n{folder}"
        of_folders[str(folder)] = _in_own_process(str(folder), *more)
        yield from lines_of(of_folders[str(folder)], "")
    if target is not None:
        text = json.dumps(_record(measured, of_folders, starts), indent=2)
        target.write_text(text + "\n", encoding="utf-8")
        yield f"\nFigures: {target}"


def _beside(figures: Figures, before: Figures) -> Figures:
    """Put the time per parcel beside that of the size before."""
    return replace(
        figures,
        time_per_parcel_ratio=before.parcels_per_second / figures.parcels_per_second,
        draw_per_parcel_ratio=figures.draw_seconds_per_parcel / before.draw_seconds_per_parcel,
    )


def _record(
    sizes: dict[str, Figures], folders: dict[str, Figures], starts: tuple[float, float] | None
) -> dict[str, Any]:
    """All that the JSON file holds."""
    packages = ("numpy", "pandas", "numba", "simpy")
    return {
        "note": NOTE.replace("\n", " "),
        "versions": {
            "returnplan": __version__,
            "python": platform.python_version(),
            **{package: _version(package) for package in packages},
        },
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "seed": SEED,
        "first_start_seconds": starts and starts[0],
        "next_start_seconds": starts and starts[1],
        "sizes": {name: SIZES[name]._asdict() | asdict(one) for name, one in sizes.items()},
        "scenarios": {name: asdict(one) for name, one in folders.items()},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def lines_of(figures: Figures, before: str) -> Iterator[str]:
    """Say figures, each with what it is.

    Parameters
    ----------
    before
        Name of the size before; empty: none.

    Yields
    ------
    str
        One line for each figure.
    """
    f = figures
    rows = [
        (f"{f.parcels:,}", "parcels begun within the horizon, on expected values"),
        (_time(f.seconds_per_draw), "to simulate them: teams at work, one core"),
        (f"{f.parcels_per_second:,.0f}", "parcels a second on one core"),
    ]
    if f.rival_seconds is not None:
        rows += [
            (_time(f.rival_seconds), "for the same by a plain SimPy program: same dates"),
            (f"{f.simpy_ratio:,.0f} x", "SimPy over returnplan"),
        ]
    rows += [
        (f"{f.drawn_parcels:,.0f}", f"parcels in the mean of {len(DRAWS)} draws"),
        (
            _time(f.drawn_seconds),
            "to simulate one of them, with reasons, returns and harm",
        ),
        (_time(f.loop_seconds), "of these in the compiled loop"),
        (f"{f.whole_ratio:.2f}", "all over the loop"),
        (
            f"{f.walk_share:.0%}",
            "of all for the walk back from the ready times: reasons for delays",
        ),
        (_time(f.lean_seconds), "for its ready times and cost alone, by the evaluator"),
        (f"{f.lean_ratio:.2f}", "evaluator over the loop"),
        (_time(f.drawing_seconds), "to draw its numbers, once for all allocations"),
        (f"{f.drawing_ratio:.2f}", "drawing over simulating"),
    ]
    if f.peak_mib is not None:
        rows.append((f"{f.peak_mib:,.0f} MiB", "most memory that the process held"))
    if f.time_per_parcel_ratio is not None and f.draw_per_parcel_ratio is not None:
        rows += [
            (f"{f.time_per_parcel_ratio:.2f}", f"time per parcel over that of {before}"),
            (f"{f.draw_per_parcel_ratio:.2f}", f"the same of one of the draws, over {before}"),
        ]
    for kind, rate in (f.draws_per_second or {}).items():
        ratio = "" if kind == ONE else f" ({(f.workers_ratios or {})[kind]:.2f} x one process)"
        rows.append((f"{rate:,.1f}", f"draws of all allocations a second: {kind}{ratio}"))
    return _lines(rows)


def _lines(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    return (f"{value:>13}  {what}" for value, what in rows)


def _time(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{1_000 * seconds:,.2f} ms"


# -- measuring -------------------------------------------------------------------------------


def _in_own_process(name: str, *more: str) -> Figures:
    """Measure a size or a folder in a fresh process, for its memory is not to meet another's."""
    return Figures(**json.loads(_call(name, *more)))


def _starts() -> tuple[float, float]:
    """Time on the wall of a fresh process that compiles, and of one that finds it compiled, s."""
    with tempfile.TemporaryDirectory(prefix="returnplan-") as folder:
        first, second = (_clocked_call(folder) for _ in range(2))
    return first, second


def _clocked_call(folder: str) -> float:
    began = perf_counter()
    _call(around={VARIABLE: folder})
    return perf_counter() - began


def _call(*words: str, around: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run :func:`main` in a fresh process; what it prints is returned."""
    known = os.environ.get("PYTHONPATH")
    paths = [str(Path(__file__).parents[3]), *([known] if known else [])]
    done = subprocess.run(
        [sys.executable, "-m", "returnplan.runs.speed.bench", *words],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUTF8": "1",
            **around,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip()
    if done.returncode != FORESEEN:
        last = said.rpartition("\n")[2] or "too little memory?"
        what = words[0] if words else "speed"
        said = f"{what} could not be measured, its process ended with {done.returncode}: {last}"
    raise ReturnplanError(said)


def main(words: Sequence[str]) -> int:
    """Measure one size or folder and print the figures as JSON: what a fresh process does.

    Parameters
    ----------
    words
        Name of a size or a scenario folder; after it ``rival`` and ``workers``, if these are
        measured, too. None: compile.

    Returns
    -------
    int
        Exit code.
    """
    if not words:
        warm_up()
        return 0
    name, *more = words
    try:
        if name in SIZES:
            scenario = synthetic(**SIZES[name]._asdict(), seed=SEED)
        else:
            scenario = load(Path(name))
        figures = measure(scenario, with_rival="rival" in more, with_workers="workers" in more)
    except ReturnplanError as error:
        print(error, file=sys.stderr)
        return FORESEEN
    print(json.dumps(asdict(figures)))
    return 0


def measure(scenario: Scenario, *, with_rival: bool, with_workers: bool) -> Figures:
    """Measure one scenario under its first allocation.

    Parameters
    ----------
    with_rival
        Whether the rival runs, too.
    with_workers
        Whether a short ensemble of all allocations runs with each kind of workers, too.

    Returns
    -------
    Figures
        What was measured.

    Raises
    ------
    ReturnplanError
        When the rival tells another story.
    """
    subject = Subject(scenario)
    seconds, log = best_time(subject.work)
    simulated, in_loop, in_walk = [], [], []
    for number in DRAWS:
        with clocked(loop, "run") as loops, clocked(walk, "walk") as walks:
            simulated.append(best_time(partial(subject.simulate, number)))
        in_loop.append(min(loops))
        in_walk.append(min(walks))
    evaluated = [best_time(partial(subject.evaluate, number))[0] for number in DRAWS]
    drawn_seconds, loop_seconds = fmean(one for one, _ in simulated), fmean(in_loop)
    drawing_seconds = fmean(best_time(partial(subject.draw, number))[0] for number in DRAWS)
    figures = Figures(
        parcels=log.parcels,
        seconds_per_draw=seconds,
        parcels_per_second=log.parcels / seconds,
        drawn_parcels=fmean(parcels for _, parcels in simulated),
        drawn_seconds=drawn_seconds,
        loop_seconds=loop_seconds,
        whole_ratio=drawn_seconds / loop_seconds,
        walk_share=fmean(in_walk) / drawn_seconds,
        lean_seconds=fmean(evaluated),
        lean_ratio=fmean(evaluated) / loop_seconds,
        drawing_seconds=drawing_seconds,
        drawing_ratio=drawing_seconds / drawn_seconds,
        peak_mib=peak_mib(),
    )
    if with_rival:
        figures = _with_rival(figures, subject)
    if with_workers:
        rates = draws_per_second(scenario, drawn_seconds * len(scenario.allocations))
        ratios = {kind: rate / rates[ONE] for kind, rate in rates.items()}
        figures = replace(figures, draws_per_second=rates, workers_ratios=ratios)
    return figures


def _with_rival(figures: Figures, subject: Subject) -> Figures:
    """Add the time of the rival for the same work; both must tell the same story."""
    rival_seconds, story = best_time(subject.rival(), is_cold=False)
    differences = subject.differences(subject.work(keeps_parcels=True), story)
    if differences:
        raise ReturnplanError(
            f"{subject.scenario.name}: SimPy and the compiled loop differ in {len(differences)} "
            f"places, so no time counts; the first: {differences[0]}"
        )
    return replace(
        figures,
        rival_seconds=rival_seconds,
        simpy_ratio=rival_seconds / figures.seconds_per_draw,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
