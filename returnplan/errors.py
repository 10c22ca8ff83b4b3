"""What can go wrong, said once: every problem of an input, with its place and what is allowed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
MOST_PLACE, MOST_FOUND, MOST_ALLOWED = 100, 300, 1_500
"""Characters of a message: of a file or column, of what is found, of what is allowed."""
MOST_LISTED = 20
"""Problems of one file that a list shows; it counts the others."""
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Line ends, controls, marks that turn the order of letters, and what is no character."""

ISOLATES = "\u2066\u2068\u2069"
"""Marks around a part of a line whose direction is its own; the last one ends it."""


def harmless(text: str) -> str:
    r"""Write controls out, but for line ends: a name then does nothing to a terminal.

    Marks around a part of a line whose direction is its own stay in pairs: outside of them they
    change nothing.

    Examples
    --------
    >>> print(harmless("a\x1b[2Jb\u202ec\u2068d"))
    a\x1b[2Jb\u202ec\u2068d
    """
    return "\n".join(map(_harmless_line, text.split("\n")))


def _harmless_line(line: str) -> str:
    kept = ISOLATES if _is_paired(line) else ""
    return CONTROL.sub(lambda sign: sign[0] if sign[0] in kept else repr(sign[0])[1:-1], line)


def _is_paired(line: str) -> bool:
    """Whether each mark that begins an isolate has its end."""
    depth = 0
    for sign in re.findall(f"[{ISOLATES}]", line):
        depth += -1 if sign == ISOLATES[-1] else 1
        if depth < 0:
            return False
    return depth == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, or doubtful, in a scenario folder.

    Parameters
    ----------
    level
        ``error``: the scenario cannot be run. ``warning``: it can, but a planner should look.
    file
        File (or sheet of a workbook) in which the problem stands.
    row
        Row as a spreadsheet counts it: the header is row 1. None: the file as a whole.
    column
        Name of the column or key. None: the row as a whole.
    found
        What stands there.
    allowed
        What may stand there, or what follows for the model.
    """

    level: Level = "error"
    file: str
    row: int | None = None
    column: str | None = None
    found: str
    allowed: str

    def __str__(self) -> str:
        place = [_short(self.file, MOST_PLACE)]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {_short(self.column, MOST_PLACE)}")
        verb = "allowed" if self.level == "error" else "note"
        found, allowed = _short(self.found, MOST_FOUND), _short(self.allowed, MOST_ALLOWED)
        return f"{', '.join(place)}: found {found}; {verb}: {allowed}"


def _short(text: str, most: int) -> str:
    """A text in one line, not too long, that does nothing to a terminal."""
    part = text if len(text) <= most else f"{text[:most]}..."
    return part if part.isprintable() else repr(part)[1:-1]


def listed(problems: Iterable[Problem]) -> Iterator[str]:
    """Problems as lines, the first ones of each file, with the number of the others behind them.

    Parameters
    ----------
    problems
        In the order of the list.

    Yields
    ------
    str
        One line each.
    """
    count: Counter[str] = Counter()
    for problem in problems:
        count[problem.file] += 1
        if count[problem.file] <= MOST_LISTED:
            yield str(problem)
    for file, number in count.items():
        if number > MOST_LISTED:
            yield f"{_short(file, MOST_PLACE)}: and {number - MOST_LISTED:,} more"


class ReturnplanError(Exception):
    """Something a user can mend; its text is all that the command line prints."""


class UnfinishedError(ReturnplanError):
    """Draws that could not be finished where they were run; those that are done are kept."""


class ScenarioError(ReturnplanError):
    """A scenario folder that cannot be run, with the problems found in it.

    Parameters
    ----------
    folder
        The folder that was read.
    problems
        All problems, errors first.
    """

    def __init__(self, folder: str, problems: Iterable[Problem]) -> None:
        self.folder = folder
        self.problems = tuple(problems)
        errors = [p for p in self.problems if p.level == "error"]
        noun = "problem" if len(errors) == 1 else "problems"
        lines = [f"{folder} cannot be run: {len(errors):,} {noun}"]
        lines += [f"  {line}" for line in listed(errors)]
        super().__init__("\n".join(lines))
