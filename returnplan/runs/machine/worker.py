"""What a worker process does: it is asked for chunks of draws on its standard input.

:mod:`returnplan.runs.machine.processes` starts it and speaks with it. It is a fresh program on
every system, so it needs nothing of the one that asks but the question, and it ends with that one:
it learns of its end when nobody answers.
"""

import os
import pickle
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from returnplan.runs.machine.chunks import KeptDraws, run_chunk
from returnplan.runs.machine.memory import peak_mib
from returnplan.runs.machine.runner import DrawRunner

DRAWN, WRITTEN, FAILED = "drawn", "written", "failed"
"""First words of its messages: a draw is done (may it go on?), a chunk is written, an error."""


class Wire:
    """Two pipes, on which whole objects are sent and received."""

    def __init__(self, received: IO[bytes], sent: IO[bytes]) -> None:
        self._received, self._sent = received, sent

    def send(self, *words: Any) -> None:
        """Send some words; ``OSError`` when nobody is there any more."""
        pickle.dump(words, self._sent, pickle.HIGHEST_PROTOCOL)
        self._sent.flush()

    def receive(self) -> tuple[Any, ...]:
        """Receive some words; ``EOFError`` when nobody is there any more."""
        words: tuple[Any, ...] = pickle.load(self._received)
        return words

    def close(self) -> None:
        """Say by silence that nobody is there any more."""
        self._received.close()
        with suppress(OSError):  # there really is nobody
            self._sent.close()


def serve(wire: Wire) -> NoReturn:
    """Run chunks as long as somebody asks for them; ``EOFError`` when nobody does any more."""
    folder, *question = wire.receive()
    runner, kept = DrawRunner(*question), KeptDraws(Path(folder), (0, 0))

    def goes_on() -> bool:
        wire.send(DRAWN)
        return bool(wire.receive()[0])

    while True:
        span, arrays = run_chunk(runner, wire.receive(), goes_on)
        wire.send(WRITTEN, span, kept.write(span, arrays), peak_mib())


def main() -> int:
    """Serve whoever started this process.

    Returns
    -------
    int
        Exit code.
    """
    wire = Wire(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what others print goes not between the messages
    with closing(wire):
        try:
            serve(wire)
        except (EOFError, BrokenPipeError):
            return 0
        except Exception as error:
            number = error.errno if isinstance(error, OSError) else None
            wire.send(FAILED, type(error).__name__, str(error), number)
    return 1


if __name__ == "__main__":
    sys.exit(main())
