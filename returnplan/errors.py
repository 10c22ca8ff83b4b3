"""What can go wrong, said once: every problem of an input, with its place and what is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


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
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        verb = "allowed" if self.level == "error" else "note"
        return f"{', '.join(place)}: found {self.found}; {verb}: {self.allowed}"


class ReturnplanError(Exception):
    """Something a user can mend; its text is all that the command line prints."""


class ScenarioError(ReturnplanError):
    """A scenario folder that cannot be run, with every problem found in it.

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
        lines = [f"{folder} cannot be run: {len(errors)} {noun}", *(f"  {p}" for p in errors)]
        super().__init__("\n".join(lines))
