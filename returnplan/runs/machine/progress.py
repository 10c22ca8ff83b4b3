"""Who is told how a run goes on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO


class Watcher(Protocol):
    """Is told how a run goes on."""

    def say(self, line: str) -> None:
        """Something worth a line."""

    def compiled(self, done: int, functions: int) -> None:
        """How many of the functions are compiled, on first use."""

    def drawn(self, done: int, draws: int) -> None:
        """How many of the draws are done."""

    def step(self, line: str, steps: int) -> None:
        """One of the steps of writing the run folder is done."""


class Silent:
    """A watcher that does nothing with it."""

    def say(self, line: str) -> None:
        """Ignore it."""

    def compiled(self, done: int, functions: int) -> None:
        """Ignore it."""

    def drawn(self, done: int, draws: int) -> None:
        """Ignore it."""

    def step(self, line: str, steps: int) -> None:
        """Ignore it."""


SILENT = Silent()


class Plain(Silent):
    """A watcher for Python: prints what is worth a line on the error stream."""

    def say(self, line: str) -> None:
        """Print a line."""
        sys.stderr.write(f"returnplan: {line}\n")


PLAIN = Plain()


class Bars:
    """Bars on a stream: for compilation on first use, draws, and writing the run folder."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._unit = ""

    @property
    def stream(self) -> TextIO:
        """Where they are shown: on the error stream."""
        return sys.stderr

    def fitting(self, text: str) -> str:
        """Give a text as the stream takes it."""
        return text

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        from tqdm import tqdm

        tqdm.write(self.fitting(line), file=self.stream)

    def compiled(self, done: int, functions: int) -> None:
        """Show how many functions are compiled.

        Parameters
        ----------
        done
            Functions that are compiled.
        functions
            All functions.
        """
        bar = self._of("functions", functions, 0)
        bar.update(done - bar.n)

    def drawn(self, done: int, draws: int) -> None:
        """Show how many draws are done.

        Parameters
        ----------
        done
            Draws that are done.
        draws
            All draws.
        """
        bar = self._of("draws", draws, done)
        bar.total = draws  # with a precision, more are asked for later
        bar.update(done - bar.n)

    def step(self, line: str, steps: int) -> None:
        """Show the next step.

        Parameters
        ----------
        line
            What has been done.
        steps
            All steps.
        """
        bar = self._of("steps", steps, 0)
        bar.set_description_str(self.fitting(line))
        bar.update()

    def close(self) -> None:
        """Leave the last bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _of(self, unit: str, total: int, initial: int) -> Any:
        if self._bar is None or self._unit != unit:
            from tqdm import tqdm

            self.close()
            self._unit = unit
            form = "{l_bar}{bar:20}| {n_fmt}/{total_fmt} " + unit + ", {rate_fmt}, {remaining} left"
            self._bar = tqdm(
                total=total,
                initial=initial,
                unit=unit.removesuffix("s"),
                file=self.stream,
                bar_format=form,
            )
        return self._bar


class OnPage(Bars):
    """Bars below the cell of a notebook, among what it prints: nothing is wrong."""

    @property
    def stream(self) -> TextIO:
        """Where they are shown."""
        return sys.stdout


def in_notebook() -> bool:
    """Whether a person reads in a notebook: the process is the kernel of one."""
    python = sys.modules.get("IPython")
    shell = None if python is None else python.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def watching(given: Watcher | None, otherwise: Watcher) -> Iterator[Watcher]:
    """Give who is told how a function that people call in Python goes on.

    Parameters
    ----------
    given
        Who is to be told; None: bars in a notebook.
    otherwise
        Who is told where there is no notebook.
    """
    if given is not None or not in_notebook():
        yield given or otherwise
        return
    bars = OnPage()
    try:
        yield bars
    finally:
        bars.close()
