"""Chunks of draws shared out among threads of this process."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from returnplan.runs.machine.chunks import (
    DrawRange,
    KeptDraws,
    Progress,
    cores,
    ignore,
    run_chunk,
)
from returnplan.runs.machine.runner import DrawRunner

POLL_S = 0.2

Count = Callable[[int], bool]
"""Is told of draws that are done, or lost (less than none); says whether to go on."""


def run_on_threads(
    runner: DrawRunner, kept: KeptDraws, workers: int | None = None, progress: Progress = ignore
) -> None:
    """Run the missing draws of a working folder on this machine.

    Parameters
    ----------
    kept
        Working folder; each chunk is there as soon as it is done.
    workers
        Number of threads; None: the processor cores that the process may use.
    progress
        Called from this thread with the draws done.
    """

    def run_one(span: DrawRange, count: Count) -> None:
        kept.save(*run_chunk(runner, span, lambda: count(1)))

    share_out(run_one, kept, workers or cores(), progress)


def share_out(
    run_one: Callable[[DrawRange, Count], None],
    kept: KeptDraws,
    workers: int,
    progress: Progress = ignore,
) -> None:
    """Let threads run the missing chunks of a working folder.

    Parameters
    ----------
    run_one
        Runs a chunk and keeps it: all of it, or what is done when told not to go on.
    workers
        Number of threads.
    progress
        Called from this thread with the draws done.
    """
    stop, lock = threading.Event(), threading.Lock()
    done = kept.count()

    def count(draws: int) -> bool:
        nonlocal done
        with lock:
            done += draws
        return not stop.is_set()

    progress(done)
    with ThreadPoolExecutor(workers, thread_name_prefix="draws") as pool:
        try:
            pending = {pool.submit(run_one, span, count) for span in kept.missing(workers)}
            while pending:
                finished, pending = wait(pending, timeout=POLL_S)
                for future in finished:
                    future.result()
                progress(done)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
