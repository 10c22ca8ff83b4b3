"""Commands that run a scenario, put parts of a run together, compare, and measure speed."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from returnplan.cli.completion import folders
from returnplan.cli.options import (
    PATH,
    allocations_option,
    as_is_option,
    chosen,
    figures_option,
    gates_option,
    language_option,
    report_option,
    run_argument,
    scenario_argument,
)
from returnplan.cli.screen import (
    BAD_USAGE,
    STOPPED,
    bad_input,
    fail,
    say,
    show_doubts,
    show_problems,
    watched,
)
from returnplan.cli.tabled import (
    against_option,
    csv_options,
    refuse_csv_of_edited,
    tell_table,
    titles_of,
)
from returnplan.errors import ScenarioError, UnfinishedError
from returnplan.language.words import words_of
from returnplan.runs import DRAWS

MOST_DRAWS, MOST_PERCENT = 10_000_000, 100
SEED = "Random seed: same seed, same results."


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, int] | None:
    """Read which part of the draws is meant: number from 1, and how many parts there are."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    number, shards = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= shards:
        raise click.BadParameter(f"{text!r} is no part: allowed is i/n with i from 1 to n, as 2/4")
    return number, shards


def _precision(_: click.Context, __: click.Parameter, percent: float | None) -> float | None:
    """Refuse what is no precision."""
    if percent is not None and not 0 < percent <= MOST_PERCENT:
        raise click.BadParameter(
            f"{percent:g} % is no precision: allowed is more than 0, up to 100"
        )
    return percent


