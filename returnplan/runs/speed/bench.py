"""How fast a simulation is: made-up scenarios of three sizes, and scenario folders.

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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import get_clock_info, perf_counter, process_time
from typing import Any, NamedTuple, TypeVar

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Numbers, Prepared, PreparedAllocation, simulate
from returnplan.runs.machine.runner import DrawRunner, warm_up
from returnplan.scenario import load
from returnplan.scenario.synthetic import synthetic
from returnplan.version import __version__

T = TypeVar("T")
SEED = 1
WITH_RIVAL = ("S", "M")
"""Sizes on which the rival runs; on a larger one it would take minutes."""
THREADS = (1, 2)
DRAWS = range(4)
"""Draws that are measured; they differ much in the number of hazards that surveys find."""
LEAST_REPEATS, MOST_REPEATS, ENOUGH_S = 2, 50, 0.4
FINE_S = 1e-5
CLOCK = process_time if get_clock_info("process_time").resolution < FINE_S else perf_counter
"""Processor time, where it is told finely: a busy machine lengthens it less."""
FORESEEN = 3
"""Exit code of the fresh process when its message is for the user."""
LEAST_DRAWS, MOST_DRAWS = 32, 400
NOTE = """\
Figures of one run on one machine: compare them with each other and with no others.
Seconds are of processor time, the shortest of several repeats.\
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
    drawing_seconds
        Shortest time to draw the numbers of these draws and to make amounts of work of them, s, in
        the mean of the draws; done once for all allocations.
    drawing_ratio
        Drawing over simulating.
    peak_mib
        Most memory that the process held, MiB, before the rival ran.
    time_per_parcel_ratio
        Time per parcel over that of the size before.
    draws_per_second
        Draws of all allocations in a second on the wall with each number of :data:`THREADS`.
    threads_ratio
        Draws per second with the most threads over those with one.
    """

    parcels: int
    seconds_per_draw: float
    parcels_per_second: float
    drawn_parcels: float
    drawn_seconds: float
    drawing_seconds: float
    drawing_ratio: float
    peak_mib: float | None
    time_per_parcel_ratio: float | None = None
    rival_seconds: float | None = None
    simpy_ratio: float | None = None
    draws_per_second: tuple[float, ...] | None = None
    threads_ratio: float | None = None


# -- what the command does -------------------------------------------------------------------


def bench(
    sizes: Sequence[str], folders: Sequence[Path], *, with_rival: bool, target: Path | None
) -> Iterator[str]:
    """Measure sizes and scenario folders, and say it line by line.

    Parameters
    ----------
    folders
        Scenario folders.
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
    measured: dict[str, Figures] = {}
    before = ""
    for name in sizes:
        yield f"\n{name}: " + ", ".join(
            f"{n:,} {what}" for what, n in SIZES[name]._asdict().items()
        )
        figures = _in_own_process(name, with_rival=with_rival and name in WITH_RIVAL)
        if before:
            figures = _beside(figures, measured[before])
        yield from lines_of(figures, before)
        measured[name], before = figures, name
    of_folders: dict[str, Figures] = {}
    for folder in folders:
        yield f"\n{folder}"
        of_folders[str(folder)] = _in_own_process(str(folder), with_rival=False)
        yield from lines_of(of_folders[str(folder)], "")
    if target is not None:
        text = json.dumps(_record(measured, of_folders), indent=2)
        target.write_text(text + "\n", encoding="utf-8")
        yield f"\nFigures: {target}"


def _beside(figures: Figures, before: Figures) -> Figures:
    """Put the time per parcel beside that of the size before."""
    ratio = before.parcels_per_second / figures.parcels_per_second
    return replace(figures, time_per_parcel_ratio=ratio)


