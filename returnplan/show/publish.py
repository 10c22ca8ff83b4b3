"""Report, brief and pages about communities as files: all that were asked for, or none."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from returnplan.errors import ReturnplanError
from returnplan.runs.folder import SCENARIO_COPY, clear_leftovers, read_manifest
from returnplan.scenario.background import read_background
from returnplan.show.brief import brief, community_page
from returnplan.show.findings import Findings, profile
from returnplan.show.page import report_page


def publish(
    findings: Findings,
    out: Path,
    profiles: Sequence[str] = (),
    progress: Callable[[str], None] = lambda name: None,
) -> list[Path]:
    """Write the files about a run; earlier ones of the same names go when all are there.

    Parameters
    ----------
    findings
        The run, for an audience and in a language.
    out
        Folder of the files; it may be there already.
    profiles
        Communities that get a page of their own, by id or name.
    progress
        Called with the name of each file before it is made.

    Returns
    -------
    list[Path]
        The files.

    Raises
    ------
    ReturnplanError
        When there is no such community, the audience gets no pages about communities, or the
        folder cannot be one for them.
    """
    target = _checked(out)
    described = [profile(findings, wanted) for wanted in dict.fromkeys(profiles)]
    kind = f"{findings.audience}-{findings.words.language}"
    makers: dict[str, Callable[[], bytes]] = {
        f"report-{kind}.html": partial(_report, findings),
        f"brief-{kind}.pdf": partial(brief, findings),
    }
    for about in described:
        makers[f"profile-{kind}-{about.community}.pdf"] = partial(community_page, findings, about)
    return list(_written(target, makers, progress))


def _report(findings: Findings) -> bytes:
    background, _ = read_background(findings.folder / SCENARIO_COPY)
    return report_page(findings, background).encode("utf-8")


def _checked(out: Path) -> Path:
    """Refuse a folder that cannot be made, or that is a run itself."""
    target = out.resolve()
    blocking = next((p for p in (target, *target.parents) if p.exists()), target)
    if blocking.exists() and not blocking.is_dir():
        raise ReturnplanError(f"{out} cannot be made: {blocking} is a file")
    if read_manifest(target) is not None:
        raise ReturnplanError(f"{out} is a run folder: choose a folder in it, or elsewhere")
    clear_leftovers(target)
    return target


def _written(
    target: Path, makers: dict[str, Callable[[], bytes]], progress: Callable[[str], None]
) -> Iterator[Path]:
    """Write the files beside their place, then put all of them there."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    beside.mkdir(parents=True)
    try:
        for name, make in makers.items():
            progress(name)
            (beside / name).write_bytes(make())
        target.mkdir(exist_ok=True)
        for name in makers:
            yield (beside / name).replace(target / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
