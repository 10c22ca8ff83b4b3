"""Arguments and options that several commands take."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from returnplan.cli.completion import allocations, folders
from returnplan.cli.screen import BAD_USAGE, fail
from returnplan.language.words import ENGLISH, LANGUAGES

PATH = click.Path(path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])


def _gates(_: click.Context, __: click.Parameter, word: str) -> Any:
    """Read which gates are to be in force; None: those that the scenario names."""
    from returnplan.model.conditions.gates import USER, preset_gates

    return None if word == USER else preset_gates(word)


scenario_argument = click.argument("scenario", type=PATH, shell_complete=folders)
run_argument = click.argument("folder", metavar="RUN", type=PATH, shell_complete=folders)
gates_option = click.option(
    "--gates",
    type=click.Choice(["essential", "full", "user"]),
    default="user",
    show_default=True,
    callback=_gates,
    help="Conditions for return in force; user: as the scenario says.",
)
allocations_option = click.option(
    "-a",
    "--allocation",
    "names",
    multiple=True,
    shell_complete=allocations,
    help="Allocation; all if none.",
)


as_is_option = click.option(
    "--as-is", is_flag=True, help="Read tables edited after the run; every output says so."
)

language_option = click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=ENGLISH.language,
    show_default=True,
    help="Language of what is said; what it has no words for, such as errors, stays English.",
)

report_option = click.option(
    "--report", is_flag=True, help="Write report and brief, too: internal, in English."
)


def figures_option(default: str) -> Callable[[F], F]:
    """Let a command be told which figures to draw."""
    return click.option(
        "--figures",
        type=click.Choice(["none", "few", "all"]),
        default=default,
        show_default=True,
        help="Figures to draw; few: the ten that planners print first.",
    )


def chosen(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Give the allocations that were asked for, each once; all when none was named."""
    for name in names:
        if name not in known:
            fail(f"no allocation is called {name!r}; there are: {', '.join(known)}", BAD_USAGE)
    return tuple(dict.fromkeys(names or known))
