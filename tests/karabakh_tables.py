"""Tables of results in Karabakh's README, from runs: one command writes them anew.

``python -m tests.documents --results`` (part of ``make documents``) runs the scenario on expected
values and on 128 draws and writes all numbers of these tables; the words around them stay, and are
to be read again. That README is what the runs bring, tests say beside it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import returnplan as rp
from returnplan.cli.published import COUNTED, HEADER, cells, counted
from returnplan.insight.hindcast import summary
from returnplan.runs.run import Request
from tests.running import run_undrawn

FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "karabakh"
README = "scenarios/karabakh/README.md"
DRAWS, SEED = 128, 1
YEARS = (2026, 2030, 2040)
MINE_ACTION = (
    *("battle_area_team", "dog_team", "manual_team", "mechanical_team", "survey_team"),
    "quality_team",
)
CAUSES = (
    *("waiting_technical_survey", "waiting_survey", "waiting_quality_control"),
    *("waiting_building", "building", "winter"),
)
"""Columns of the table of causes; the last one holds all others."""


CALIBRATED = "as_2022"
MANY_ROWED = ("season_index", "share_of_area")
"""Measures of which only the counts stand there."""


def rewritten(text: str) -> str:
    """README with the numbers that runs of today bring."""
    scenario = rp.load(FOLDER)
    names = tuple(header.name for header in scenario.allocations)
    with tempfile.TemporaryDirectory() as folder:
        asked = Request(
            folder=FOLDER,
            scenario=scenario,
            allocations=names,
            out=Path(folder) / "run",
            draws=DRAWS,
            seed=SEED,
        )
        spread = rp.load_run(run_undrawn(asked))
        made: dict[str, list[str]] = {}
        for name in names:
            made[f"`{name}`"] = expected_cells(rp.simulate(scenario, name))
            made[f"`{name}`, draws"] = drawn_cells(spread, name)
            made[f"`{name}`, returns"] = return_cells(spread, name, is_first=name == names[0])
            made[f"`{name}`, causes"] = cause_cells(spread, name)
        return with_tables(with_cells(text, made), hindcast(scenario, spread))


def with_cells(text: str, made: Mapping[str, list[str]]) -> str:
    """A text with new last cells in the rows of tables that begin with some cell.

    Of several rows that begin alike it is the first.
    """
    left, lines = dict(made), []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        new = left.pop(cells[0], []) if line.startswith("| ") else []
        kept = cells[: len(cells) - len(new)]
        lines.append(f"| {' | '.join([*kept, *new])} |" if new else line)
    assert not left, left.keys()
    return "\n".join(lines) + "\n"


def with_tables(text: str, made: str) -> str:
    """A text with new tables in place of those with the same heads."""
    for table in made.split("\n\n"):
        before, head, rest = text.partition(table.splitlines()[0])
        assert head, table
        lines = rest.splitlines()
        after = next(i for i, line in enumerate(lines) if i and not line.startswith("|"))
        text = before + table + "\n" + "\n".join(lines[after:]) + "\n"
    return text


def expected_cells(outcome: rp.Outcome) -> list[str]:
    """People by date, person-days, cost of mine action and of the rest, on expected values."""
    summary: Any = outcome.summary.iloc[0]
    costs = outcome.costs.groupby("asset")["cost_usd_mean"].sum()
    mine_action = costs[costs.index.isin(MINE_ACTION)].sum()
    return [
        *(f"{summary[f'people_by_{year}-11-10_mean']:,.0f}" for year in YEARS),
        *_millions(summary["person_days_mean"], mine_action, costs.sum() - mine_action),
    ]


def drawn_cells(spread: rp.Run, name: str) -> list[str]:
    """People by date and person-days over the draws, with ranges."""
    summary, at_end = _of(spread, name)
    low, high = _millions(summary["person_days_p10"], summary["person_days_p90"])
    return [
        *(f"{summary[f'people_by_{year}-11-10_mean']:,.0f}" for year in YEARS),
        f"{at_end['people_p10']:,.0f} to {at_end['people_p90']:,.0f}",
        *_millions(summary["person_days_mean"]),
        f"{low} to {high}",
    ]


def return_cells(spread: rp.Run, name: str, *, is_first: bool) -> list[str]:
    """Who returns, at what cost and harm, and the difference to the first allocation."""
    summary, at_end = _of(spread, name)
    harm: Any = spread.harm.set_index(["allocation", "kind"])
    returnees, deminers = harm.loc[(name, "returnees")], harm.loc[(name, "deminers")]
    middle, low, high = (f"difference_{end}" for end in ("mean", "low", "high"))
    apart = f"{returnees[middle]:+.0f} ({returnees[low]:+.0f} to {returnees[high]:+.0f})"
    return [
        f"{summary['returned_by_horizon_mean']:,.0f}",
        f"{at_end['returned_p10']:,.0f} to {at_end['returned_p90']:,.0f}",
        *_millions(summary["cost_usd_mean"]),
        f"{summary['cost_per_person_usd']:,.0f}",
        f"{returnees['expected_mean']:.0f}",
        f"{returnees['expected_low']:.0f} to {returnees['expected_high']:.0f}",
        "" if is_first else apart,
        f"{deminers['expected_low']:.0f} to {deminers['expected_high']:.0f}",
    ]


def cause_cells(spread: rp.Run, name: str) -> list[str]:
    """Share of the person-days by cause, in percent that add up to 100."""
    mine = spread.delays[spread.delays["allocation"] == name]
    days = mine.groupby("cause")["person_days_mean"].sum()
    shares: Any = (100 * days / days.sum()).round(1).reindex(CAUSES, fill_value=0.0)
    return [f"{share:.1f}" for share in (*shares, 100 - shares.sum())]


def hindcast(scenario: rp.Scenario, run: rp.Run) -> str:
    """Facts but those of the many-rowed measures, and counts, as ``returnplan hindcast`` has them.

    Places stand by name.
    """
    table = rp.hindcast(run)
    mine = table[table["allocation"] == CALIBRATED]
    names = {place.id: place.name for place in scenario.places}
    mine = mine.assign(place=mine["place"].map(names))
    facts: list[Any] = mine[~mine["measure"].isin(MANY_ROWED)].to_dict("records")
    counts: list[Any] = summary(mine).to_dict("records")
    shown = [(row["group"], *cells(row, run)) for row in facts]
    both = (["use", *HEADER], shown), (COUNTED, map(counted, counts))
    return "\n\n".join(_markdown(header, rows) for header, rows in both)


def _markdown(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(header)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _of(spread: rp.Run, name: str) -> tuple[Any, Any]:
    """Rows of an allocation: summary, and people at the horizon."""
    at_end = spread.people_met[spread.people_met["date"] == f"{YEARS[-1]}-11-10"]
    summary = spread.summary.set_index("allocation").loc[name]
    return summary, at_end.set_index("allocation").loc[name]


def _millions(*numbers: float) -> list[str]:
    return [f"{round(number / 1e6):,}" for number in numbers]
