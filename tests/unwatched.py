"""Coverage looks away from what others wrote: traced, it takes twice as long to draw and to print.

A tracer is called for each line of a library too, only to find that nobody asked for that line.
:func:`look_away` takes it out for as long as the longest calls last. What they call back (how an
axis writes its numbers) is not seen either, so tests call that themselves.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pypdf
from fpdf import FPDF
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numba.core.dispatcher import Dispatcher
from pandas.core.groupby.groupby import GroupBy
from xlsxwriter import Workbook

LONG_CALLS: Mapping[Any, tuple[str, ...]] = {
    Figure: (
        *("add_subplot", "draw", "draw_without_rendering", "savefig", "subfigures", "subplots"),
        *("text",),
    ),
    Axes: (
        *("annotate", "bar", "barh", "fill_between", "hlines", "imshow", "legend", "plot"),
        *("scatter", "set_xticks", "set_yticks", "step", "text", "tick_params", "vlines"),
    ),
    FPDF: ("add_font", "image", "multi_cell", "output"),
    pypdf.PageObject: ("extract_text",),
    pypdf.PdfReader: ("__init__",),
    Workbook: ("close",),
    Dispatcher: ("compile",),
    pd: ("concat", "merge", "read_csv", "read_excel"),
    pd.DataFrame: (
        *("drop_duplicates", "groupby", "melt", "merge", "pivot", "pivot_table", "reset_index"),
        *("set_index", "sort_values", "stack", "to_csv", "to_dict", "unstack"),
    ),
    GroupBy: ("cumsum", "first", "max", "mean", "min", "size", "sum"),
}
"""Class or module, and its functions that run long and return to nobody of the package."""


_AWAY: list[tuple[Any, Any]] = []
"""Tracers that look away, the innermost last, each with what would start one in a new thread."""


@contextmanager
def unwatched() -> Iterator[None]:
    """Let coverage see nothing meanwhile, nor in new threads; it knows afterwards where it was."""
    tracer: Any = sys.gettrace()
    if not hasattr(tracer, "stop"):  # no coverage, or one that traces nothing
        yield
        return
    of_threads: Any = threading.gettrace()
    tracer.stop()
    threading.settrace(None)
    _AWAY.append((tracer, of_threads))
    try:
        yield
    finally:
        _AWAY.pop()
        threading.settrace(of_threads)
        tracer.start()


@contextmanager
def watched() -> Iterator[None]:
    """Let coverage see again meanwhile, amid what is unwatched."""
    if not _AWAY or sys.gettrace() is not None:
        yield
        return
    tracer, of_threads = _AWAY[-1]
    threading.settrace(of_threads)
    tracer.start()
    try:
        yield
    finally:
        tracer.stop()
        threading.settrace(None)


def look_away() -> None:
    """Let coverage see nothing of the long calls, from now on."""
    for owner, names in LONG_CALLS.items():
        for name in names:
            setattr(owner, name, _unseen(getattr(owner, name)))


def _unseen(original: Callable[..., Any]) -> Callable[..., Any]:
    """As :func:`unwatched`, in as few steps as possible: some of these are called often."""

    @functools.wraps(original)
    def call(*given: Any, **named: Any) -> Any:
        tracer: Any = sys.gettrace()
        if not hasattr(tracer, "stop"):
            return original(*given, **named)
        tracer.stop()
        try:
            return original(*given, **named)
        finally:
            tracer.start()

    return call
