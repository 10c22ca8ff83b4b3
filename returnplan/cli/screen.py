"""What a person sees in a terminal: messages, the progress of a run, tables in columns."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn, TextIO, TypeVar

import click

from returnplan.errors import Problem, ReturnplanError, harmless, listed
from returnplan.runs.machine import progress
from returnplan.runs.machine.progress import Watcher

T = TypeVar("T")

BAD_INPUT, BAD_USAGE, STOPPED = 1, 2, 130
"""Exit codes."""
EVERY_S = 5.0
"""Time between two lines of a log about the draws."""
SLOW = 0.5
"""Draws a second below which the time of each is told."""


def say(text: str, *, err: bool = False) -> None:
    """Print lines: the one way by which a command does, so that no name reaches a terminal else.

    Parameters
    ----------
    text
        The lines; controls and what the terminal has no letters for are written out.
    err
        Print on the error stream.
    """
    click.echo(_fitting(text, sys.stderr if err else sys.stdout), err=err)


def _fitting(text: str, stream: TextIO) -> str:
    code = stream.encoding or "utf-8"
    return harmless(text).encode(code, "backslashreplace").decode(code)


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong, and end."""
    say(f"returnplan: {message}", err=True)
    sys.exit(code)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM, as batch systems send it, stop a command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def bad_input() -> Iterator[None]:
    """Say what is wrong with what was read, as bad input and not as bad usage."""
    try:
        yield
    except ReturnplanError as error:
        fail(str(error), BAD_INPUT)


@contextmanager
def reading(run: Any, folder: Path) -> Iterator[None]:
    """Say first whether a run is as it was written; then let contradictions be bad input."""
    from returnplan.runs.reading import UNCHECKED, ContradictionError, edited_line, fitting

    if not run.is_checked:
        say(UNCHECKED, err=True)
    if run.edited:
        say(edited_line(run))
    try:
        with fitting(folder, is_sure=run.is_intact):
            yield
    except ContradictionError as error:
        fail(str(error), BAD_INPUT)


def show_problems(title: str, problems: Sequence[Problem]) -> None:
    """Print problems of a scenario under a title, one line each; nothing when there are none."""
    if problems:
        say(f"{title} ({len(problems):,}):", err=True)
    for line in listed(problems):
        say(f"  {line}", err=True)


def show_doubts(doubts: Sequence[Problem], scenario: Path) -> None:
    """Print one line that says how many warnings doubt a scenario, and the gravest of them."""
    if doubts:
        noun = "warning" if len(doubts) == 1 else "warnings"
        text = f"{len(doubts)} {noun} about the scenario's plausibility"
        say(f"{text}: see returnplan check {scenario}. First: {doubts[0]}", err=True)


def watched(work: Callable[[Watcher], T]) -> T:
    """Do some work under a watcher, with bars on a terminal and with lines in a log."""
    if not is_terminal():
        return work(Log())
    with closing(Bars()) as bars:
        return work(bars)


def is_terminal() -> bool:
    """Whether a person sees the error stream as it is written."""
    return sys.stderr.isatty()


class Log:
    """Plain lines on the error stream, with a rate and the time left every few seconds."""

    def __init__(self) -> None:
        self._compiled_s = monotonic()
        self._began: tuple[float, int] | None = None
        self._last_s = 0.0
        self._ended_at = -1

    def say(self, line: str) -> None:
        """Print a line."""
        say(line, err=True)

    def step(self, line: str, steps: int) -> None:
        """Print a line for each step."""
        self.say(f"  {line}")

    def compiled(self, done: int, functions: int) -> None:
        """Print a line every few seconds, and one at the end.

        Parameters
        ----------
        done
            Functions that are compiled.
        functions
            All functions.
        """
        now = monotonic()
        if done == functions or now - self._compiled_s >= EVERY_S:
            self._compiled_s = now
            self.say(f"  compiled {done} of {functions} functions")

    def drawn(self, done: int, draws: int) -> None:
        """Print a line every few seconds, and one at the end.

        Parameters
        ----------
        done
            Draws that are done.
        draws
            All draws.
        """
        now = monotonic()
        if self._began is None:
            self._began, self._last_s = (now, done), now
        has_ended = self._ended_at == draws
        is_end = done >= draws and not has_ended
        if not is_end and (has_ended or now - self._last_s < EVERY_S):
            return
        self._last_s = now
        if is_end:
            self._ended_at = draws  # more of them may be asked for later
        rate = (done - self._began[1]) / max(now - self._began[0], 1e-6)
        left = f", {(draws - done) / rate:,.0f} s left" if rate and not is_end else ""
        speed = f"{1 / rate:,.1f} s each" if 0 < rate < SLOW else f"{rate:,.1f} a second"
        self.say(f"  {done:,} of {draws:,} draws, {speed}{left}")


class Bars(progress.Bars):
    """Bars on a terminal: for compilation on first use, draws, and writing the run folder."""

    def fitting(self, text: str) -> str:
        """Write out what the terminal has no letters for."""
        return _fitting(text, sys.stderr)


def aligned(rows: Sequence[Sequence[str]], words: int, numbers: int | None = None) -> list[str]:
    """Set a table in columns: words to the left, numbers to the right, the rest to the left.

    Parameters
    ----------
    rows
        Cells of each row, the header first.
    words
        How many columns stand to the left before the numbers.
    numbers
        How many columns of numbers follow; None: all others.

    Returns
    -------
    list[str]
        One line a row, moved in by two spaces.
    """
    after = len(rows[0]) if numbers is None else words + numbers
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if words <= number < after else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"  {'  '.join(cells)}".rstrip())
    return lines