@click.command()
@scenario_argument
@allocations_option
@click.option(
    "--draws",
    type=click.IntRange(0, MOST_DRAWS),
    help="Draws of the uncertain numbers. 0: expected values, single dates without ranges. "
    f"[default: {DRAWS}]",
)
@click.option(
    "--precision",
    metavar="P",
    callback=_precision,
    type=float,
    help="As many draws (128 to 2,048) as it takes until the 95 % intervals of person-days and of "
    "people by the middle date are below P % of the mean, and those of differences below a tenth "
    "of their range.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help=SEED)
@click.option("--out", type=PATH, help="Run folder. [default: runs/NAME]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
@click.option("--resume", is_flag=True, help="Continue the draws of a run that was stopped.")
@click.option(
    "--workers", type=click.IntRange(1), help="Threads or processes. [default: processor cores]"
)
@click.option(
    "--processes/--threads",
    default=None,
    help="What workers are. [default: processes in long runs, threads in short ones]",
)
@click.option(
    "--shard",
    metavar="i/n",
    callback=_shard,
    help="Only this part of the draws, to be merged later.",
)
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler; local: Dask on this machine.")
@click.option("--prior", is_flag=True, help="Leave the calibration (posterior.csv) aside.")
@gates_option
@figures_option("few")
@report_option
def run(scenario: Path, names: tuple[str, ...], overwrite: bool, **options: Any) -> None:
    r"""Simulate allocations and write a run folder with tables and figures.

    \b
    Examples:
      returnplan run scenarios/valley
      returnplan run my_scenario -a today -a ramp --draws 400 --seed 7 --out runs/two
      returnplan run my_scenario --precision 1
      returnplan run my_scenario --draws 10000 --resume
      returnplan run my_scenario --draws 10000 --shard 1/20 --out parts/1
      returnplan run my_scenario --figures all --report
    """
    import returnplan.scenario as room

    _check_options(options)
    prior = options.pop("prior")
    report = room.check(scenario, options.pop("gates"), prior=prior)
    if report.scenario is None:
        raise ScenarioError(str(scenario), report.problems)
    loaded = _to_be_run(report.scenario, scenario, options, prior=prior)
    asked = chosen(names, [header.name for header in loaded.allocations])
    from returnplan.cli.described import default_lines, gates_in_words, size
    from returnplan.runs import run as run_room
    from returnplan.runs.folder import check_target
    from returnplan.show.run_folder import write_run

    target = options.pop("out") or Path("runs") / loaded.name
    request = run_room.Request(
        folder=scenario,
        scenario=loaded,
        allocations=asked,
        out=check_target(target, overwrite=overwrite),
        **options,
    )
    if request.shard and request.shard[1] > request.simulated:
        fail(f"{request.simulated} draws cannot be cut into {request.shard[1]} shards", BAD_USAGE)
    say(f"{loaded.title or loaded.name}: {size(loaded)}.", err=True)
    say(run_room.note(request), err=True)
    say(f"Gates in force, {gates_in_words(loaded.gates)}.", err=True)
    others = [problem for problem in report.warnings if problem not in report.plausibility]
    show_problems("Warnings, please look", others)
    show_doubts(report.plausibility, scenario)
    shipped = len(default_lines(report))
    say(f"{shipped} defaults in use: see returnplan check {scenario}", err=True)
    try:
        outcomes = watched(lambda watcher: run_room.run(request, write_run, watcher))
    except KeyboardInterrupt:
        fail(run_room.stopped(request), STOPPED)
    except (OSError, UnfinishedError):
        say(run_room.stopped(request), err=True)
        raise
    _say_what_was_written(outcomes, target, options)


def _to_be_run(loaded: Any, folder: Path, options: dict[str, Any], *, prior: bool) -> Any:
    """Scenario with its calibration, if that may be used; a precision does without, if asked."""
    if not loaded.posterior:
        return loaded
    from returnplan.runs.calibrated import in_force

    has_precision = options["precision"] is not None
    return in_force(loaded, prior=prior, has_precision=has_precision, folder=str(folder))


def _check_options(options: dict[str, Any]) -> None:
    """Refuse options that do not go together, and say how many draws there are at most."""
    if options["precision"] is not None:
        for name in ("draws", "shard"):
            if options[name] is not None:
                fail(f"--precision says how many draws there are: leave --{name} out", BAD_USAGE)
        from returnplan.runs.precision import MOST

        options["draws"] = MOST
    elif options["draws"] is None:
        options["draws"] = DRAWS
    draws, shard = options["draws"], options["shard"]
    for name in ("resume", "shard", "cluster"):
        if not draws and options[name]:
            fail(f"--{name} needs draws, and --draws 0 has none", BAD_USAGE)
    if options["cluster"] and options["processes"] is not None:
        fail("--cluster brings its own workers: leave --processes or --threads out", BAD_USAGE)
    if shard and options["report"]:
        fail("--report tells of all draws: give it to returnplan merge, not to a part", BAD_USAGE)
    if shard and shard[1] > draws:
        fail(f"{draws} draws cannot be cut into {shard[1]} shards", BAD_USAGE)


def _say_what_was_written(outcomes: Sequence[Any], target: Path, more: Mapping[str, Any]) -> None:
    from returnplan.cli.described import expected_values_lines, figures_line, headline
    from returnplan.runs.folder import REPORT, STATEMENT

    for outcome in outcomes:
        say(headline(outcome))
    for line in expected_values_lines(outcomes):
        say(line)
    say(STATEMENT)
    if not outcomes:
        say(f"Part of the draws: {target}")
        say(f"When all parts are there: returnplan merge {target} ... --out DIR")
        return
    say(f"Tables: {target}")
    say(figures_line(target, more["figures"]))
    for path in sorted((target / REPORT).iterdir()) if more["report"] else ():
        say(f"Wrote {path}")


@click.command()
@scenario_argument
@click.option(
    "-a",
    "--allocation",
    "names",
    required=True,
    metavar="NAME[,NAME]",
    help="Allocations that may have been the past, equally likely before the facts.",
)
@click.option(
    "--draws",
    type=click.IntRange(1, MOST_DRAWS),
    default=1_000,
    show_default=True,
    help="Draws that are weighted.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help=SEED)
@click.option("--workers", type=click.IntRange(1), help="Threads. [default: processor cores]")
def calibrate(scenario: Path, names: str, draws: int, seed: int, workers: int | None) -> None:
    r"""Weight draws by the published facts of a scenario, and write posterior.csv into it.

    Facts are the rows of the table facts whose use is fit. Every later run of the scenario takes
    its draws by these weights, unless it says --prior.

    
    Examples:
      returnplan calibrate my_scenario -a ramp --draws 1000
      returnplan calibrate my_scenario -a slow,fast --seed 7
    """
    import returnplan.scenario as room
    from returnplan.cli.calibrated import lines
    from returnplan.runs.calibrate import calibrate as weight

    report = room.check(scenario, prior=True)
    if report.scenario is None:
        raise ScenarioError(str(scenario), report.problems)
    loaded = report.scenario
    asked = chosen(names.split(","), [header.name for header in loaded.allocations])
    with bad_input():
        found = watched(
            lambda watcher: weight(loaded, asked, draws, seed, workers, watcher=watcher)
        )
    target = found.write(scenario)
    say("\n".join(lines(found)))
    say(f"Wrote {target}")
    say(f"Next: returnplan run {scenario} (with --prior: as if there were no facts)")


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, shell_complete=folders)
@click.option("--out", required=True, type=PATH, help="Run folder.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
@figures_option("few")
@report_option
def merge(folders: tuple[Path, ...], out: Path, overwrite: bool, **more: Any) -> None:
    r"""Put the parts of a run together, in any order; refuse gaps, overlaps, different inputs.

    \b
    Example:
      returnplan merge parts/1 parts/2 parts/3 --out runs/whole
    """
    from returnplan.runs import merge as shards
    from returnplan.runs.folder import check_target
    from returnplan.show.run_folder import write_run

    target = check_target(out, overwrite=overwrite)
    with bad_input():
        outcomes = watched(
            lambda watcher: shards.merge(folders, target, write_run, watcher, **more)
        )
    _say_what_was_written(outcomes, out, more)


@click.command()
@run_argument
@against_option
@click.option(
    "--date",
    "days",
    metavar="ISO",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date by which people are counted; repeatable. [default: each year]",
)
@csv_options("difference")
@language_option
@as_is_option
def compare(
    folder: Path,
    against: str | None,
    days: Sequence[Any],
    out: Path | None,
    language: str,
    **more: Any,
) -> None:
    r"""Compare allocations draw by draw: differences, their intervals, how often one is better.

    \b
    Examples:
      returnplan compare runs/valley
      returnplan compare runs/karabakh --against ramp --date 2026-12-31 --out ramp.csv
    """
    from returnplan.cli.compared import comparison, shown_dates
    from returnplan.runs.paired import differences
    from returnplan.runs.reading import load_run
    from returnplan.runs.ready_days import check_comparable

    with bad_input():
        run = load_run(folder, as_is=more["as_is"])
        check_comparable(run)
    refuse_csv_of_edited(run, out)
    dates = sorted({day.date() for day in days})
    tell_table(
        run,
        folder,
        lambda: differences(run, against, dates or None),
        lambda scenario, table: comparison(
            run, titles_of(scenario), table, dates or shown_dates(run), words_of(language)
        ),
        out=out,
        overwrite=more["overwrite"],
        language=language,
    )


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    """Read names of sizes, each once."""
    from returnplan.runs.speed.bench import SIZES

    return _names(text, "size", SIZES)


def _also(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    """Read names of what is measured, too, each once."""
    from returnplan.runs.speed.bench import ALSO

    return _names(text, "measurement", ALSO) if text else ()


def _names(text: str, kind: str, known: Collection[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is no {kind}: allowed are {', '.join(known)}")
    return names


@click.command()
@click.option(
    "--sizes",
    default="S,M",
    show_default=True,
    callback=_sizes,
    help="Made-up scenarios: S (100 settlements, 400 hazards, 20 teams), "
    "M (1,000, 5,000, 200), L (10,000, 50,000, 1,000), XL (30,000, 150,000, 3,000).",
)
@click.option(
    "--also",
    default="",
    metavar="NAMES",
    callback=_also,
    help="workers: draws a second with one process, threads, processes and Dask; "
    "start: time to compile in an empty folder.",
)
@click.option(
    "--scenario",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Scenario folder; repeatable.",
)
@click.option("--json", "target", type=PATH, help="File for the figures.")
@click.option("--no-rival", is_flag=True, help="Without the same work as a plain SimPy program.")
def bench(
    sizes: Sequence[str],
    also: Sequence[str],
    folders: Sequence[Path],
    target: Path | None,
    no_rival: bool,
) -> None:
    r"""Measure how fast simulations are here, beside a plain SimPy program on S and M.

    Figures compare only within one run on one machine. The first run after an
    installation also compiles, for up to a minute.

    \b
    Examples:
      returnplan bench
      returnplan bench --sizes S,M,L --scenario scenarios/karabakh --json bench.json
      returnplan bench --sizes M --also workers,start
    """
    from returnplan.runs.speed.bench import bench as measure

    with bad_input():
        lines = measure(sizes, folders, also=also, with_rival=not no_rival, target=target)
        for line in lines:
            say(line)
