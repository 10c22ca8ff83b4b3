"""Who is told how a run goes on."""

import sys
from typing import Protocol


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


class Plain(Silent):
    """A watcher for Python: prints what is worth a line on the error stream."""

    def say(self, line: str) -> None:
        """Print a line."""
        sys.stderr.write(f"returnplan: {line}\n")


PLAIN = Plain()