def _record(sizes: dict[str, Figures], folders: dict[str, Figures]) -> dict[str, Any]:
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
        (_time(f.drawing_seconds), "to draw its numbers, once for all allocations"),
        (f"{f.drawing_ratio:.2f}", "drawing over simulating"),
    ]
    if f.peak_mib is not None:
        rows.append((f"{f.peak_mib:,.0f} MiB", "most memory that the process held"))
    if f.time_per_parcel_ratio is not None:
        rows.append((f"{f.time_per_parcel_ratio:.2f}", f"time per parcel over that of {before}"))
    if f.draws_per_second is not None:
        rows += [
            (f"{rate:,.1f}", f"draws of all allocations a second, threads: {threads}")
            for threads, rate in zip(THREADS, f.draws_per_second, strict=True)
        ]
        rows.append((f"{f.threads_ratio:.2f}", f"draws a second, {THREADS[-1]} threads over 1"))
    return (f"{value:>13}  {what}" for value, what in rows)


def _time(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{1_000 * seconds:,.2f} ms"


# -- measuring -------------------------------------------------------------------------------


def _in_own_process(name: str, *, with_rival: bool) -> Figures:
    """Measure a size or a folder in a fresh process, for its memory is not to meet another's."""
    figures = json.loads(_call(name, *(["rival"] if with_rival else [])))
    rates = figures["draws_per_second"]
    return Figures(**figures | {"draws_per_second": None if rates is None else tuple(rates)})


def _call(*words: str) -> str:
    """Run :func:`main` in a fresh process; what it prints is returned."""
    around = os.environ.get("PYTHONPATH")
    paths = [str(Path(__file__).parents[3]), *([around] if around else [])]
    done = subprocess.run(
        [sys.executable, "-m", "returnplan.runs.speed.bench", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
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
        Name of a size or a scenario folder; ``rival`` after it: with the rival. None: compile.

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
        figures = measure(scenario, with_rival="rival" in more, with_threads=name not in SIZES)
    except ReturnplanError as error:
        print(error, file=sys.stderr)
        return FORESEEN
    print(json.dumps(asdict(figures)))
    return 0


class Subject:
    """A scenario under one allocation, with one draw made beforehand.

    Parameters
    ----------
    allocation
        Name of the allocation; None: the first.
    """

    def __init__(self, scenario: Scenario, allocation: str | None = None) -> None:
        self.scenario = scenario
        self._prepared = Prepared(scenario)
        name = allocation or scenario.allocations[0].name
        self._allocation = PreparedAllocation(self._prepared, name)
        self._draws = Draws(scenario, SEED)
        self._drawn = [self.draw(number) for number in DRAWS]
        self.expected = self._prepared.workload.amounts(self._prepared.expected)

    def draw(self, number: int) -> Numbers:
        """Draw the numbers of a draw, and make amounts of work of them."""
        return self._prepared.numbers(self._draws.values(number))

    def simulate(self, number: int) -> int:
        """Simulate a draw with all that it is asked for; the number of parcels is returned."""
        _, course = simulate(self._prepared, self._allocation, self._drawn[number])
        return course.log.parcels

    def work(self, *, keeps_parcels: bool = False) -> Any:
        """Let the teams work on expected values."""
        horizon_s = self._prepared.horizon_s
        return self._allocation.workforce.work(
            self.expected, horizon_s, keeps_parcels=keeps_parcels
        )

    def rival(self) -> Callable[[], Any]:
        """Make ready what the rival does on expected values."""
        from returnplan.runs.speed.rival import Rival

        chosen, prepared = self._allocation, self._prepared
        rival = Rival(
            self.scenario, prepared.plan, chosen.decoded.priority, chosen.teams, prepared.network
        )
        return lambda: rival.run(self.expected, prepared.horizon_s)

    def differences(self, log: Any, story: Any) -> list[str]:
        """What the rival tells otherwise than the compiled loop.

        Parameters
        ----------
        log
            What :meth:`work` returned.
        story
            What the rival returned.

        Returns
        -------
        list[str]
            One line for each milestone that is passed at another time, and for each parcel.
        """
        plan, teams = self._prepared.plan, self._allocation.teams
        names = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
        mine = {n: s for n, s in zip(names, log.passed_s.tolist(), strict=True) if s >= 0}
        lines = [
            f"{name} is passed at {mine.get(name)} s, with SimPy at {story.passed_s.get(name)} s"
            for name in names
            if mine.get(name) != story.passed_s.get(name)
        ]
        columns = (log.log.job, log.log.team, log.log.start_s, log.log.finish_s)
        parcels = [
            (names[job], teams[team].id, start_s, finish_s)
            for job, team, start_s, finish_s in zip(*(c.tolist() for c in columns), strict=True)
        ]
        theirs = [tuple(parcel) for parcel in story.parcels]
        if len(parcels) != len(theirs):
            lines.append(f"{len(parcels)} parcels are begun, with SimPy {len(theirs)}")
        lines += [
            f"parcel {one}, with SimPy {other}"
            for one, other in zip(parcels, theirs, strict=False)
            if one != other
        ]
        return lines


def measure(scenario: Scenario, *, with_rival: bool, with_threads: bool) -> Figures:
    """Measure one scenario under its first allocation.

    Parameters
    ----------
    with_rival
        Whether the rival runs, too.
    with_threads
        Whether a short ensemble of all allocations runs, too.

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
    simulated = [best_time(partial(subject.simulate, number)) for number in DRAWS]
    drawn = [best_time(partial(subject.draw, number)) for number in DRAWS]
    drawn_seconds = fmean(one for one, _ in simulated)
    drawing_seconds = fmean(one for one, _ in drawn)
    figures = Figures(
        parcels=log.parcels,
        seconds_per_draw=seconds,
        parcels_per_second=log.parcels / seconds,
        drawn_parcels=fmean(parcels for _, parcels in simulated),
        drawn_seconds=drawn_seconds,
        drawing_seconds=drawing_seconds,
        drawing_ratio=drawing_seconds / drawn_seconds,
        peak_mib=_peak_mib(),
    )
    if with_rival:
        figures = _with_rival(figures, subject)
    if with_threads:
        rates = tuple(_draws_per_second(scenario))
        figures = replace(figures, draws_per_second=rates, threads_ratio=rates[-1] / rates[0])
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


def best_time(
    work: Callable[[], T], *, is_cold: bool = True, clock: Callable[[], float] = CLOCK
) -> tuple[float, T]:
    """Shortest time of several repeats, and what the last one returned.

    Parameters
    ----------
    work
        What is repeated.
    is_cold
        Whether it runs once beforehand, unmeasured.
    clock
        Tells the seconds.

    Returns
    -------
    tuple[float, T]
        Shortest time, s, and the result.
    """
    if is_cold:
        work()
    times: list[float] = []
    while len(times) < LEAST_REPEATS or (sum(times) < ENOUGH_S and len(times) < MOST_REPEATS):
        began = clock()
        result = work()
        times.append(clock() - began)
    return min(times), result


def _draws_per_second(scenario: Scenario) -> Iterator[float]:
    """Rates of a short ensemble of all allocations by the clock on the wall, by threads."""
    runner = DrawRunner(scenario, [header.name for header in scenario.allocations], SEED)
    seconds, _ = best_time(partial(runner.run, 0))
    draws = range(min(MOST_DRAWS, max(LEAST_DRAWS, round(ENOUGH_S / seconds))))
    for threads in THREADS:
        with ThreadPoolExecutor(threads) as pool:
            work = partial(_run_all, runner, draws, pool)
            seconds, _ = best_time(work, is_cold=False, clock=perf_counter)
        yield len(draws) / seconds


def _run_all(runner: DrawRunner, draws: range, pool: Executor) -> int:
    """Run some draws; the number of them is returned."""
    return sum(1 for _ in pool.map(runner.run, draws))


def _peak_mib() -> float | None:
    """Most memory that this process has held; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / {"darwin": 2**20}.get(sys.platform, 2**10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
