"""A run folder is read again: every byte as the run wrote it, or somebody is told."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from returnplan.errors import ReturnplanError
from returnplan.runs.folder import (
    MANIFEST,
    READY_DAY,
    SCENARIO_COPY,
    STORED,
    read_manifest,
    scenario_files,
    sha256_of,
)
from returnplan.runs.machine.chunks import read_arrays
from returnplan.runs.results import Results
from returnplan.runs.tables import LATER
from returnplan.runs.tables.family import DECISIONS
from returnplan.runs.tables.stored import check_rows, check_widths, empty_table, read_table

EDITED = "Tables edited after the run: these numbers are not those of the model"
UNCHECKED = "not checked: this run was made by an older version"
"""What is said of a folder whose manifest does not name the bytes of its files."""


# ---------------------------------------------------------------- the manifest


def _iso(given: object) -> date:
    if not isinstance(given, str):
        raise ValueError("a date as YYYY-MM-DD")
    return date.fromisoformat(given)


def _is_time(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("a time in ISO form")
    datetime.fromisoformat(given)
    return given


class Calibrated(BaseModel):
    """What a manifest says of the facts that its draws have seen."""

    model_config = ConfigDict(strict=True)

    facts: int = Field(ge=1)
    last_fact: Annotated[date, BeforeValidator(_iso)]
    draws: int = Field(ge=1)
    seed: int = Field(ge=0)
    effective_sample: float = Field(gt=0)
    effective_draws: float | None = Field(gt=0, default=None)


class Manifest(BaseModel):
    """What a manifest must say, so that its run can be read; it may say more."""

    model_config = ConfigDict(strict=True)

    returnplan: str
    scenario: str
    title: str
    scenario_sha256: str
    scenario_start: Annotated[date, BeforeValidator(_iso)]
    horizon: Annotated[date, BeforeValidator(_iso)]
    allocations: list[str] = Field(min_length=1)
    draws: int = Field(ge=0)
    seed: int | None = Field(ge=0)
    digest: str
    command: str
    start: Annotated[str, BeforeValidator(_is_time)]
    files: dict[str, str] | None = None
    calibration: Calibrated | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.seed is None) != (self.draws == 0):
            raise ValueError("draws and seed do not belong together")
        if len(set(self.allocations)) < len(self.allocations):
            raise ValueError("an allocation is named twice")
        if self.horizon <= self.scenario_start:
            raise ValueError("the horizon is not after the start")
        return self


def _manifest(given: Mapping[str, Any]) -> Manifest:
    """Read a manifest; what is wrong becomes a ValueError that says where."""
    try:
        return Manifest.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{MANIFEST}{f', {where}' if where else ''}: {first['msg']}") from None


# ---------------------------------------------------------------- a run


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Run(Results):
    """A run folder that was read again; ready days are 32-bit there.

    Parameters
    ----------
    edited
        Files that are not as the run wrote them, read all the same.
    is_checked
        False: an older version made the run, whose manifest does not tell the bytes of its files.
    """

    edited: tuple[str, ...] = ()
    is_checked: bool = True

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the run was made."""
        return self.provenance

    @property
    def is_intact(self) -> bool:
        """Whether every file is known to be as the run wrote it."""
        return self.is_checked and not self.edited

    def __repr__(self) -> str:
        """In lines: what was run, which tables there are, and what is wrong with them."""
        lines = [super().__repr__()]
        if self.edited:
            lines.append(edited_line(self))
        if not self.is_checked:
            lines.append(UNCHECKED)
        return "\n".join(lines)


def edited_line(run: Run) -> str:
    """Say which files of a run were edited after it."""
    return f"{EDITED} ({', '.join(run.edited)})."


