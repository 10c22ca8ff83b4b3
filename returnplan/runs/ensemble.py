"""Run allocations on many draws, on this machine or a cluster: distributions instead of dates."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Scenario, a_scenario
from returnplan.model.chance.posterior import Resampled, resample
from returnplan.model.simulation import KEPT, run
from returnplan.runs import DRAWS, calibrated
from returnplan.runs.calibrated import in_force
from returnplan.runs.evaluate import ready_within
from returnplan.runs.machine.choice import Workers, run_draws
from returnplan.runs.machine.chunks import Chunks, KeptDraws, Progress, ignore
from returnplan.runs.machine.progress import SILENT, watching
from returnplan.runs.machine.runner import DrawRunner, warm_up
from returnplan.runs.precision import MOST, Reached, draw_until
from returnplan.runs.results import Results
from returnplan.runs.tables import LATER, OF_DRAWS, drawn_tables, one_under_another
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.effects import casualties_by_draw
from returnplan.units import DAY_S
from returnplan.version import __version__


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ensemble(Results):
    """What allocations bring, over the same draws.

    Dates and numbers of people are medians (p50) with a range (p10 to p90).

    Parameters
    ----------
    usd
        Cost within the horizon, allocation x draw, USD.
    """

    seed: int
    draw_numbers: NDArray[np.int64]
    ready_day: NDArray[np.float64]
    normal_scores: Mapping[str, NDArray[np.float64]]
    casualties: NDArray[np.float64]
    modelled: NDArray[np.float64]
    usd: NDArray[np.float64]


def ensemble(  # noqa: PLR0913 - what to run, and where
    scenario: Scenario,
    allocations: str | Sequence[str],
    draws: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    *,
    precision: float | None = None,
    prior: bool = False,
    processes: bool | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Run allocations on draws of all uncertain numbers (model §9).

    Every allocation sees the same draws. The result does not depend on ``workers``, ``processes``
    or ``cluster``, and its first draws are those of a run with fewer.

    Parameters
    ----------
    allocations
        Names of allocations of the scenario, or one name.
    draws
        Number of draws; None: 128, or as many as a precision needs.
    seed
        Seed of the draws.
    workers
        Threads or processes; None: as many as the process may use processor cores.
    precision
        Percent: draws are run until the 95 % intervals of person-days and of people by the middle
        date are below it, of the mean, and those of differences below a tenth of their range
        (:mod:`returnplan.runs.precision`); 2,048 draws at most. None: so many draws.
    prior
        Whether a calibration of the scenario is left aside.
    processes
        Whether workers are processes, which cost some seconds at the start; None: in long runs.
    cluster
        Address of a Dask scheduler, or ``local`` for Dask on this machine. None: no cluster.
    progress
        Called with the number of draws done; None: a notebook shows a bar.

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
    ReturnplanError
        When the scenario was calibrated before it was changed, or with a precision.

    Examples
    --------
    >>> import returnplan as rp
    >>> spread = rp.ensemble(rp.load("scenarios/valley"), ["today"], draws=20)
    >>> spread.ready_day.shape
    (1, 20, 7)
    """
    names = a_scenario(scenario).named(allocations)
    if precision is not None and (draws is not None or not precision > 0):
        raise ValueError(
            f"precision must be above 0, without draws; got {precision}, {draws} draws"
        )
    count = MOST if precision is not None else DRAWS if draws is None else draws
    if count < 1 or not names:
        raise ValueError(f"draws and allocations must be at least 1, got {count} and {len(names)}")
    scenario = in_force(scenario, prior=prior, has_precision=precision is not None)
    warm_up()
    taken = resample(scenario, count, seed)
    runner = DrawRunner(scenario, names, seed, taken)
    count = count if taken is None else len(taken.draws)
    with (
        watching(None, SILENT) as watcher,
        tempfile.TemporaryDirectory(prefix="returnplan-", ignore_cleanup_errors=True) as folder,
    ):
        kept = KeptDraws(Path(folder), (0, count))
        asked = Workers(count=workers, processes=processes, cluster=cluster)

        def draw(part: KeptDraws) -> None:
            first, end = part.part
            tell = progress or (lambda done: watcher.drawn(done, end))
            run_draws(runner, part, asked, lambda done: tell(first + done))

        if precision is None:
            draw(kept)
            return assemble(scenario, runner, kept.chunks(), seed)
        reached = draw_until(precision, runner, kept, draw, ignore)
        return assemble(scenario, runner, kept.chunks(), seed, reached=reached)


