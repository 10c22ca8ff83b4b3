"""Commands that say why."""

from pathlib import Path
from typing import Any

import click

from returnplan.cli.completion import communities
from returnplan.cli.options import (
    allocations_option,
    as_is_option,
    chosen,
    language_option,
    run_argument,
)
from returnplan.cli.screen import BAD_INPUT, bad_input, fail, reading, say, watched
from returnplan.cli.tabled import (
    against_option,
    csv_options,
    refuse_csv_of_edited,
    tell_table,
    titles_of,
)
from returnplan.language.words import Words, words_of


@click.command()
@run_argument
@click.argument("community", shell_complete=communities)
@allocations_option
@click.option(
    "--what-if/--no-what-if",
    default=True,
    show_default=True,
    help="Run again without each cause, one by one.",
)
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Draws of the run that are run again for this, from the first on.",
)
@language_option
@as_is_option
def explain(
    folder: Path, community: str, names: tuple[str, ...], language: str, as_is: bool, **more: Any
) -> None:
    r"""Say why a community waits: gates, binding chain, what removing each cause would gain.

    COMMUNITY is an id, or the name of its settlement.

    \b
    Examples:
      returnplan explain runs/valley mill_east
      returnplan explain runs/karabakh "Aghdam city" -a ramp --draws 20
    """
    from returnplan.cli.explained import explanation, heading
    from returnplan.insight.explain import find_community, open_run

    words = words_of(language)
    with bad_input():
        opened = open_run(folder, language, as_is=as_is)
    found = find_community(opened, community)
    asked = chosen(names, opened.run.allocations)
    with reading(opened.run, folder):
        say("\n".join(heading(opened, found, words)))
        for name in asked:
            say("\n" + "\n".join(explanation(opened, name, found, words)))
            if more["what_if"]:
                say("\n" + "\n".join(_what_ifs(opened, name, found, more["draws"], words)))


def _what_ifs(opened: Any, allocation: str, community: str, draws: int, words: Words) -> list[str]:
    """Run again without each cause, under a watcher."""
    from returnplan.cli.explained import what_if_lines
    from returnplan.insight.explain import what_ifs

    answers = watched(lambda watcher: what_ifs(opened, allocation, community, draws, watcher.drawn))
    return list(what_if_lines(opened, answers, words))


@click.command()
@run_argument
@against_option
@csv_options("share")
@as_is_option
def sensitivity(
    folder: Path, against: str | None, out: Path | None, overwrite: bool, as_is: bool
) -> None:
    r"""Say which uncertain assumptions drive the results, and the differences of allocations.

    \b
    Examples:
      returnplan sensitivity runs/valley
      returnplan sensitivity runs/karabakh --against ramp --out drivers.csv
    """
    from returnplan.cli.driven import drivers
    from returnplan.insight.sensitivity import sensitivity as explained
    from returnplan.insight.sensitivity import why_not
    from returnplan.runs.reading import load_run
    from returnplan.runs.ready_days import against_of

    with bad_input():
        run = load_run(folder, as_is=as_is)
    if reason := why_not(run):
        fail(reason, BAD_INPUT)
    refuse_csv_of_edited(run, out)
    tell_table(
        run,
        folder,
        lambda: explained(run, against),
        lambda scenario, table: drivers(run, titles_of(scenario), table, against_of(run, against)),
        out=out,
        overwrite=overwrite,
    )


@click.command()
@run_argument
@allocations_option
@csv_options("fact")
@as_is_option
def hindcast(
    folder: Path, names: tuple[str, ...], out: Path | None, overwrite: bool, as_is: bool
) -> None:
    r"""Hold a run against published facts of the past, beside forecasts without a model.

    Facts are rows of the scenario's table facts.

    \b
    Examples:
      returnplan hindcast runs/karabakh -a as_2022
      returnplan hindcast runs/karabakh --out facts_and_model.csv
    """
    from returnplan.cli.published import past
    from returnplan.insight.hindcast import hindcast as held
    from returnplan.insight.hindcast import why_not
    from returnplan.runs.reading import load_run

    with bad_input():
        run = load_run(folder, as_is=as_is)
    if reason := why_not(run):
        fail(reason, BAD_INPUT)
    asked = chosen(names, run.allocations)
    refuse_csv_of_edited(run, out)

    def table_of() -> Any:
        table = held(run)
        return table[table["allocation"].isin(asked)].reset_index(drop=True)

    def lines_of(scenario: Any, table: Any) -> Any:
        names_of = {place.id: place.name for place in scenario.places} if scenario else {}
        return past(run, table, asked, names_of)

    tell_table(run, folder, table_of, lines_of, out=out, overwrite=overwrite)
