"""Results for other programs: files for GIS, for the exchange of humanitarian data, for planners.

In: findings (a run for an audience). Out: bytes of files, which :func:`export` puts beside the run,
all of them or none. Public files hold districts only, by the rules and from the tables of the
public page.

``layers`` what is exported, whatever the format; ``looks`` how QGIS shows it; ``about`` what every
file says of itself. ``gpkg`` GeoPackage with styles; ``geojson``; ``hxl`` a tagged table; ``tasks``
what each team does in each month.

To add a format: one file here, a function from findings and names of allocations to bytes, and its
line in ``FORMATS``.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from returnplan.errors import ReturnplanError
from returnplan.runs.folder import check_file, write_files
from returnplan.show.exporters.geojson import geojson
from returnplan.show.exporters.gpkg import check_packages, geopackage
from returnplan.show.exporters.hxl import hxl
from returnplan.show.exporters.tasks import INTERNAL, tasks_csv, tasks_workbook
from returnplan.show.findings import Findings

Maker = Callable[[Findings, Sequence[str]], bytes]
FORMATS: Mapping[str, Mapping[str, Maker]] = {
    "gpkg": {".gpkg": geopackage},
    "geojson": {".geojson": geojson},
    "hxl": {"_hxl.csv": hxl},
    "tasks": {"_tasks.csv": tasks_csv, "_tasks.xlsx": tasks_workbook},
}
"""Files of each format: the end of the name, and what makes it."""

__all__ = ["FORMATS", "check_format", "export"]


def check_format(form: str, audience: str) -> None:
    """Refuse what cannot be made, before a run is read.

    Parameters
    ----------
    form
        Key of ``FORMATS``.
    audience
        ``internal`` or ``public``.

    Raises
    ------
    ReturnplanError
        When the audience may not have it, or a package is missing.
    """
    if form == "tasks" and audience == "public":
        raise ReturnplanError(INTERNAL)
    if form == "gpkg":
        check_packages()


def export(
    findings: Findings,
    form: str,
    out: Path | None = None,
    allocations: Sequence[str] | None = None,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write the files of a format, all of them or none.

    Parameters
    ----------
    findings
        The run, for an audience.
    form
        Key of ``FORMATS``.
    out
        File; of a format with several files the one with that ending. None: beside the run folder,
        called after it and the audience.
    allocations
        Names; None: all.
    overwrite
        Whether files that are there may be replaced.

    Returns
    -------
    list[Path]
        The files.

    Raises
    ------
    ReturnplanError
        When a file may not be written, the audience may not have it, or a package is missing.
    """
    names = findings.allocations if allocations is None else allocations
    makers = _targets(findings, form, out)
    checked = {check_file(path, overwrite=overwrite): path for path in makers}
    write_files({path: makers[asked](findings, names) for path, asked in checked.items()})
    return list(makers)


def _targets(findings: Findings, form: str, out: Path | None) -> dict[Path, Maker]:
    """Files to be written, and what makes each of them."""
    makers = FORMATS[form]
    if out is None:
        run = findings.folder.resolve()
        return {
            run.with_name(f"{run.name}-{findings.audience}{end}"): make
            for end, make in makers.items()
        }
    if len(makers) == 1:
        return dict.fromkeys([out], *makers.values())
    for end, make in makers.items():
        if out.suffix.lower() == Path(end).suffix:
            return {out: make}
    endings = " or ".join(Path(end).suffix for end in makers)
    raise ReturnplanError(f"{out} must end in {endings}")
