"""Where the draws of a run are run: threads, processes or a cluster; chosen by size, and said."""

from collections.abc import Callable
from dataclasses import dataclass

from returnplan.runs.machine.chunks import KeptDraws, Progress, cores, ignore
from returnplan.runs.machine.memory import free_mib, peak_mib
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads

LEAST_FOR_PROCESSES = 20_000_000
"""Jobs, times allocations, times draws, from which on worker processes are sooner done: each needs
some seconds to start, and threads wait for each other a part of the time."""
MOST_OF_FREE_MEMORY = 0.8


@dataclass(frozen=True, kw_only=True)
class Workers:
    """What was asked for: nothing, as a rule.

    Parameters
    ----------
    count
        How many; None: the processor cores, or fewer if processes had too little memory.
    processes
        Whether they are processes; None: as the size says.
    cluster
        Address of a Dask scheduler, or ``local``; None: no cluster.
    """

    count: int | None = None
    processes: bool | None = None
    cluster: str | None = None


def run_draws(
    runner: DrawRunner,
    kept: KeptDraws,
    workers: Workers,
    progress: Progress = ignore,
    say: Callable[[str], None] = ignore,
) -> None:
    """Run the missing draws of a working folder.

    Parameters
    ----------
    kept
        Working folder; each chunk is there as soon as it is done.
    workers
        What was asked for.
    progress
        Called with the draws done.
    say
        Called with lines about the workers.
    """
    if workers.cluster is not None:
        from returnplan.runs.machine.cluster import run_on_cluster

        run_on_cluster(workers.cluster, runner.question, kept, workers.count, progress, say)
        return
    processes = number_of_processes(runner, kept.part[1] - kept.part[0] - kept.count(), workers)
    if not processes:
        run_on_threads(runner, kept, workers.count, progress)
        return
    from returnplan.runs.machine.processes import run_in_processes

    mib = peak_mib()
    size = f", about {mib:,.0f} MiB each" if mib is not None else ""
    say(f"Draws are run in {processes} worker processes{size}.")
    run_in_processes(runner, kept, processes, progress, say)


def number_of_processes(runner: DrawRunner, draws: int, workers: Workers) -> int:
    """Choose how many worker processes run some draws.

    Parameters
    ----------
    draws
        How many draws are missing.
    workers
        What was asked for.

    Returns
    -------
    int
        Their number; 0: threads run them.
    """
    count = workers.count or cores()
    if workers.processes is False or not draws:
        return 0
    if workers.processes is None:
        work = len(runner.prepared.plan.jobs) * len(runner.allocations) * draws
        if count == 1 or work < LEAST_FOR_PROCESSES:
            return 0
    if workers.count is None:
        fitting = _fitting_memory(count)
        count = fitting if fitting > 1 or workers.processes else 0
    return min(count, draws)


def _fitting_memory(count: int) -> int:
    """How many of some processes find memory; each needs as much as this one held so far."""
    mib, free = peak_mib(), free_mib()
    if mib is None or free is None:
        return count
    return max(1, min(count, int(MOST_OF_FREE_MEMORY * free / mib)))
