"""The first use on a machine compiles the model: in two processes, and people see how far it is.

This process compiles what lets teams work and asks the gates; a second one, begun anew and not
forked, compiles the rest (reasons, returns, risk, harm), about the same work. Each writes its own
files of the cache, and this one waits for the other before it needs them. Where no second process
helps or begins (one core, no interpreter to call), or where it fails, this one compiles all.

The code that comes of it is not part of a wheel: numba keeps it under the time of the source file
and the name and features of the processor, so that it would be of use on next to no machine, and
files beside the package would hide newer ones that cannot be written there.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from types import ModuleType
from typing import Any

from filelock import FileLock, Timeout

from returnplan.model.conditions import risk
from returnplan.model.effects import harm, returns
from returnplan.model.reasons import walk
from returnplan.model.work import loop
from returnplan.runs.machine.progress import Watcher

COMPILING = "compiling the simulation for this machine, once, up to a minute"
WAITING = "waiting for another process that compiles the simulation for this machine"
MODULES: tuple[ModuleType, ...] = (loop, risk, walk, returns, harm)
LARGEST: tuple[Any, ...] = (loop.run, walk.walk)
"""Where these are compiled, all is, or nearly."""
LOCK = ".compiling.lock"


def is_compiled() -> bool:
    """Whether the largest functions are compiled: in this process, or in files for this machine."""
    return all(map(_is_compiled, LARGEST))


def _is_compiled(function: Any) -> bool:
    if not hasattr(function, "signatures"):  # compilation is switched off: plain Python
        return True
    if function.signatures:
        return True
    try:
        machine = function.targetctx.codegen().magic_tuple()
        known = function._cache._cache_file._load_index()
        return any(key[1] == machine for key in known)
    except (AttributeError, LookupError, TypeError, OSError):
        return False  # then to compile again finds the files and takes a moment


def names() -> frozenset[str]:
    """Name all functions that the first use compiles."""
    found = (one for module in MODULES for one in vars(module).values())
    ours = {_name(one) for one in found if hasattr(one, "py_func")}
    return frozenset(name for name in ours if name.startswith("returnplan."))


def _name(function: Any) -> str:
    return f"{function.py_func.__module__}.{function.py_func.__name__}"


@contextmanager
def alone(watcher: Watcher) -> Iterator[None]:
    """Let other processes of this machine wait that would compile the same.

    Parameters
    ----------
    watcher
        Told when this one has to wait.
    """
    lock = None
    with suppress(AttributeError, OSError, NotImplementedError):  # no such files: all compile
        folder = Path(LARGEST[0].stats.cache_path)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            watcher.say(WAITING)
            lock.acquire()
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


class Tally:
    """Tells a watcher how many of the functions are compiled, here and in a second process."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._all = names()
        self._done: set[str] = set()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Say that it takes a while."""
        self._watcher.say(COMPILING)

    def add(self, name: str) -> None:
        """Count a function."""
        with self._lock:
            if name in self._all and name not in self._done:
                self._done.add(name)
                self._watcher.compiled(len(self._done), len(self._all))


@contextmanager
def heard(add: Callable[[str], None]) -> Iterator[None]:
    """Hear of each function that is compiled in this process meanwhile.

    Parameters
    ----------
    add
        Called with its name.
    """
    from numba.core import event

    class Listener(event.Listener):
        def on_start(self, event: Any) -> None:
            """Ignore it."""

        def on_end(self, event: Any) -> None:
            add(_name(event.data["dispatcher"]))

    with event.install_listener("numba:compile", Listener()):
        yield


@contextmanager
def second_process(module: str, tally: Tally) -> Iterator[Callable[[], object]]:
    """Let a second process compile its part.

    It does not hear Ctrl-C, and ends with this block. No fork, and no pool of
    ``concurrent.futures``: its process would run the caller's script once more.

    Parameters
    ----------
    module
        What it runs; it prints the name of each function that it has compiled.
    tally
        Told about each.

    Yields
    ------
    Callable[[], object]
        Waits for it to end.
    """
    process = _begun(module)
    if process is None:
        yield lambda: None
        return

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            tally.add(line.decode().strip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield process.wait
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stdout is not None:
            process.stdout.close()


def _begun(module: str) -> Popen[bytes] | None:
    """Begin the second process; None: there is no core for it, or it cannot be begun."""
    from returnplan.runs.machine.chunks import cores  # it imports this

    if cores() == 1:
        return None
    words = [sys.executable, "-m", module]
    try:
        return Popen(words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True)
    except OSError:
        return None