def assemble(
    scenario: Scenario,
    runner: DrawRunner,
    drawn: Chunks,
    seed: int,
    scenario_sha256: str | None = None,
    reached: Reached | None = None,
) -> Ensemble:
    """Put finished draws together; one field of one allocation is in memory at a time.

    Parameters
    ----------
    runner
        The runner that was run.
    drawn
        All draws.
    seed
        Seed of the draws.
    scenario_sha256
        SHA-256 of the scenario's files, if known.
    reached
        How precise the draws are, where a precision was asked for.

    Returns
    -------
    Ensemble
        Distributions and tables.
    """
    prepared = runner.prepared
    numbers = prepared.numbers(prepared.means)
    parts: list[Mapping[str, pd.DataFrame]] = []
    days: list[NDArray[np.float64]] = []
    taken = runner.taken
    casualties: list[NDArray[np.float64]] = []
    modelled: list[NDArray[np.float64]] = []
    usd: list[NDArray[np.float64]] = []
    first: Mapping[str, NDArray[np.float64]] | None = None
    with closing(drawn):
        for number, allocation in enumerate(runner.chosen):
            gate_s = run(prepared, allocation, numbers).gate_s
            alone_s = ready_within(gate_s, prepared.horizon_s)
            over_draws = Drawn(
                prepared=prepared,
                allocation=allocation,
                read=partial(_rows, drawn, taken, number),
                first=first,
                expected_s=alone_s[prepared.settlements.community],
                effective=None if taken is None else taken.effective,
            )
            parts.append(drawn_tables(over_draws))
            days.append(over_draws.ready_s / DAY_S)
            casualties.append(casualties_by_draw(over_draws))
            modelled.append(over_draws.read("facts"))
            usd.append(over_draws.costs.total_usd)
            first = first or over_draws.casualties
    tables = {name: one_under_another([part[name] for part in parts]) for name in OF_DRAWS}
    ready_day = np.stack(days)
    data = {name: csv_bytes(table) for name, table in tables.items()}
    digest = digest_of(data, ready_day, has_facts=bool(scenario.facts))
    return Ensemble(
        scenario=scenario.name,
        start=scenario.start,
        horizon=prepared.horizon,
        allocations=runner.allocations,
        communities=tuple(community.id for community in scenario.communities),
        draws=ready_day.shape[1],
        seed=seed,
        draw_numbers=np.arange(ready_day.shape[1]) if taken is None else taken.rows,
        ready_day=ready_day,
        normal_scores=runner.scores(ready_day.shape[1]),
        casualties=np.stack(casualties),
        fact_ids=tuple(fact.id for fact in scenario.facts),
        modelled=np.stack(modelled),
        usd=np.stack(usd),
        tables=tables,
        provenance={
            "returnplan": __version__,
            "scenario_sha256": scenario_sha256,
            "digest": digest,
            **({"precision": reached.as_dict()} if reached else {}),
            **calibrated.manifest(scenario, taken),
        },
    )


def _rows(drawn: Chunks, taken: Resampled | None, allocation: int, field: str) -> NDArray[Any]:
    """A field of an allocation, a row a draw; of a calibrated run as often as the draw counts."""
    values = drawn.read(field, allocation)
    if taken is None or KEPT[field] == "sum":
        return values
    return np.repeat(values, taken.counts, axis=0)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as it stands in a run folder: dates in ISO form."""
    text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode("utf-8")


def digest_of(
    tables: Mapping[str, bytes],
    ready_day: NDArray[np.floating] | None = None,
    *,
    has_facts: bool,
) -> str:
    """Digest of results, equal on every machine and however they were computed.

    Parameters
    ----------
    tables
        Bytes of each table by name.
    ready_day
        Ready days by draw, if there are draws.
    has_facts
        Whether the scenario has published facts; without any, the digest is that of versions that
        knew none.

    Returns
    -------
    str
        SHA-256 over names and bytes of the tables, and the ready days as 32-bit numbers.
    """
    total = hashlib.sha256()
    parts = {name: data for name, data in tables.items() if has_facts or name not in LATER}
    if ready_day is not None:
        parts["ready_day"] = ready_day.astype("<f4").tobytes()
    for name, data in parts.items():
        total.update(f"{name} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()
