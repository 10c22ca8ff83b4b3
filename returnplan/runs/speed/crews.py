"""How many draws of all allocations are run in a second, by kind of workers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from returnplan.domain import Scenario
from returnplan.runs.machine.chunks import KeptDraws
from returnplan.runs.machine.cluster import LOCAL, client_of, results
from returnplan.runs.machine.processes import crew_of
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads, share_out
from returnplan.runs.speed.subject import SEED

ONE, TWO_THREADS, TWO, DASK = "one process", "two threads", "two processes", "Dask, two workers"
REPEATS = 3
ENOUGH_S = 4.0
LEAST_DRAWS, MOST_DRAWS = 8, 400

Run = Callable[[], object]


def draws_per_second(scenario: Scenario, draw_seconds: float) -> dict[str, float]:
    """Rates of a short ensemble of all allocations on the wall, once the workers have started.

    All kinds take turns, several times, and of each the shortest time counts: so a busy machine
    disturbs their ratios less.

    Parameters
    ----------
    draw_seconds
        About how long one draw takes, s.

    Returns
    -------
    dict[str, float]
        Draws in a second by kind of workers; Dask, where it is installed.
    """
    runner = DrawRunner(scenario, [header.name for header in scenario.allocations], SEED)
    draws = min(MOST_DRAWS, max(LEAST_DRAWS, round(ENOUGH_S / draw_seconds)))
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="returnplan-"))

        def kept(name: str) -> KeptDraws:
            path = Path(folder) / name
            path.mkdir()
            return KeptDraws(path, (0, draws))

        runs = {
            ONE: stack.enter_context(_processes(runner, kept("1"), 1)),
            TWO_THREADS: _threads(runner, kept("threads"), 2),
            TWO: stack.enter_context(_processes(runner, kept("2"), 2)),
        }
        if find_spec("distributed") is not None:
            runs[DASK] = stack.enter_context(_dask(runner, kept("dask"), 2))
        for run in runs.values():
            run()  # starts what has to be started
        times: dict[str, list[float]] = {kind: [] for kind in runs}
        for _ in range(REPEATS):
            for kind, run in runs.items():
                began = perf_counter()
                run()
                times[kind].append(perf_counter() - began)
    return {kind: draws / min(seconds) for kind, seconds in times.items()}


def _threads(runner: DrawRunner, kept: KeptDraws, workers: int) -> Run:
    def run() -> None:
        run_on_threads(runner, kept, workers)
        kept.discard()

    return run


@contextmanager
def _processes(runner: DrawRunner, kept: KeptDraws, workers: int) -> Iterator[Run]:
    with crew_of(runner, kept, workers) as crew:

        def run() -> None:
            share_out(crew.run, kept, workers)
            kept.discard()

        yield run


@contextmanager
def _dask(runner: DrawRunner, kept: KeptDraws, workers: int) -> Iterator[Run]:
    with client_of(LOCAL, workers) as client:

        def run() -> None:
            for span, arrays in results(client, "speed", runner.question, kept.missing(workers)):
                kept.save(span, arrays)
            kept.discard()

        yield run
