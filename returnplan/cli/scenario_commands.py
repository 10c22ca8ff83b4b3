"""Commands about a scenario: write a new one, check one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from returnplan.cli.options import PATH, gates_option, language_option, scenario_argument
from returnplan.cli.screen import BAD_INPUT, BAD_USAGE, fail, say, show_problems
from returnplan.language.words import words_of


@click.command()
@click.argument("folder", type=PATH)
@click.option("--settlements", type=click.IntRange(1), help="Made-up scenario: settlements.")
@click.option("--hazards", type=click.IntRange(0), help="Made-up scenario: hazards.")
@click.option("--teams", type=click.IntRange(1), help="Made-up scenario: teams.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Made-up scenario: random seed."
)
@click.option(
    "--from-library",
    is_flag=True,
    help="Asset types, rates, works and calendars from the library of starting values.",
)
@click.option("--xlsx", is_flag=True, help="Tables as sheets of one workbook instead of CSV.")
def new(
    folder: Path,
    settlements: int | None,
    hazards: int | None,
    teams: int | None,
    seed: int,
    **more: Any,
) -> None:
    r"""Write a small commented scenario to start from, or a made-up one of any size.

    \b
    Examples:
      returnplan new my_scenario
      returnplan new my_scenario --from-library
      returnplan new big --settlements 1000 --hazards 5000 --teams 200 --seed 1
    """
    import returnplan.scenario as room
    from returnplan.cli.described import size
    from returnplan.scenario.library import assumed_words
    from returnplan.scenario.starter import write_guide, write_starter

    xlsx, from_library = more["xlsx"], more["from_library"]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} exists and is not empty: choose another folder", BAD_USAGE)
    is_made_up = not (settlements is None and hazards is None and teams is None)
    if is_made_up and from_library:
        fail("--from-library is for the small scenario: leave sizes out", BAD_USAGE)
    with _all_or_nothing(folder):
        if not is_made_up:
            scenario = write_starter(folder, workbook=xlsx, from_library=from_library)
        else:
            from returnplan.scenario.synthetic import synthetic

            count = settlements or 10
            scenario = synthetic(
                settlements=count,
                hazards=4 * count if hazards is None else hazards,
                teams=teams or max(7, count // 5),
                seed=seed,
            )
            (room.write_workbook if xlsx else room.write)(scenario, folder)
        write_guide(scenario, folder, from_library=from_library)
    say(f"Wrote {folder}: {size(scenario)}.")
    if from_library:
        say(
            "Asset types, rates, works and calendars are starting values of the library, with "
            f"their ranges and sources in README.md. {assumed_words()}"
        )
    say(f"What each file and column means stands in {folder / 'README.md'}.")
    say(f"Next: returnplan check {folder}")


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Remove what was written into a new or empty folder when anything goes wrong."""
    made = [path for path in (*reversed(folder.parents), folder) if not path.exists()]
    try:
        yield
    except BaseException:
        for path in made[:1] or folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


@click.command()
@scenario_argument
@gates_option
@language_option
def check(scenario: Path, gates: Any, language: str) -> None:
    r"""Report every problem of a scenario at once, and what will be modelled.

    Exit code 1 if anything forbids a run; warnings alone do not.

    \b
    Example:
      returnplan check scenarios/valley
    """
    import returnplan.scenario as room
    from returnplan.cli.described import describe

    report = room.check(scenario, gates)
    show_problems("Errors, the scenario cannot be run", report.errors)
    show_problems("Warnings, it can be run but please look", report.warnings)
    if report.scenario is None:
        noun = "problem" if len(report.errors) == 1 else "problems"
        fail(f"{scenario} cannot be run: {len(report.errors)} {noun}", BAD_INPUT)
    say("\n".join(describe(report, words_of(language))))
    if report.scenario.posterior:
        from returnplan.runs.calibrated import stale, told, words

        made = words(told(report.scenario, None))
        say(f"Calibration: {stale(report.scenario, str(scenario)) or made}.")
