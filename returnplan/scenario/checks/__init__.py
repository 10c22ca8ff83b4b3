"""What no single row can tell: references, duplicates, dates, and what the model cannot do.

Each check is one function that yields problems, and all of them run, so that a planner sees every
problem at once. One fault gives one message: a check relies on the good cells of rows with other
faults, and where a fault hides what a check needs, the check assumes the best.

To add a check, write one function in the file of its theme and decorate it with ``@check``: it
takes the `Draft` and yields ``draft.problem(...)`` for what forbids a run, ``draft.doubt(...)`` for
what a planner should look at. Give it one fault and one just-legal row in
``tests/scenario/checks``. Messages stand in the order of `THEMES`, and of the functions in a theme.

Themes of `PLAUSIBILITY` ask whether rows that are allowed can be meant. They are asked last, and
only of a scenario without errors: each row is whole. What would change the result most comes first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType

from returnplan.errors import Problem
from returnplan.scenario.checks import (
    access,
    chance,
    dates,
    facts,
    figures,
    numbers,
    posterior,
    reach,
    references,
    serving,
    size,
    whereabouts,
    work,
)
from returnplan.scenario.checks.draft import CHECKS, Draft

THEMES = (references, dates, facts, numbers, chance, posterior, reach, work, size)
PLAUSIBILITY = (access, serving, figures, whereabouts)


def _merged(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each error; of warnings that say the same of many rows, the first with their number."""
    groups: dict[tuple[str, str | None, str], list[Problem]] = {}
    for problem in problems:
        if problem.level == "error":
            yield problem
        else:
            groups.setdefault((problem.file, problem.column, problem.allowed), []).append(problem)
    for first, *others in groups.values():
        if others:
            rows = "row" if len(others) == 1 else "rows"
            found = f"{first.found} (and {len(others):,} more {rows} like it)"
            yield replace(first, found=found)
        else:
            yield first


def run_checks(draft: Draft, themes: Sequence[ModuleType] = THEMES) -> list[Problem]:
    """All problems that the checks of some themes find, in the order of the checks.

    Parameters
    ----------
    draft
        What could be read.
    themes
        Modules of checks.

    Returns
    -------
    list[Problem]
        Errors and warnings; a warning that many rows share stands once.
    """
    return [
        problem
        for theme in themes
        for function in CHECKS[theme.__name__]
        for problem in _merged(function(draft))
    ]
