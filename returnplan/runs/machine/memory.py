"""Memory: what this process holds, and what the machine has left. None: it is not told here."""

import sys
from pathlib import Path

OF_THIS_PROCESS, OF_THE_MACHINE = Path("/proc/self/status"), Path("/proc/meminfo")
KIB_OF_A_MIB, MIB = 2**10, 2**20


def peak_mib() -> float | None:
    """Most memory that this process has held, MiB; None where it is not told (Windows)."""
    # On Linux, resource tells a fresh process of the memory of the one that started it.
    found = _told_mib(OF_THIS_PROCESS, "VmHWM")
    if found is not None:
        return found
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MIB if sys.platform == "darwin" else KIB_OF_A_MIB)


def free_mib() -> float | None:
    """Memory of this machine that is free, MiB; None where it is not told (all but Linux)."""
    return _told_mib(OF_THE_MACHINE, "MemAvailable")


def _told_mib(file: Path, name: str) -> float | None:
    """A line of a file in which Linux tells memory in KiB."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return float(found[0]) / KIB_OF_A_MIB if found else None
