"""Who is told how a run goes on."""

from typing import Protocol


class Watcher(Protocol):
    """Is told how a run goes on."""

    def say(self, line: str) -> None:
        """Something worth a line."""

    def drawn(self, done: int, draws: int) -> None:
        """How many of the draws are done."""

    def step(self, line: str, steps: int) -> None:
        """One of the steps of writing the run folder is done."""


class Silent:
    """A watcher that does nothing with it."""

    def say(self, line: str) -> None:
        """Ignore it."""

    def drawn(self, done: int, draws: int) -> None:
        """Ignore it."""

    def step(self, line: str, steps: int) -> None:
        """Ignore it."""
