"""Run allocations on many draws, on this machine or a cluster: distributions instead of dates."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.runs.machine import chunks
from returnplan.runs.tables import ranges
from returnplan.model.account import tables_of
from returnplan.runs.machine.chunks import Chunks, Kept, Progress, ignore
from returnplan.domain import Scenario
from returnplan.model.effects.harm import harm_table
from returnplan.model.conditions.gates import NEVER_S
from returnplan.model.simulation import Programme, warm_up
from returnplan.units import DAY_S, date_to_seconds, horizon_date
from returnplan.version import __version__

Tables = Mapping[str, pd.DataFrame]
RANGED = (
    *("summary", "readiness", "people_met", "gates", "delays", "key_roads", "returns"),
    *("costs", "harm", "scores", "residual_risk", "land_release"),
)
"""Tables whose numbers come from the draws."""
BEYOND_DATES = ("delays", "key_roads", "returns", "costs", "scores", "residual_risk")
"""Those of them that the accounts give."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ensemble:
    """What allocations bring, over the same draws.

    Parameters
    ----------
    scenario
        Name of the scenario.
    start, horizon
        First day, and the date after which nothing is shown.
    allocations, communities
        Names and ids, in the order of ``ready_day``.
    draws
        Number of draws.
    seed
        Seed of the draws.
    ready_day
        Allocation x draw x community: days from the start, ``inf`` when not within the horizon.
    summary, readiness, people_met, gates, delays, key_roads, returns, costs, harm, scores
        Tables with the columns of :class:`returnplan.Outcome`, allocations one under another.
        Dates and numbers of people are medians (p50) with a range (p10 to p90).
    residual_risk, land_release
        The same.
    provenance
        ``returnplan`` (version), ``scenario_sha256`` (if known), ``digest`` of the results.
    """

    scenario: str
    start: date
    horizon: date
    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    draws: int
    seed: int
    ready_day: NDArray[np.float64]
    summary: pd.DataFrame
    readiness: pd.DataFrame
    people_met: pd.DataFrame
    gates: pd.DataFrame
    delays: pd.DataFrame
    key_roads: pd.DataFrame
    returns: pd.DataFrame
    costs: pd.DataFrame
    harm: pd.DataFrame
    scores: pd.DataFrame
    residual_risk: pd.DataFrame
    land_release: pd.DataFrame
    provenance: Mapping[str, str | None]


def ensemble(  # noqa: PLR0913 - what to run, and where
    scenario: Scenario,
    allocations: Sequence[str],
    draws: int,
    seed: int = 1,
    workers: int | None = None,
    *,
    cluster: str | None = None,
    progress: Progress = ignore,
) -> Ensemble:
    """Run allocations on draws of all uncertain numbers (model §9).

    Every allocation sees the same draws. The result does not depend on ``workers`` or ``cluster``,
    and its first draws are those of a run with fewer.

    Parameters
    ----------
    scenario
        The scenario.
    allocations
        Names of its allocations.
    draws
        Number of draws.
    seed
        Seed of the draws.
    workers
        Threads (``cluster="local"``: processes); None: the processor cores that may be used.
    cluster
        Address of a Dask scheduler, or ``local`` for worker processes on this machine. None:
        threads.
    progress
        Called with the number of draws done.

    Returns
    -------
    Ensemble
        Ready days by draw, and tables with ranges.

    Raises
    ------
    KeyError
        When the scenario has no allocation of that name.
    ValueError
        When there are no draws or no allocations.

    Examples
    --------
    >>> import returnplan as rp
    >>> spread = rp.ensemble(rp.load("scenarios/valley"), ["today"], draws=20)
    >>> spread.ready_day.shape
    (1, 20, 7)
    """
    names = tuple(dict.fromkeys(allocations))
    if draws < 1 or not names:
        raise ValueError(f"draws and allocations must be at least 1, got {draws} and {len(names)}")
    for name in names:
        scenario.allocation(name)
    warm_up()
    programme = Programme(scenario, names, seed)
    with tempfile.TemporaryDirectory(prefix="returnplan-", ignore_cleanup_errors=True) as folder:
        kept = Kept(Path(folder), (0, draws))
        if cluster is None:
            chunks.run_on_threads(programme, kept, workers, progress)
        else:
            from returnplan.runs.machine.cluster import run_on_cluster

            run_on_cluster(cluster, (scenario, names, seed), kept, workers, progress)
        return assemble(scenario, programme, kept.chunks(), seed)


