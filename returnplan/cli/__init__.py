"""The command line: parse words, call the library, show progress, print; no arithmetic."""

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from returnplan.cli.completion import allocations, communities, folders
from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.language.words import LANGUAGES
from returnplan.version import __version__

BAD_INPUT, BAD_USAGE, STOPPED = 1, 2, 130
MOST_DRAWS = 10_000_000
AUDIENCES = {
    "internal": "restricted data, not for publication",
    "public": "by district, without places, hazards, roads, teams and small numbers",
}


class _Group(click.Group):
    """Commands whose foreseeable errors are one message and an exit code, never a traceback."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.help = _marked(self.help)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command; the marks of its examples become those that click knows."""
        cmd.help = _marked(cmd.help)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ScenarioError as error:
            _fail(str(error), BAD_INPUT)
        except ReturnplanError as error:
            _fail(str(error), BAD_USAGE)
        except KeyboardInterrupt:
            _fail("stopped; nothing was written", STOPPED)
        except BrokenPipeError:  # whoever read the output has enough: no message
            raise
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            _fail(f"{name}{error.strerror or error}", BAD_INPUT)


def _marked(text: str | None) -> str:
    """Turn the mark before examples into the one that click knows."""
    return (text or "").replace("\\b\n", "\b\n")


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
    from returnplan.scenario.starter import write_guide, write_starter

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _fail(f"{folder} exists and is not empty: choose another folder", BAD_USAGE)
    if settlements is None and hazards is None and teams is None:
        scenario = write_starter(folder, workbook=xlsx)
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


def _gates(_: click.Context, __: click.Parameter, word: str) -> Any:
    """Read which gates are to be in force; None: those that the scenario names."""
    from returnplan.model.conditions.gates import USER, preset_gates

    return None if word == USER else preset_gates(word)


_gates_option = click.option(
    "--gates",
    type=click.Choice(["essential", "full", "user"]),
    default="user",
    show_default=True,
    callback=_gates,
    help="Conditions for return in force; user: as the scenario says.",
)


