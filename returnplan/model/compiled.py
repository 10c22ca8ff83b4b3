"""Where compiled code is kept, and the decorators that compile a function on first use.

``compiled``
    For functions that are called from outside, and for tests.
``inner``
    For the steps of a compiled function: they run as if they were written where they are called,
    which costs nothing however many arrays they are given. They make no arrays, since references
    are not counted in them: counting them would take many times as long as the work.
``maker``
    For parts of a compiled function that make arrays.

Only compiled functions call an ``inner`` or a ``maker``: called from Python they crash. All are
plain Python where compilation is switched off (``NUMBA_DISABLE_JIT=1``) or ``py_func`` is called.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

VARIABLE = "NUMBA_CACHE_DIR"


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except (OSError, RuntimeError):
        return False


def _temporary() -> Path:
    """Give a folder of this user's own among the temporary ones, the same for every process."""
    user = getattr(os, "getuid", lambda: -1)()
    folder = Path(tempfile.gettempdir()) / f"returnplan-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="returnplan-"))
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o077
    return folder if is_ours else Path(tempfile.mkdtemp(prefix="returnplan-"))


def find_cache() -> None:
    """Let compiled code be kept where it can be written, also where the package cannot be.

    Beside the package, if possible; else in the user's cache folder; else in a temporary folder
    that nobody else can write. A folder named in ``NUMBA_CACHE_DIR`` goes first.
    """
    if VARIABLE in os.environ or _can_write(Path(__file__).parent / "__pycache__"):
        return
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    except RuntimeError:
        home = Path(os.devnull)
    own = home / "returnplan"
    os.environ[VARIABLE] = str(own if _can_write(own) else _temporary())


find_cache()  # before numba is imported: it looks for the folder then

if TYPE_CHECKING:
    F = TypeVar("F", bound=Callable[..., Any])

    def compiled(function: F) -> F:
        """Compile a function; for the type checker it stays what it is."""
        return function

    inner = maker = compiled

else:
    from numba import njit

    FROM_COMPILED_ONLY = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled = njit(cache=True, nogil=True)
    inner = njit(forceinline=True, _nrt=False, **FROM_COMPILED_ONLY)
    maker = njit(**FROM_COMPILED_ONLY)
