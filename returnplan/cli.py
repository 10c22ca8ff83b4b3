"""The command line: parse words, call the library, show progress, print; no arithmetic."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.version import __version__

BAD_INPUT, BAD_USAGE = 1, 2


class _Group(click.Group):
    """Commands whose foreseeable errors are one message and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ScenarioError as error:
            _fail(str(error), BAD_INPUT)
        except ReturnplanError as error:
            _fail(str(error), BAD_USAGE)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            _fail(f"{name}{error.strerror or error}", BAD_INPUT)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"returnplan: {message}", err=True)
    sys.exit(code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="returnplan")
def main() -> None:
    r"""Plan when conditions for return can be met: clearance, roads, services, teams.

    \b
    First steps:
      returnplan new my_scenario
      returnplan check my_scenario
      returnplan run my_scenario --out runs/first
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--settlements", type=click.IntRange(1), help="Made-up scenario: settlements.")
@click.option("--hazards", type=click.IntRange(0), help="Made-up scenario: hazards.")
@click.option("--teams", type=click.IntRange(1), help="Made-up scenario: teams.")
@click.option("--seed", type=int, default=1, show_default=True, help="Luck of the made-up one.")
@click.option("--xlsx", is_flag=True, help="Tables as sheets of one workbook instead of CSV.")
def new(
    folder: Path,
    settlements: int | None,
    hazards: int | None,
    teams: int | None,
    seed: int,
    xlsx: bool,
) -> None:
    r"""Write a small commented scenario to start from, or a made-up one of any size.

    \b
    Examples:
      returnplan new my_scenario
      returnplan new big --settlements 1000 --hazards 5000 --teams 200 --seed 1
    """
    import returnplan.scenario as room
    from returnplan.starter import write_guide, write_starter

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _fail(f"{folder} exists and is not empty: choose another folder", BAD_USAGE)
    if settlements is None and hazards is None and teams is None:
        scenario = write_starter(folder, workbook=xlsx)
    else:
        from returnplan.synthetic import synthetic

        count = settlements or 10
        scenario = synthetic(
            settlements=count,
            hazards=4 * count if hazards is None else hazards,
            teams=teams or max(7, count // 5),
            seed=seed,
        )
        (room.write_workbook if xlsx else room.write)(scenario, folder)
    write_guide(scenario, folder)
    click.echo(f"Wrote {folder}: {_size(scenario)}.")
    click.echo(f"What each file and column means stands in {folder / 'README.md'}.")
    click.echo(f"Next: returnplan check {folder}")


def _size(scenario: Any) -> str:
    people = sum(c.people for c in scenario.communities)
    return (
        f"{len(scenario.communities)} communities with {people:,} people, "
        f"{len(scenario.roads)} roads, {len(scenario.hazards)} hazards, "
        f"{len(scenario.works)} works, {len(scenario.allocations)} allocations"
    )


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
def check(scenario: Path) -> None:
    r"""Report every problem of a scenario at once, and what will be modelled.

    Exit code 1 if anything forbids a run; warnings alone do not.

    \b
    Example:
      returnplan check scenarios/valley
    """
    import returnplan.scenario as room
    from returnplan.describe import describe

    report = room.check(scenario)
    _show("Errors, the scenario cannot be run", report.errors)
    _show("Warnings, it can be run but please look", report.warnings)
    if report.scenario is None:
        noun = "problem" if len(report.errors) == 1 else "problems"
        _fail(f"{scenario} cannot be run: {len(report.errors)} {noun}", BAD_INPUT)
    click.echo("\n".join(describe(report)))


def _show(title: str, problems: Sequence[Problem]) -> None:
    if problems:
        click.echo(f"{title} ({len(problems)}):", err=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("-a", "--allocation", "names", multiple=True, help="Allocation; all if none.")
@click.option(
    "--draws",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="0: expected values, single dates without ranges.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder. [default: runs/NAME]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
def run(
    scenario: Path, names: tuple[str, ...], draws: int, out: Path | None, overwrite: bool
) -> None:
    r"""Simulate allocations and write a run folder with tables and figures.

    \b
    Examples:
      returnplan run scenarios/valley
      returnplan run my_scenario -a today -a ramp --draws 0 --out runs/two
    """
    import returnplan.scenario as room

    if draws > 0:
        _fail("this version runs on expected values only: say --draws 0", BAD_USAGE)
    report = room.check(scenario)
    if report.scenario is None:
        raise ScenarioError(str(scenario), report.problems)
    loaded = report.scenario
    known = [header.name for header in loaded.allocations]
    for name in names:
        if name not in known:
            _fail(f"no allocation is called {name!r}; there are: {', '.join(known)}", BAD_USAGE)
    from returnplan import figures
    from returnplan import run as run_room
    from returnplan.describe import default_lines

    chosen = list(dict.fromkeys(names)) or known
    target = out or Path("runs") / loaded.name
    folder = run_room.check_target(target, overwrite=overwrite)
    click.echo(f"{loaded.title or loaded.name}: {_size(loaded)}.", err=True)
    click.echo(run_room.EXPECTED_VALUES_NOTE, err=True)
    _show("Warnings, please look", report.warnings)
    shipped = len(default_lines(report))
    click.echo(f"{shipped} defaults in use: see returnplan check {scenario}", err=True)
    steps = run_room.run_steps(len(chosen), figures.count(len(chosen)))
    outcomes = _with_bar(
        steps, lambda progress: run_room.run(scenario, loaded, chosen, folder, progress)
    )
    for outcome in outcomes:
        click.echo(_headline(outcome))
    click.echo(run_room.STATEMENT)
    click.echo(f"Tables: {target}")
    click.echo(f"Figures: {target / 'figures'}")


def _with_bar(steps: int, work: Callable[[Callable[[str], None]], Any]) -> Any:
    """Run some work with a progress bar on the error stream; in a log, one line a step."""
    if not sys.stderr.isatty():
        return work(lambda line: click.echo(f"  {line}", err=True))
    from tqdm import tqdm

    bar_format = "{l_bar}{bar:20}| {n_fmt}/{total_fmt} steps, {rate_fmt}, {remaining} left"
    with tqdm(total=steps, unit="step", file=sys.stderr, bar_format=bar_format) as bar:

        def progress(line: str) -> None:
            bar.set_description_str(line)
            bar.update()

        return work(progress)


def _headline(outcome: Any) -> str:
    from returnplan.describe import headline

    return headline(outcome)


@main.command("list")
@click.argument(
    "kind", type=click.Choice(["gates", "policies", "charts", "assumptions", "columns"])
)
def list_kind(kind: str) -> None:
    r"""List gates, policies, charts, assumptions or columns of tables, with one line each.

    \b
    Example:
      returnplan list gates
    """
    from returnplan.describe import listing

    click.echo("\n".join(listing(kind)))