def assemble(
    scenario: Scenario,
    programme: Programme,
    drawn: Chunks,
    seed: int,
    scenario_sha256: str | None = None,
) -> Ensemble:
    """Put finished draws together; one field of one allocation is in memory at a time.

    Parameters
    ----------
    scenario
        The scenario.
    programme
        The programme that was run.
    drawn
        All draws.
    seed
        Seed of the draws.
    scenario_sha256
        SHA-256 of the scenario's files, if known.

    Returns
    -------
    Ensemble
        Distributions and tables.
    """
    horizon = horizon_date(scenario.start, scenario.horizon_years)
    horizon_s = date_to_seconds(horizon, scenario.start)
    settlement_no = {name: number for number, name in enumerate(programme.settlements)}
    of_community = [settlement_no[community.settlement] for community in scenario.communities]
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in RANGED}
    days = []
    casualties: dict[str, Mapping[str, NDArray[np.float64]]] = {}
    for number, name in enumerate(programme.allocations):
        gate_s = drawn.read("gate_s", number)
        judged = ranges.judge_draws(programme.gates, gate_s, horizon_s)
        failed = gate_s.max(axis=2, initial=0) > horizon_s
        del gate_s
        told = tables_of(
            programme.books,
            programme.keepers[number],
            name,
            partial(drawn.read, allocation=number),
            failed,
        )
        verdicts = {settlement: judged.at(no) for settlement, no in settlement_no.items()}
        ready_s = judged.ready_s[:, of_community]
        released_m2 = drawn.read("released_m2", number)
        found["summary"].append(ranges.summary_table(scenario, name, ready_s, told))
        found["readiness"].append(ranges.readiness_table(scenario, name, verdicts, told.scored))
        found["people_met"].append(ranges.people_met_table(scenario, name, ready_s, told.totals))
        for table in BEYOND_DATES:
            found[table].append(getattr(told, table))
        casualties[name] = told.casualties
        found["gates"].append(ranges.gates_table(scenario, name, settlement_no, judged))
        found["land_release"].append(ranges.land_release_table(name, programme.cells, released_m2))
        days.append(np.where(ready_s == NEVER_S, np.inf, ready_s / DAY_S))
    found["harm"].append(harm_table(scenario, programme.allocations, casualties))
    ready_day = np.stack(days)
    tables = {name: one_under_another(parts) for name, parts in found.items()}
    digest = digest_of({name: csv_bytes(table) for name, table in tables.items()}, ready_day)
    return Ensemble(
        scenario=scenario.name,
        start=scenario.start,
        horizon=horizon,
        allocations=programme.allocations,
        communities=tuple(community.id for community in scenario.communities),
        draws=ready_day.shape[1],
        seed=seed,
        ready_day=ready_day,
        provenance={
            "returnplan": __version__,
            "scenario_sha256": scenario_sha256,
            "digest": digest,
        },
        **tables,
    )


def one_under_another(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of several allocations; what is empty in one may be filled in another.

    Parameters
    ----------
    tables
        Tables with the same columns.

    Returns
    -------
    pandas.DataFrame
        All rows.
    """
    parts = list(tables)
    mixed = [column for column in parts[0] if len({part[column].dtype for part in parts}) > 1]
    filled = [t.astype({c: object for c in mixed if t[c].isna().all()}) for t in parts]
    return pd.concat(filled, ignore_index=True)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as it stands in a run folder."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def digest_of(tables: Mapping[str, bytes], ready_day: NDArray[np.floating] | None = None) -> str:
    """Digest of results, equal on every machine and however they were computed.

    Parameters
    ----------
    tables
        Bytes of each table by name.
    ready_day
        Ready days by draw, if there are draws.

    Returns
    -------
    str
        SHA-256 over names and bytes of the tables, and the ready days as 32-bit numbers.
    """
    total = hashlib.sha256()
    parts = dict(tables)
    if ready_day is not None:
        parts["ready_day"] = ready_day.astype("<f4").tobytes()
    for name, data in parts.items():
        total.update(f"{name} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()
