"""What teams do with the days they are present."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from returnplan.language.words import Words
from returnplan.runs.expected_values import expected_values_words
from returnplan.runs.tables.jobs import doings
from returnplan.show.drawing import (
    MET,
    PALE,
    PART,
    SMALL,
    Floats,
    View,
    beside,
    blank,
    chart,
    date_axis,
    legend_below,
    note,
    only,
)

STRIP = 0.8  # height of a row
QUARTERS_UP_TO_DAYS = 4 * 366
FEW_STRIPS = 6  # asset types below which the label beside them is broken more often
DOINGS = {
    "work": (MET, "", "white"),
    "travel": (PART, "---", "white"),
    "pause": (PALE, "////", "#6F9DBD"),
    "idle": ("white", "\\", "#B5B5B5"),
}


UNNEEDED = {
    "needed": (MET, "", "white"),
    "unneeded": (PART, "---", "white"),
}


def occupation(jobs: pd.DataFrame, presence: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return team-days by asset, from_day and until_day of a period, and what teams do."""
    mine, teams = only(jobs, view.allocation), only(presence, view.allocation)
    return doings(mine, teams, _period_edges(view))


def _period_edges(view: View) -> Floats:
    """Return day 0, each new year (quarter, if up to 4 years) and the end, shape (periods + 1,)."""
    months = 3 if view.horizon_days <= QUARTERS_UP_TO_DAYS else 12
    first = pd.Timestamp(view.start)
    turns = pd.date_range(first, view.date(view.horizon_days), freq="MS")
    inner = [float((turn - first).days) for turn in turns if (turn.month - 1) % months == 0]
    within = [day for day in inner if 0 < day < view.horizon_days]
    return np.array([0.0, *within, float(view.horizon_days)])


def _doing_word(doing: str, words: Words) -> str:
    return {
        "work": words.phrase("Working days"),
        "travel": words.phrase("Mobilisation, travel and camp"),
        "pause": words.phrase("Non-workable days (winter, rest)"),
        "idle": words.phrase("Idle"),
    }[doing]