def load_run(folder: str | Path, *, as_is: bool = False) -> Run:
    """Read a run folder.

    Parameters
    ----------
    folder
        Folder that ``returnplan run`` or ``returnplan merge`` wrote.
    as_is
        Whether files that were edited after the run are read all the same;
        ``edited`` of the run names them.

    Returns
    -------
    Run
        Manifest, tables and ready days.

    Raises
    ------
    ReturnplanError
        When the folder is not a complete run, or a file in it is not as the run wrote it.
    """
    path = Path(folder)
    given = read_manifest(path)
    if given is None:
        raise ReturnplanError(f"{folder} is no run folder: it has no {MANIFEST} of returnplan")
    if "plan" in given:
        raise ReturnplanError(f"{folder} is a part of a run: put the parts together, with merge")
    try:
        manifest = _manifest(given)
        data = _bytes(path, manifest)
        edited = _edited(data, manifest)
        if edited and not as_is:
            raise ReturnplanError(_refusal(folder, edited))
        there = [name for name in STORED if f"{name}.csv" in data]
        tables = {name: empty_table(name) for name in STORED}
        tables |= {name: read_table(name, data[f"{name}.csv"]) for name in there}
        if edited or manifest.files is None:
            for name in there:
                check_widths(name, data[f"{name}.csv"])
            check_rows(tables, manifest.allocations)
        communities, ready_day = _ready_days(data, tables["readiness"], manifest)
        scores, casualties = _scores_and_casualties(data, manifest)
        fact_ids, modelled = _facts(data, manifest)
    except (OSError, ValueError) as error:
        raise ReturnplanError(f"{folder} is no complete run folder: {error}") from None
    return Run(
        scenario=manifest.scenario,
        start=manifest.scenario_start,
        horizon=manifest.horizon,
        allocations=tuple(manifest.allocations),
        communities=communities,
        draws=manifest.draws,
        seed=manifest.seed,
        ready_day=ready_day,
        normal_scores=scores,
        casualties=casualties,
        fact_ids=fact_ids,
        modelled=modelled,
        tables=tables,
        provenance=given,
        edited=edited,
        is_checked=manifest.files is not None,
    )


class ContradictionError(ReturnplanError):
    """Files of a run that do not fit together."""


def _refusal(folder: str | Path, names: tuple[str, ...]) -> str:
    those = "is not as the run wrote it" if len(names) == 1 else "are not as the run wrote them"
    is_copy = any(name.startswith(f"{SCENARIO_COPY}/") for name in names)
    but = "; explain and report need the scenario as it was even then" if is_copy else ""
    return (
        f"{folder} was edited after the run: {', '.join(names)} {those}. Run it again; or read it "
        f"as it is, with --as-is (in Python: as_is=True), and every output will say so{but}"
    )


@contextmanager
def fitting(folder: str | Path, *, is_sure: bool) -> Iterator[None]:
    """Say that files contradict each other, where nobody can be sure that a run wrote them.

    Parameters
    ----------
    folder
        The folder, for the message.
    is_sure
        Whether its bytes are those that a run wrote: then an error is one of the code.

    Raises
    ------
    ContradictionError
        In place of the errors that numbers raise which do not fit together.
    """
    try:
        yield
    except (ReturnplanError, OSError):
        raise
    except Exception as error:
        if is_sure:
            raise
        what = f"{type(error).__name__}: {error}"
        raise ContradictionError(
            f"the files of {folder} contradict each other ({what}): run it again"
        ) from error


# ---------------------------------------------------------------- bytes


