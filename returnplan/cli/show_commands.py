"""Commands that write what people are given."""

from pathlib import Path
from typing import Any

import click

from returnplan.cli.completion import communities
from returnplan.cli.options import (
    PATH,
    allocations_option,
    as_is_option,
    chosen,
    figures_option,
    language_option,
    run_argument,
)
from returnplan.cli.screen import bad_input, reading, say, watched

AUDIENCES = {
    "internal": "restricted data, not for publication",
    "public": "by district, without places, hazards, roads, teams and small numbers",
}
EXPORTS = {
    "gpkg": "GeoPackage with styles for QGIS",
    "geojson": "GeoJSON",
    "hxl": "CSV with HXL tags",
    "tasks": "what each team does in each month, CSV and xlsx, internal",
}

audience_option = click.option(
    "--audience",
    type=click.Choice(list(AUDIENCES)),
    default="internal",
    show_default=True,
    help="; ".join(f"{name}: {words}" for name, words in AUDIENCES.items()) + ".",
)


@click.command()
@run_argument
@audience_option
@language_option
@click.option("--out", type=PATH, help="Folder. [default: RUN/report]")
@click.option(
    "--profile",
    "profiles",
    metavar="COMMUNITY",
    multiple=True,
    shell_complete=communities,
    help="A page about this community; repeatable.",
)
@click.option("--contact", default="", help="Whom readers may ask.")
@as_is_option
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

    with bad_input():
        findings = open_findings(folder, audience, language, contact, as_is=more["as_is"])
    say(f"Audience {audience}: {AUDIENCES[audience]}.", err=True)
    target = out or folder / REPORT
    with reading(findings.run, folder):
        profiles = more["profiles"]
        written = publish(findings, target, profiles, lambda name: say(name, err=True))
    say(STATEMENT)
    for path in written:
        say(f"Wrote {path}")


@click.command()
@run_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(list(EXPORTS)),
    required=True,
    help="; ".join(f"{name}: {words}" for name, words in EXPORTS.items()) + ".",
)
@allocations_option
@audience_option
@language_option
@click.option("--out", type=PATH, help="File. [default: beside RUN, called after it]")
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
@as_is_option
def export(folder: Path, form: str, names: tuple[str, ...], audience: Any, **more: Any) -> None:
    r"""Write results for other programs: GIS, exchange of humanitarian data, lists of tasks.

    \b
    Examples:
      returnplan export runs/valley --format gpkg
      returnplan export runs/valley --format hxl --audience public
      returnplan export runs/valley --format tasks -a today --out tasks.xlsx
    """
    from returnplan.runs.folder import STATEMENT
    from returnplan.show import exporters
    from returnplan.show.findings import open_findings

    exporters.check_format(form, audience)
    with bad_input():
        findings = open_findings(folder, audience, more["language"], as_is=more["as_is"])
    say(f"Audience {audience}: {AUDIENCES[audience]}.", err=True)
    allocations = chosen(names, findings.allocations)
    with reading(findings.run, folder):
        written = exporters.export(
            findings, form, more["out"], allocations, overwrite=more["overwrite"]
        )
    say(STATEMENT)
    for path in written:
        say(f"Wrote {path}")


@click.command()
@run_argument
@figures_option("all")
def figures(folder: Path, figures: Any) -> None:
    r"""Draw figures of a run, all of them if nothing else is said, in place of those in its folder.

    \b
    Examples:
      returnplan figures runs/valley
      returnplan figures runs/valley --figures few
    """
    from returnplan.runs.folder import STATEMENT
    from returnplan.show.run_folder import draw_run

    with bad_input():
        page = watched(lambda watcher: draw_run(folder, figures, watcher))
    say(STATEMENT)
    say(f"Figures: {page}")
