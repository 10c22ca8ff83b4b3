"""Coverage looks away from what others wrote: traced, it takes twice as long to draw and to print.

A tracer is called for each line of a library too, only to find that nobody asked for that line.
:func:`look_away` takes it out for as long as the longest calls last. What they call back (how an
axis writes its numbers) is not seen either, so tests call that themselves.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pypdf
from fpdf import FPDF
from matplotlib.figure import Figure
from numba.core.dispatcher import Dispatcher
from xlsxwriter import Workbook

LONG_CALLS: Mapping[Any, tuple[str, ...]] = {
    Figure: ("draw", "draw_without_rendering", "savefig"),
    FPDF: ("image", "multi_cell", "output"),
    pypdf.PageObject: ("extract_text",),
    pypdf.PdfReader: ("__init__",),
    Workbook: ("close",),
    Dispatcher: ("compile",),
    pd: ("concat", "merge", "read_csv", "read_excel"),
    pd.DataFrame: ("groupby", "merge", "pivot_table", "sort_values", "to_csv"),
}
"""Class or module, and its functions that run long and return to nobody of the package."""


@contextmanager
def unwatched() -> Iterator[None]:
    """Let coverage see nothing meanwhile; it knows afterwards where it was."""
    tracer: Any = sys.gettrace()
    if not hasattr(tracer, "stop"):  # no coverage, or one that traces nothing
        yield
        return
    tracer.stop()
    try:
        yield
    finally:
        tracer.start()


def look_away() -> None:
    """Let coverage see nothing of the long calls, from now on."""
    for owner, names in LONG_CALLS.items():
        for name in names:
            setattr(owner, name, _unseen(getattr(owner, name)))


def _unseen(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*given: Any, **named: Any) -> Any:
        with unwatched():
            return original(*given, **named)

    return call