def _bytes(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Read all files that commands look into, by their names in the folder."""
    names = [f"{name}.csv" for name in STORED if not _is_older(folder, manifest, name)]
    names += [READY_DAY] * bool(manifest.draws)
    copy = folder / SCENARIO_COPY
    if copy.is_dir():
        names += [path.relative_to(folder).as_posix() for path in scenario_files(copy)]
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        raise ValueError(f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing")
    return {name: (folder / name).read_bytes() for name in names}


def _is_older(folder: Path, manifest: Manifest, table: str) -> bool:
    """Whether a run was made by a version that did not know a table."""
    file = f"{table}.csv"
    is_named = file in manifest.files if manifest.files is not None else (folder / file).exists()
    return table in (*LATER, DECISIONS) and not is_named


def _edited(data: Mapping[str, bytes], manifest: Manifest) -> tuple[str, ...]:
    """Names of files that are others than the manifest says."""
    if manifest.files is None:
        return ()
    found = {name: sha256_of(content) for name, content in data.items()}
    copied = f"{SCENARIO_COPY}/"
    names = dict.fromkeys(data)
    if any(name.startswith(copied) for name in data):  # a folder may be passed on without its copy
        names |= dict.fromkeys(name for name in manifest.files if name.startswith(copied))
    return tuple(name for name in names if found.get(name) != manifest.files.get(name))


def _ready_days(
    data: Mapping[str, bytes], readiness: pd.DataFrame, manifest: Manifest
) -> tuple[tuple[str, ...], NDArray[np.floating[Any]] | None]:
    """Ids of the communities, and ready days by allocation, draw and community."""
    ids = tuple(readiness["community"].unique())
    if not manifest.draws:
        return ids, None
    names = ("ready_day", "allocation", "community")
    try:
        ready_day, *labels = read_arrays(io.BytesIO(data[READY_DAY]), names)
    except ValueError as error:
        raise ValueError(f"{READY_DAY}: {error}") from None
    allocations, communities = (tuple(map(str, label.ravel())) for label in labels)
    shape = (len(manifest.allocations), manifest.draws, len(ids))
    if ready_day.dtype != np.dtype("<f4") or ready_day.shape != shape:
        found, allowed = f"{ready_day.dtype} {ready_day.shape}", f"float32 {shape}"
        raise ValueError(f"{READY_DAY}, ready_day: found {found}; allowed: {allowed}")
    if list(allocations) != manifest.allocations or sorted(communities) != sorted(ids):
        raise ValueError(f"{READY_DAY}: found other allocations or communities than in the tables")
    if not (ready_day >= 0).all():
        raise ValueError(f"{READY_DAY}, ready_day: found days before the start, or no numbers")
    return communities, ready_day


def _scores_and_casualties(
    data: Mapping[str, bytes], manifest: Manifest
) -> tuple[Mapping[str, NDArray[np.float64]] | None, NDArray[np.float64] | None]:
    """Normal scores by id, and casualties by allocation; none where an older version kept none."""
    names = ("assumption", "normal_score", "casualties")
    if not manifest.draws or not _has_any(data[READY_DAY], names):
        return None, None
    try:
        assumptions, scores, casualties = read_arrays(io.BytesIO(data[READY_DAY]), names)
    except ValueError as error:
        raise ValueError(f"{READY_DAY}: {error}") from None
    ids = tuple(map(str, assumptions.ravel()))
    shapes = ((len(ids), manifest.draws), (len(manifest.allocations), manifest.draws))
    for name, array, shape in zip(names[1:], (scores, casualties), shapes, strict=True):
        if array.dtype != np.dtype("<f8") or array.shape != shape:
            found, allowed = f"{array.dtype} {array.shape}", f"float64 {shape}"
            raise ValueError(f"{READY_DAY}, {name}: found {found}; allowed: {allowed}")
    if len(set(ids)) < len(ids) or not np.isfinite(scores).all():
        raise ValueError(f"{READY_DAY}, normal_score: found an id twice, or no numbers")
    if not (np.isnan(casualties) | ((casualties >= 0) & (casualties < np.inf))).all():
        raise ValueError(f"{READY_DAY}, casualties: found numbers below 0, or without end")
    return dict(zip(ids, scores, strict=True)), casualties


def _facts(
    data: Mapping[str, bytes], manifest: Manifest
) -> tuple[tuple[str, ...], NDArray[np.float64] | None]:
    """Ids of the facts, and what the draws say of them; none where an older version kept none."""
    names = ("fact", "modelled")
    if not manifest.draws or not _has_any(data[READY_DAY], names):
        return (), None
    try:
        facts, modelled = read_arrays(io.BytesIO(data[READY_DAY]), names)
    except ValueError as error:
        raise ValueError(f"{READY_DAY}: {error}") from None
    ids = tuple(map(str, facts.ravel()))
    shape = (len(manifest.allocations), manifest.draws, len(ids))
    if modelled.dtype != np.dtype("<f8") or modelled.shape != shape:
        found, allowed = f"{modelled.dtype} {modelled.shape}", f"float64 {shape}"
        raise ValueError(f"{READY_DAY}, modelled: found {found}; allowed: {allowed}")
    if len(set(ids)) < len(ids) or (modelled < 0).any():
        raise ValueError(f"{READY_DAY}, modelled: found a fact twice, or numbers below 0")
    return ids, modelled


def _has_any(stored: bytes, names: Sequence[str]) -> bool:
    """Whether a file of arrays has one of these, readable or not."""
    with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
        return bool(set(names) & set(arrays.files))
