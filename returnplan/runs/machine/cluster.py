"""Draws on the workers of a Dask cluster; a worker that dies costs nothing."""

import logging
import pickle
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from typing import Any

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.runs.machine.chunks import (
    Arrays,
    DrawRange,
    KeptDraws,
    Progress,
    cores,
    ignore,
    in_groups,
    run_chunk,
)
from returnplan.runs.machine.runner import DrawRunner, warm_up
from returnplan.version import __version__

LOCAL = "local"
TASK_DRAWS = 100
"""Draws that a task has at least, where there are so many."""
MOST_DEATHS = 20
"""Workers that may die over one task before the cluster of this machine gives it up."""
CONNECT_S = 30

Question = tuple[Scenario, tuple[str, ...], int]
"""Scenario, allocations and seed: all that a worker needs beside the package."""

_prepared: list[tuple[Question, DrawRunner]] = []
_preparing = threading.Lock()


def run_on_cluster(
    address: str,
    question: Question,
    kept: KeptDraws,
    workers: int | None = None,
    progress: Progress = ignore,
) -> None:
    """Run the missing draws of a working folder as tasks of a Dask cluster.

    Parameters
    ----------
    address
        Address of a scheduler, or ``local``: worker processes on this machine.
    question
        Scenario, allocations and seed.
    kept
        Working folder; each chunk is there as soon as its task is done.
    workers
        Worker processes of a local cluster; None: the processor cores that may be used.
    progress
        Called with the draws done.

    Raises
    ------
    ReturnplanError
        When Dask is not installed, the cluster cannot be reached, or it fails.
    """
    groups = in_groups(kept.missing(), TASK_DRAWS)
    progress(kept.count())
    if groups:
        # Files are written by a thread, which Ctrl-C does not reach.
        with _client(address, workers or cores()) as client, ThreadPoolExecutor(1) as writer:
            done = kept.count()
            with closing(_results(client, question, groups)) as results:
                for span, arrays in results:
                    writer.submit(kept.save, span, arrays).result()
                    done += span[1] - span[0]
                    progress(done)


def _results(
    client: Any, question: Question, groups: Sequence[list[DrawRange]]
) -> Generator[tuple[DrawRange, Arrays], None, None]:
    """Submit all tasks and give their chunks as they come."""
    # Sent once, as a task of its own: should its worker die, the scheduler does it again.
    loaded = client.submit(pickle.loads, pickle.dumps(question), pure=False)
    tasks = [client.submit(run_task, loaded, spans, __version__, pure=False) for spans in groups]
    try:
        for task, result in _distributed().as_completed(tasks, with_results=True):
            task.release()
            yield from result
    except ReturnplanError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        raise ReturnplanError(f"the cluster could not run the draws: {text}") from error
    finally:
        with suppress(Exception):
            client.cancel([*tasks, loaded])


def run_task(
    question: Question, spans: Sequence[DrawRange], version: str
) -> list[tuple[DrawRange, Arrays]]:
    """Run some chunks; this is what a worker does.

    Parameters
    ----------
    question
        Scenario, allocations and seed.
    spans
        The chunks.
    version
        Version of the package that asks.

    Returns
    -------
    list[tuple[DrawRange, Arrays]]
        Each chunk with its draws.

    Raises
    ------
    ReturnplanError
        When the worker has another version of the package.
    """
    if version != __version__:
        raise ReturnplanError(
            f"a worker of the cluster has returnplan {__version__}, this machine has {version}: "
            "install the same version everywhere"
        )
    runner = _runner(question)
    found = []
    for span in spans:
        arrays = run_chunk(runner, span)
        assert arrays is not None  # nobody tells it to stop
        found.append((span, arrays))
    return found


def _runner(question: Question) -> DrawRunner:
    """Prepare a runner once in each process; tasks of one run share the question's object."""
    with _preparing:
        if not _prepared or _prepared[0][0] is not question:
            warm_up()
            _prepared[:] = [(question, DrawRunner(*question))]
        return _prepared[0][1]


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise ReturnplanError(
            "--cluster needs Dask, which is not installed: pip install 'returnplan[cluster]'"
        ) from None


@contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    """Connect to a cluster, quietly; a local one is started and ended."""
    distributed = _distributed()
    quiet = {
        "distributed.scheduler.allowed-failures": MOST_DEATHS,
        "distributed.admin.large-graph-warning-threshold": "1 GB",
        "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
        "distributed.scheduler.http.routes": [],
    }
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    with import_module("dask.config").set(quiet):
        try:
            if address == LOCAL:
                cluster = local_cluster(workers)
                with cluster, distributed.Client(cluster) as client:
                    yield client
            else:
                with _connected(address, distributed.Client) as client:
                    yield client
        finally:
            logger.setLevel(level)


def local_cluster(workers: int) -> Any:
    """Start a scheduler and worker processes on this machine, without a dashboard.

    Dask wants a port for web pages all the same: one of loopback that is free, so that several
    runs do not meet, with no pages.

    Parameters
    ----------
    workers
        Number of worker processes, of one thread each.

    Returns
    -------
    distributed.LocalCluster
        To be closed, or used in ``with``.
    """
    return _distributed().LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        silence_logs=logging.CRITICAL,
        preload=[__name__],
    )


def dask_setup(_: Any) -> None:
    """Let a worker of a local cluster not hear Ctrl-C; Dask calls this as the worker starts.

    The process that started it hears the signal, ends its workers and says one line.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _connected(address: str, client: Any) -> Any:
    try:
        return client(address, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ReturnplanError(
            f"no Dask scheduler answers at {address} ({type(error).__name__}): "
            "allowed is host:port of a scheduler, or local"
        ) from None
