"""A table about a run: told in lines, and written as CSV where that is asked for."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from returnplan.cli.completion import allocations
from returnplan.cli.options import PATH, F
from returnplan.cli.screen import BAD_USAGE, aligned, fail, reading, say
from returnplan.domain import AUTHORITY, STATEMENT
from returnplan.language.words import ENGLISH, words_of

if TYPE_CHECKING:
    import pandas as pd

    from returnplan.domain import Scenario

Titles = Mapping[str, str]

against_option = click.option(
    "--against",
    metavar="NAME",
    shell_complete=allocations,
    help="Allocation to compare with; the first if none.",
)


def csv_options(rows: str) -> Callable[[F], F]:
    """Let a command write its table as a file."""
    out = click.option("--out", type=PATH, help=f"CSV file for every {rows}.")
    overwrite = click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
    return lambda command: out(overwrite(command))


def refuse_csv_of_edited(run: Any, out: Path | None) -> None:
    """End before anything is worked out, where a CSV file would hide that tables were edited."""
    if out and run.edited:
        fail("a CSV file cannot say that tables were edited: leave --out or --as-is out", BAD_USAGE)


def tell_table(  # noqa: PLR0913 - a command tells it all that it was told
    run: Any,
    folder: Path,
    table_of: "Callable[[], pd.DataFrame]",
    lines_of: "Callable[[Scenario | None, pd.DataFrame], Iterable[str]]",
    *,
    out: Path | None,
    overwrite: bool,
    language: str = ENGLISH.language,
) -> None:
    """Work a table out, print its lines, and write it.

    Parameters
    ----------
    run, folder
        A run that was read again (:class:`returnplan.Run`), and where it stands.
    table_of
        Gives the table.
    lines_of
        Takes the scenario of the run, if it can still be read, and the table; gives the lines.
    out
        CSV file; None: none is written.
    overwrite
        Whether a file that is there may be replaced.
    language
        Code of the language in which the scenario is said, as far as it has words in it.
    """
    import returnplan.scenario as room
    from returnplan.runs import folder as runfolder
    from returnplan.runs.ensemble import csv_bytes
    from returnplan.scenario.translated import in_language

    with reading(run, folder):
        table = table_of()
        target = runfolder.check_file(out, overwrite=overwrite) if out else None
        scenario = room.check(folder / runfolder.SCENARIO_COPY).scenario
        said = in_language(scenario, language) if scenario else None
        say("\n".join(lines_of(said, table)))
    words = words_of(language)
    say(words.say(STATEMENT, authority=words.say(AUTHORITY)))
    if target is not None:
        runfolder.write_file(target, csv_bytes(table))
        say(f"Table: {out}")


def titles_of(scenario: "Scenario | None") -> Titles:
    """Titles by name of the allocation, as far as they are known; of the scenario by no name."""
    if scenario is None:
        return {}
    titles = {header.name: header.title for header in scenario.allocations}
    return titles | {"": scenario.title}


def opening(run: Any, titles: Titles, what: str) -> list[str]:
    """Say of which run a table is, and which allocations it has.

    Parameters
    ----------
    run
        A run that was read again (:class:`returnplan.Run`).
    titles
        As :func:`titles_of` gives them.
    what
        What the table tells, behind the title of the scenario.
    """
    manifest = run.manifest
    named = [(name, titles.get(name, "")) for name in run.allocations]
    title = titles.get("") or manifest["title"] or manifest["scenario"]
    return [f"{title}: {what}", "", *aligned(named, words=2)]
