"""Draws on the workers of a Dask cluster; a worker that dies costs nothing."""

import logging
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from returnplan.errors import ReturnplanError, UnfinishedError
from returnplan.runs.machine.chunks import (
    Arrays,
    DrawRange,
    KeptDraws,
    Progress,
    cores,
    ignore,
    run_chunk,
)
from returnplan.runs.machine.runner import DrawRunner, Question, warm_up
from returnplan.version import __version__

LOCAL = "local"
MOST_DEATHS = 20
"""Workers that may die over one task before the cluster of this machine gives it up."""
CONNECT_S = 10
WORKERS_S = 5
"""How long a cluster may be without workers before it is said."""

_prepared: list[tuple[str, DrawRunner]] = []
_preparing = threading.Lock()


def run_on_cluster(
    address: str,
    question: Question,
    kept: KeptDraws,
    workers: int | None = None,
    progress: Progress = ignore,
    say: Callable[[str], None] = ignore,
) -> None:
    """Run the missing draws of a working folder as tasks of a Dask cluster, a chunk each.

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
    say
        Called with a line when no worker is left.

    Raises
    ------
    ReturnplanError
        When Dask is not installed, or the cluster cannot be reached or has no workers.
    UnfinishedError
        When the cluster fails.
    """
    done = kept.count()
    progress(done)
    if not kept.missing():
        return
    # Files are written by a thread, which Ctrl-C does not reach.
    with client_of(address, workers or cores()) as client, ThreadPoolExecutor(1) as writer:
        spans = kept.missing(_threads_of(client, address))
        with _watched(client, say), closing(results(client, uuid4().hex, question, spans)) as found:
            for span, arrays in found:
                writer.submit(kept.save, span, arrays).result()
                done += span[1] - span[0]
                progress(done)


def _threads_of(client: Any, address: str) -> int:
    """How many draws the workers of a cluster can run at once; there must be one soon."""
    end = monotonic() + WORKERS_S
    while not (threads := int(sum(client.nthreads().values()))):
        if monotonic() > end:
            raise ReturnplanError(
                f"the Dask scheduler at {address} has no workers: start some, "
                f"on any machine, with: dask worker {address} --nworkers auto --nthreads 1"
            )
        sleep(0.1)
    return threads


@contextmanager
def _watched(client: Any, say: Callable[[str], None]) -> Iterator[None]:
    """Say when a cluster has no workers any more, and when it has some again."""
    ended = threading.Event()

    def watch() -> None:
        had_workers = True
        while not ended.wait(WORKERS_S):
            with suppress(Exception):  # the scheduler is gone: who waits for results hears of it
                has_workers = bool(client.nthreads())
                if has_workers != had_workers:
                    say(
                        "The cluster has workers again."
                        if has_workers
                        else "The cluster has no workers left: the run waits until there are some."
                    )
                had_workers = has_workers

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def results(
    client: Any, run: str, question: Question, spans: Sequence[DrawRange]
) -> Generator[tuple[DrawRange, Arrays], None, None]:
    """Submit all tasks and give their chunks as they come.

    Parameters
    ----------
    client
        As :func:`client_of` gives it.
    run
        Name of the run, which has one question.
    question
        Scenario, allocations and seed.
    spans
        Chunks that are to be run.

    Yields
    ------
    tuple[DrawRange, Arrays]
        The draws, and what :func:`returnplan.runs.machine.chunks.run_chunk` gave.

    Raises
    ------
    UnfinishedError
        When the cluster fails.
    """
    # Sent once, as a task of its own: should its worker die, the scheduler does it again.
    loaded = client.submit(pickle.loads, pickle.dumps(question), pure=False)
    tasks = [client.submit(run_task, run, loaded, span, __version__, pure=False) for span in spans]
    try:
        for task, result in _distributed().as_completed(tasks, with_results=True):
            task.release()
            yield result
    except ReturnplanError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        raise UnfinishedError(f"the cluster could not run the draws: {text}") from error
    finally:
        with suppress(Exception):
            client.cancel([*tasks, loaded])


def run_task(
    run: str, question: Question, span: DrawRange, version: str
) -> tuple[DrawRange, Arrays]:
    """Run a chunk; this is what a worker does.

    Parameters
    ----------
    run
        Name of the run, which has one question.
    question
        Scenario, allocations and seed.
    span
        The draws.
    version
        Version of the package that asks.

    Returns
    -------
    tuple[DrawRange, Arrays]
        The draws, and what :func:`returnplan.runs.machine.chunks.run_chunk` gave.

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
    return run_chunk(_runner(run, question), span)


def _runner(run: str, question: Question) -> DrawRunner:
    """Prepare a runner once in each process for all tasks of a run."""
    with _preparing:
        if not _prepared or _prepared[0][0] != run:
            warm_up()
            _prepared[:] = [(run, DrawRunner(*question))]
        return _prepared[0][1]


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise ReturnplanError(
            "--cluster needs Dask, which is not installed: pip install 'returnplan[cluster]'"
        ) from None


@contextmanager
def client_of(address: str, workers: int) -> Iterator[Any]:
    """Connect to a cluster, quietly; a local one is started and ended.

    Parameters
    ----------
    address
        Address of a scheduler, or ``local``.
    workers
        Worker processes of a local cluster.

    Yields
    ------
    distributed.Client
        The connection.
    """
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