_allocations_option = click.option(
    "-a",
    "--allocation",
    "names",
    multiple=True,
    shell_complete=allocations,
    help="Allocation; all if none.",
)


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path), shell_complete=folders)
@_gates_option
def check(scenario: Path, gates: Any) -> None:
    r"""Report every problem of a scenario at once, and what will be modelled.

    Exit code 1 if anything forbids a run; warnings alone do not.

    \b
    Example:
      returnplan check scenarios/valley
    """
    import returnplan.scenario as room
    from returnplan.scenario.dictionary import describe

    report = room.check(scenario, gates)
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


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, int] | None:
    """Read which part of the draws is meant: number from 1, and how many parts there are."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    number, shards = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= shards:
        raise click.BadParameter(f"{text!r} is no part: allowed is i/n with i from 1 to n, as 2/4")
    return number, shards


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path), shell_complete=folders)
@_allocations_option
@click.option(
    "--draws",
    type=click.IntRange(0, MOST_DRAWS),
    default=100,
    show_default=True,
    help="Draws of the uncertain numbers. 0: expected values, single dates without ranges.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Luck.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder. [default: runs/NAME]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
@click.option("--resume", is_flag=True, help="Continue the draws of a run that was stopped.")
@click.option("--workers", type=click.IntRange(1), help="Threads. [default: processor cores]")
@click.option(
    "--shard",
    metavar="i/n",
    callback=_shard,
    help="Only this part of the draws, to be merged later.",
)
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler; local: worker processes here.")
@_gates_option
def run(scenario: Path, names: tuple[str, ...], overwrite: bool, **options: Any) -> None:
    r"""Simulate allocations and write a run folder with tables and figures.

    \b
    Examples:
      returnplan run scenarios/valley
      returnplan run my_scenario -a today -a ramp --draws 400 --seed 7 --out runs/two
      returnplan run my_scenario --draws 10000 --resume
      returnplan run my_scenario --draws 10000 --shard 1/20 --out parts/1
    """
    import returnplan.scenario as room

    _check_options(options)
    report = room.check(scenario, options.pop("gates"))
    if report.scenario is None:
        raise ScenarioError(str(scenario), report.problems)
    loaded = report.scenario
    known = [header.name for header in loaded.allocations]
    for name in names:
        if name not in known:
            _fail(f"no allocation is called {name!r}; there are: {', '.join(known)}", BAD_USAGE)
    from returnplan.runs import run as run_room
    from returnplan.runs.folder import check_target
    from returnplan.scenario.dictionary import default_lines, gates_in_words
    from returnplan.show.run_folder import write_run

    target = options.pop("out") or Path("runs") / loaded.name
    request = run_room.Request(
        folder=scenario,
        scenario=loaded,
        allocations=tuple(dict.fromkeys(names)) or tuple(known),
        out=check_target(target, overwrite=overwrite),
        **options,
    )
    click.echo(f"{loaded.title or loaded.name}: {_size(loaded)}.", err=True)
    click.echo(run_room.note(request), err=True)
    click.echo(f"Gates in force, {gates_in_words(loaded.gates)}.", err=True)
    _show("Warnings, please look", report.warnings)
    shipped = len(default_lines(report))
    click.echo(f"{shipped} defaults in use: see returnplan check {scenario}", err=True)
    try:
        outcomes = _watched(lambda watcher: run_room.run(request, write_run, watcher))
    except KeyboardInterrupt:
        _fail(run_room.stopped(request), STOPPED)
    _report(outcomes, target)


def _check_options(options: dict[str, Any]) -> None:
    """Refuse options that do not go together."""
    draws, shard = options["draws"], options["shard"]
    for name in ("resume", "shard", "cluster"):
        if not draws and options[name]:
            _fail(f"--{name} needs draws, and --draws 0 has none", BAD_USAGE)
    if shard and shard[1] > draws:
        _fail(f"{draws} draws cannot be cut into {shard[1]} shards", BAD_USAGE)


def _watched(work: Callable[[Any], Any]) -> Any:
    """Do some work, with bars on a terminal and with lines in a log."""
    from returnplan.runs.machine.progress import Bars, Log

    if not _is_terminal():
        return work(Log())
    with closing(Bars()) as bars:
        return work(bars)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _report(outcomes: Sequence[Any], target: Path) -> None:
    """Print what was written."""
    from returnplan.runs.folder import FIGURES, STATEMENT
    from returnplan.scenario.dictionary import headline

    for outcome in outcomes:
        click.echo(headline(outcome))
    click.echo(STATEMENT)
    if not outcomes:
        click.echo(f"Part of the draws: {target}")
        click.echo(f"When all parts are there: returnplan merge {target} ... --out DIR")
        return
    click.echo(f"Tables: {target}")
    click.echo(f"Figures: {target / FIGURES}")


@main.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path), shell_complete=folders
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run folder.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
def merge(folders: tuple[Path, ...], out: Path, overwrite: bool) -> None:
    r"""Put the parts of a run together, in any order; refuse gaps, overlaps, different inputs.

    \b
    Example:
      returnplan merge parts/1 parts/2 parts/3 --out runs/whole
    """
    from returnplan.runs import merge as shards
    from returnplan.runs.folder import check_target
    from returnplan.show.run_folder import write_run

    target = check_target(out, overwrite=overwrite)
    try:
        outcomes = _watched(lambda watcher: shards.merge(folders, target, write_run, watcher))
    except ReturnplanError as error:
        _fail(str(error), BAD_INPUT)
    _report(outcomes, out)


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path), shell_complete=folders)
@click.argument("community", shell_complete=communities)
@_allocations_option
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
def explain(
    folder: Path, community: str, names: tuple[str, ...], what_if: bool, draws: int
) -> None:
    r"""Say why a community waits: gates, binding chain, what each cause gone would bring.

    COMMUNITY is an id, or the name of its settlement.

    \b
    Examples:
      returnplan explain runs/valley mill_east
      returnplan explain runs/karabakh "Aghdam city" -a ramp --draws 20
    """
    from returnplan.insight import explain as room

    try:
        told = room.open_run(folder)
    except ScenarioError:
        raise
    except ReturnplanError as error:
        _fail(str(error), BAD_INPUT)
    found = room.find_community(told, community)
    known = told.run.allocations
    for name in names:
        if name not in known:
            _fail(f"no allocation is called {name!r}; there are: {', '.join(known)}", BAD_USAGE)
    click.echo("\n".join(room.heading(told, found)))
    for name in dict.fromkeys(names or known):
        click.echo("\n" + "\n".join(room.explanation(told, name, found)))
        if what_if:
            answers = _watched(partial(_what_ifs, room.what_ifs, (told, name, found, draws)))
            click.echo("\n" + "\n".join(room.what_if_lines(told, answers)))


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path), shell_complete=folders)
@click.option(
    "--against",
    metavar="NAME",
    shell_complete=allocations,
    help="Allocation to compare with; the first if none.",
)
@click.option(
    "--date",
    "days",
    metavar="ISO",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date by which people are counted; repeatable. [default: each year]",
)
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for every difference.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def compare(
    folder: Path, against: str | None, days: Sequence[Any], out: Path | None, overwrite: bool
) -> None:
    r"""Compare allocations draw by draw: differences, their intervals, how often one is better.

    \b
    Examples:
      returnplan compare runs/valley
      returnplan compare runs/karabakh --against ramp --date 2026-12-31 --out ramp.csv
    """
    import returnplan.scenario as room
    from returnplan.cli.compared import shown_dates, told
    from returnplan.runs import folder as runfolder
    from returnplan.runs.ensemble import csv_bytes
    from returnplan.runs.paired import differences
    from returnplan.runs.ready_days import check_comparable

    try:
        outcome = runfolder.load_run(folder)
        check_comparable(outcome)
    except ReturnplanError as error:
        _fail(str(error), BAD_INPUT)
    dates = sorted({day.date() for day in days})
    table = differences(outcome, against, dates or None)
    target = runfolder.check_file(out, overwrite=overwrite) if out else None
    scenario = room.check(folder / runfolder.SCENARIO_COPY).scenario
    titles = {header.name: header.title for header in scenario.allocations} if scenario else {}
    click.echo("\n".join(told(outcome, titles, table, dates or shown_dates(outcome))))
    click.echo(runfolder.STATEMENT)
    if target is not None:
        runfolder.write_file(target, csv_bytes(table))
        click.echo(f"Table: {out}")


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path), shell_complete=folders)
@click.option(
    "--audience",
    type=click.Choice(list(AUDIENCES)),
    default="internal",
    show_default=True,
    help="; ".join(f"{name}: {words}" for name, words in AUDIENCES.items()) + ".",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Language of the files; what it lacks stays English.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: RUN/report]")
@click.option(
    "--profile",
    "profiles",
    metavar="COMMUNITY",
    multiple=True,
    shell_complete=communities,
    help="A page about this community; repeatable.",
)
@click.option("--contact", default="", help="Whom readers may ask.")
def report(
    folder: Path, audience: Any, language: str, contact: str, out: Path | None, **more: Any
) -> None:
    r"""Write the report (one HTML page that opens anywhere) and the brief (PDF, two pages).

    \b
    Examples:
      returnplan report runs/valley
      returnplan report runs/valley --audience public --language fr --out for_the_website
      returnplan report runs/valley --profile mill_east --profile Orchard
    """
    from returnplan.runs.folder import REPORT, STATEMENT
    from returnplan.show.findings import open_findings
    from returnplan.show.publish import publish

    try:
        findings = open_findings(folder, audience, language, contact)
    except ScenarioError:
        raise
    except ReturnplanError as error:
        _fail(str(error), BAD_INPUT)
    click.echo(f"Audience {audience}: {AUDIENCES[audience]}.", err=True)
    target = out or folder / REPORT
    written = publish(findings, target, more["profiles"], lambda name: click.echo(name, err=True))
    click.echo(STATEMENT)
    for path in written:
        click.echo(f"Wrote {path}")


def _what_ifs(ask: Callable[..., Any], question: tuple[Any, ...], watcher: Any) -> Any:
    """Run the what-ifs of one allocation under a watcher."""
    return ask(*question, watcher.drawn)


@main.command("list")
@click.argument(
    "kind", type=click.Choice(["gates", "causes", "policies", "charts", "assumptions", "columns"])
)
def list_kind(kind: str) -> None:
    r"""List gates, causes of delay, policies, charts, assumptions or columns, with one line each.

    \b
    Example:
      returnplan list gates
    """
    from returnplan.scenario.dictionary import listing

    click.echo("\n".join(listing(kind)))


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    """Read names of sizes, each once."""
    from returnplan.runs.speed.bench import SIZES

    names = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for name in names:
        if name not in SIZES:
            raise click.BadParameter(f"{name!r} is no size: allowed are {', '.join(SIZES)}")
    return names


@main.command()
@click.option(
    "--sizes",
    default="S,M",
    show_default=True,
    callback=_sizes,
    help="Made-up scenarios: S (100 settlements, 400 hazards, 20 teams), "
    "M (1,000, 5,000, 200), L (10,000, 50,000, 1,000).",
)
@click.option(
    "--scenario",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Scenario folder, with a short ensemble on one and two threads; repeatable.",
)
@click.option("--json", "target", type=click.Path(path_type=Path), help="File for the figures.")
@click.option("--no-rival", is_flag=True, help="Without the same work as a plain SimPy program.")
def bench(
    sizes: Sequence[str], folders: Sequence[Path], target: Path | None, no_rival: bool
) -> None:
    r"""Measure how fast simulations are here, beside a plain SimPy program on S and M.

    Figures compare only within one run on one machine. The first run after an
    installation also compiles, for up to a minute.

    \b
    Examples:
      returnplan bench
      returnplan bench --sizes S,M,L --scenario scenarios/karabakh --json bench.json
    """
    from returnplan.runs.speed.bench import bench as measure

    try:
        for line in measure(sizes, folders, with_rival=not no_rival, target=target):
            click.echo(line)
    except ReturnplanError as error:
        _fail(str(error), BAD_INPUT)