def _occupation_alt(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say what share of all present team-days is work, and who idles most."""
    words, title = view.words, view.title(view.allocation)
    if only(presence, view.allocation).empty:
        return words.phrase("Under {allocation} no team is present.", allocation=title)
    totals = occupation(jobs, presence, view).groupby("asset")[list(DOINGS)].sum()
    days, whole = totals.sum(), float(totals.to_numpy().sum())
    idle = totals["idle"] / totals.sum(axis=1).clip(lower=1e-9)
    values = {name: words.percent(float(days[name]), whole) for name in DOINGS} | {
        "allocation": title,
        "team": view.word(idle.idxmax()),
        "share": words.percent(float(idle.max())),
    }
    if view.draws:
        return words.phrase(
            "Under {allocation} in the single-value run teams work on {work} of the days they "
            "are present, travel or mobilise on {travel}, pause for non-workable days on {pause} "
            "and are idle on {idle}. Most often idle: {team} ({share}).",
            **values,
        )
    return words.phrase(
        "Under {allocation} teams work on {work} of the days they are present, travel or mobilise "
        "on {travel}, pause for non-workable days on {pause} and are idle on {idle}. Most often "
        "idle: {team} ({share}).",
        **values,
    )


def _occupation_finding(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say which of the asset types with most days is idle most."""
    words = view.words
    if only(presence, view.allocation).empty:
        return ""
    totals = occupation(jobs, presence, view).groupby("asset")[list(DOINGS)].sum()
    days = totals.sum(axis=1)
    idle = totals["idle"] / days.clip(lower=1e-9)
    return words.phrase(
        "Teams are idle on {idle} of the days they are present (modelled); most often: {team} "
        "({share})",
        idle=words.percent(float(totals["idle"].sum()), float(days.sum())),
        team=view.word(idle.idxmax()),
        share=words.percent(float(idle.max())),
    )


def _occupation_height(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
    columns: int,
) -> float:
    """Return inches: title, axis and legend, and a row for each asset type."""
    return 1.55 + 0.34 * max(presence["asset"].nunique(), 3)


def _occupation_line(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> str:
    return view.words.phrase("Single-value run") if view.draws else ""


def _occupation_notes(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> Sequence[str]:
    """Say that this is the run on expected values, and how far it lies from the draws."""
    if not view.draws:
        return []
    text = view.words.phrase(
        "From the single-value run, not from the {draws} simulations: it has no unrecorded "
        "hazards, and no ranges.",
        draws=view.draws_word,
    )
    apart = expected_values_words(summary, people_met, view.allocation, view.words)
    return [text, apart] if apart else [text]


@chart(
    lambda words, _: words.phrase("What teams do with the days they are present (modelled)"),
    ("jobs", "presence", "summary", "people_met"),
    _occupation_alt,
    height=_occupation_height,
    line=_occupation_line,
    notes=_occupation_notes,
    is_first=True,
    finding=_occupation_finding,
)
def team_occupation(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw a row per asset type: shares of present team-days, stacked to 100 % in each period.

    Parameters
    ----------
    jobs
        Parcels: allocation, team, asset, start_day, work_day, finish_day, workable_days.
    presence
        team, asset, from_day, until_day (blank: to the end of the horizon).
    summary, people_met
        For a note: what the run on expected values brings, and the draws.
    """
    ax = blank(ax)
    words = view.words
    teams = only(presence, view.allocation)
    table = occupation(jobs, presence, view)
    everyone = presence.groupby("asset")["team"].count().sort_values(ascending=False, kind="stable")
    assets = [str(asset) for asset in everyone.index]
    date_axis(ax, view, view.horizon_days)
    label = words.phrase("Asset type; a row is 0–100% of the days its teams are present")
    ax.set_ylabel(textwrap.fill(label, 32 if len(assets) >= FEW_STRIPS else 16))
    ax.set_xlabel(
        words.phrase("{axis} (one bar per quarter)", axis=ax.get_xlabel())
        if view.horizon_days <= QUARTERS_UP_TO_DAYS
        else words.phrase("{axis} (one bar per calendar year)", axis=ax.get_xlabel())
    )
    ax.set_ylim(max(len(assets), 1) - 0.42, -0.55)
    if teams.empty:
        ax.set_yticks([])
        note(ax, words.phrase("No team is present under this plan."))
        return ax
    counts = teams.groupby(teams["asset"].astype(str))["team"].nunique()
    _strips(ax, assets, table, view, DOINGS)
    for row, asset in enumerate(assets):
        _strip_words(ax, row, table[table["asset"] == asset], int(counts.get(asset, 0)), view)
    ax.set_yticks(range(len(assets)), [textwrap.fill(view.word(asset), 18) for asset in assets])
    ax.tick_params(axis="y", length=0)
    keys = [
        Patch(
            facecolor=colour, hatch=2 * hatch, edgecolor=edge, linewidth=0.4,
            label=_doing_word(name, words),
        )
        for name, (colour, hatch, edge) in DOINGS.items()
    ]  # fmt: skip
    legend_below(ax, keys, gap=5, columns=4)
    return ax


def _strips(
    ax: Axes,
    assets: list[str],
    table: pd.DataFrame,
    view: View,
    parts: Mapping[str, tuple[str, str, str]],
) -> None:
    """Draw a row of stacked bars for each asset type, one bar per period that has days."""
    rows = table["asset"].map({asset: row for row, asset in enumerate(assets)})
    mine = table.assign(row=rows)[table[list(parts)].sum(axis=1) > 0]
    days = mine[list(parts)].to_numpy(dtype=float)
    shares = days / days.sum(axis=1, keepdims=True)
    left = view.axis(mine["from_day"].to_numpy(dtype=float))
    right = view.axis(mine["until_day"].to_numpy(dtype=float))
    floor = mine["row"].to_numpy(dtype=float) + STRIP / 2
    for number, (name, (colour, hatch, edge)) in enumerate(parts.items()):
        top = floor - STRIP * shares[:, number]
        corners = np.array([[left, floor], [right, floor], [right, top], [left, top]])
        ax.add_collection(
            PolyCollection(
                list(corners.transpose(2, 0, 1)), facecolor=colour, hatch=hatch, edgecolor=edge,
                linewidth=0.4, label=f"_{name}",
            ),
            autolim=False,
        )  # fmt: skip
        floor = top


def _strip_words(ax: Axes, row: int, mine: pd.DataFrame, teams: int, view: View) -> None:
    """Write right of a row how many teams it has, and their shares over the whole time."""
    words = view.words
    whole = float(mine[list(DOINGS)].to_numpy().sum())
    work, idle = (words.percent(float(mine[name].sum()), whole) for name in ("work", "idle"))
    text = words.plural("{number} team", "{number} teams", teams)
    if teams:
        text += "\n" + words.phrase("{work} work, {idle} idle", work=work, idle=idle)
    beside(ax, row, text, size=SMALL)


# ---------------------------------------------------------------- what no condition asks for


def unneeded(jobs: pd.DataFrame, presence: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return working days by asset and period: on what a condition asks for, and on what none does.

    Asset types that do not work are left out.
    """
    table = occupation(jobs, presence, view)
    table = table.assign(needed=table["work"] - table["unneeded"])
    works = table.groupby("asset")["work"].transform("sum") > 0
    return table.loc[works, ["asset", "from_day", "until_day", *UNNEEDED]].reset_index(drop=True)


def _unneeded_alt(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say what share of all working days no condition asks for, and for whom it is most."""
    words, title = view.words, view.title(view.allocation)
    totals = unneeded(jobs, presence, view).groupby("asset")[list(UNNEEDED)].sum()
    if totals.empty:
        return words.phrase("Under {allocation} no team works.", allocation=title)
    shares = totals["unneeded"] / totals.sum(axis=1)
    return words.phrase(
        "Under {allocation} teams spend {share} of their working days on land and works that no "
        "condition in force asks for (single-value run). The largest share: {team} ({most}).",
        allocation=title,
        share=words.percent(float(totals["unneeded"].sum()), float(totals.to_numpy().sum())),
        team=view.word(shares.idxmax()),
        most=words.percent(float(shares.max())),
    )


def _unneeded_finding(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say what share of all working days no condition asks for."""
    totals = unneeded(jobs, presence, view)[list(UNNEEDED)].sum()
    if not totals.sum() > 0:
        return ""
    return view.words.phrase(
        "{share} of all working days go to land and works that no condition asks for (modelled)",
        share=view.words.percent(float(totals["unneeded"]), float(totals.sum())),
    )


@chart(
    lambda words, _: words.phrase("Time on land and works that no condition asks for (modelled)"),
    ("jobs", "presence", "summary", "people_met"),
    _unneeded_alt,
    height=_occupation_height,
    line=_occupation_line,
    notes=_occupation_notes,
    finding=_unneeded_finding,
)
def time_no_condition_asks_for(
    jobs: pd.DataFrame,
    presence: pd.DataFrame,
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw a row per asset type: shares of its working days, stacked to 100 % in each period.

    Parameters
    ----------
    jobs
        Parcels: allocation, team, asset, needed, start_day, work_day, finish_day, workable_days.
    presence
        team, asset, from_day, until_day (blank: to the end of the horizon).
    summary, people_met
        For a note: what the run on expected values brings, and the draws.
    """
    ax = blank(ax)
    words = view.words
    table = unneeded(jobs, presence, view)
    totals = table.groupby("asset")[list(UNNEEDED)].sum()
    order = totals.sum(axis=1).sort_values(ascending=False, kind="stable")
    assets, rest = [str(asset) for asset in order.index], totals["unneeded"]
    date_axis(ax, view, view.horizon_days)
    ax.set_ylabel(
        textwrap.fill(
            words.phrase("Asset type; a row is 0–100% of its working days"),
            32 if len(assets) >= FEW_STRIPS else 16,
        )
    )
    ax.set_ylim(max(len(assets), 1) - 0.42, -0.55)
    if not assets:
        ax.set_yticks([])
        note(ax, words.phrase("No team works under this plan."))
        return ax
    _strips(ax, assets, table, view, UNNEEDED)
    for row, asset in enumerate(assets):
        share = words.percent(float(rest[asset]), float(order[asset]))
        text = words.phrase("{share} not asked for", share=share)
        beside(ax, row, textwrap.fill(text, 18), size=SMALL)
    ax.set_yticks(range(len(assets)), [textwrap.fill(view.word(asset), 18) for asset in assets])
    ax.tick_params(axis="y", length=0)
    called = {
        "needed": words.phrase("What a condition in force asks for, roads and community surveys"),
        "unneeded": words.phrase("What no condition asks for"),
    }
    keys = [
        Patch(
            facecolor=colour, hatch=2 * hatch, edgecolor=edge, linewidth=0.4, label=called[name]
        )
        for name, (colour, hatch, edge) in UNNEEDED.items()
    ]  # fmt: skip
    legend_below(ax, keys, gap=5, columns=2)
    return ax
