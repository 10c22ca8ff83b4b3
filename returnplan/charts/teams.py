"""What teams do with the days they are present."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from returnplan.canvas import (
    MET,
    PALE,
    PART,
    SMALL,
    Floats,
    View,
    blank,
    chart,
    date_axis,
    finished,
    note,
    only,
    percent,
    thousands,
)

QUARTERS_UP_TO_DAYS = 4 * 366
FEW_STRIPS = 6  # asset types below which the label beside them is broken more often
DOINGS = {
    "work": (MET, "", "white", "Working days"),
    "travel": (PART, "---", "white", "Mobilisation, travel and camp"),
    "pause": (PALE, "////", "#6F9DBD", "Non-workable days (winter, rest)"),
    "idle": ("white", "\\", "#B5B5B5", "Idle"),
}


def occupation(jobs: pd.DataFrame, presence: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return team-days by asset, from_day and until_day of a period, and what teams do.

    Between ``work_day`` and ``finish_day`` the workable days count as work (commuting included) and
    the rest as non-workable, both spread evenly over the parcel's time. From dispatch to
    ``work_day`` a team mobilises, travels and camps. What remains of its presence is idle; a team
    that finishes a parcel after its ``until_day`` stays present until then. A parcel that is begun
    but not finished within the horizon (blank days) lasts until the horizon; its workable days are
    those of its asset type's finished parcels in proportion, or all.
    """
    mine = only(jobs, view.allocation)
    mine = mine[mine["team"].notna() & (mine["team"].astype(str) != "")]
    share = _workable_shares(mine)
    mine = mine.fillna({"work_day": view.horizon_days, "finish_day": view.horizon_days})
    teams = only(presence, view.allocation)
    edges = _period_edges(view)
    start, work, finish = (
        mine[name].to_numpy(dtype=float) for name in ("start_day", "work_day", "finish_day")
    )
    at_work = _overlap(work, finish, edges)
    last = mine.groupby("team")["finish_day"].max()
    ends = teams["until_day"].to_numpy(dtype=float)
    late = last.reindex(teams["team"]).to_numpy(dtype=float)
    ends = np.fmax(np.where(np.isnan(ends), view.horizon_days, ends), late)
    there = _overlap(teams["from_day"].to_numpy(dtype=float), ends, edges)
    doing = {
        "work": _by_asset(mine["asset"], at_work * share[:, None]),
        "travel": _by_asset(mine["asset"], _overlap(start, work, edges)),
        "pause": _by_asset(mine["asset"], at_work * (1 - share[:, None])),
    }
    present = _by_asset(teams["asset"], there)
    busy = {name: table.reindex(present.index, fill_value=0.0) for name, table in doing.items()}
    busy["idle"] = (present - sum(busy.values(), 0 * present)).clip(lower=0.0)
    assets = [str(asset) for asset in present.index]
    tidy = pd.DataFrame({"asset": np.repeat(assets, len(edges) - 1)})
    tidy["from_day"] = np.tile(edges[:-1], len(assets))
    tidy["until_day"] = np.tile(edges[1:], len(assets))
    for name, table in busy.items():
        tidy[name] = table.to_numpy(dtype=float).ravel()
    return tidy


def _workable_shares(mine: pd.DataFrame) -> Floats:
    """Return the share of workable days from ``work_day`` on, shape (parcels,).

    A parcel that is not finished takes the share of all finished parcels of its asset type, else 1.
    """
    span = (mine["finish_day"] - mine["work_day"]).astype(float)
    done = pd.DataFrame({"asset": mine["asset"], "span": span, "days": mine["workable_days"]})
    sums = done[span > 0].groupby("asset")[["span", "days"]].sum()
    usual = mine["asset"].map(sums["days"] / sums["span"]).astype(float).fillna(1.0)
    own = (done["days"].astype(float) / span.where(span > 0)).where(span != 0, 0.0)
    return np.asarray(own.where(span.notna(), usual).clip(0, 1), dtype=np.float64)


def _period_edges(view: View) -> Floats:
    """Return day 0, each new year (quarter, if up to 4 years) and the end, shape (periods + 1,)."""
    months = 3 if view.horizon_days <= QUARTERS_UP_TO_DAYS else 12
    first = pd.Timestamp(view.start)
    turns = pd.date_range(first, view.date(view.horizon_days), freq="MS")
    inner = [float((turn - first).days) for turn in turns if (turn.month - 1) % months == 0]
    within = [day for day in inner if 0 < day < view.horizon_days]
    return np.array([0.0, *within, float(view.horizon_days)])


def _overlap(begin: Floats, end: Floats, edges: Floats) -> Floats:
    """Return the days that each span shares with each period, shape (spans, periods)."""
    upper = np.minimum(end[:, None], edges[None, 1:])
    lower = np.maximum(begin[:, None], edges[None, :-1])
    shared: Floats = np.clip(upper - lower, 0.0, None)
    return shared


def _by_asset(asset: pd.Series, days: Floats) -> pd.DataFrame:
    """Add up rows of team-days by asset type."""
    return (
        pd.DataFrame(days, index=pd.Index(asset.astype(str), name="asset")).groupby(level=0).sum()
    )


def _occupation_alt(jobs: pd.DataFrame, presence: pd.DataFrame, *, view: View) -> str:
    """Say what share of all present team-days is work, and who idles most."""
    if only(presence, view.allocation).empty:
        return f"Under {view.title(view.allocation)} no team is present."
    totals = occupation(jobs, presence, view).groupby("asset")[list(DOINGS)].sum()
    days, whole = totals.sum(), float(totals.to_numpy().sum())
    share = {name: percent(float(days[name]), whole) for name in DOINGS}
    idle = totals["idle"] / totals.sum(axis=1).clip(lower=1e-9)
    how = " in the run on expected values" if view.draws else ""
    return (
        f"Under {view.title(view.allocation)}{how} teams work on {share['work']} of the days they "
        f"are present, travel or mobilise on {share['travel']}, pause for non-workable days "
        f"on {share['pause']} and are idle on {share['idle']}. Most often idle: "
        f"{view.word(idle.idxmax())} ({percent(float(idle.max()), 1.0)})."
    )


def _occupation_height(
    jobs: pd.DataFrame, presence: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, axis and legend, and a row for each asset type."""
    return 1.55 + 0.34 * max(presence["asset"].nunique(), 3)


def _occupation_note(jobs: pd.DataFrame, presence: pd.DataFrame, *, view: View) -> str:
    """Say that this is the run on expected values."""
    return (
        f"From the run on expected values, not from the {thousands(view.draws)} draws: it has no "
        "unrecorded hazards, and no ranges."
    )


@chart(
    "What teams do with the days they are present (modelled)",
    ("jobs", "presence"),
    _occupation_alt,
    height=_occupation_height,
    notes_of_draws=_occupation_note,
)
def team_occupation(
    jobs: pd.DataFrame, presence: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw a row per asset type: shares of present team-days, stacked to 100 % in each period.

    Parameters
    ----------
    jobs
        Parcels: allocation, team, asset, start_day, work_day, finish_day, workable_days.
    presence
        team, asset, from_day, until_day (blank: to the end of the horizon).
    """
    ax = blank(ax)
    how = "Run on expected values" if view.draws else ""
    teams = only(presence, view.allocation)
    table = occupation(jobs, presence, view)
    everyone = presence.groupby("asset")["team"].count().sort_values(ascending=False, kind="stable")
    assets = [str(asset) for asset in everyone.index]
    date_axis(ax, view, view.horizon_days)
    ax.set_ylabel(
        textwrap.fill(
            "Asset type; a row is 0–100 % of the days its teams are present",
            32 if len(assets) >= FEW_STRIPS else 16,
        )
    )
    ax.set_xlabel(f"{ax.get_xlabel()} (one bar per {_period_word(view)})")
    ax.set_ylim(max(len(assets), 1) - 0.42, -0.55)
    if teams.empty:
        ax.set_yticks([])
        note(ax, "No team is present under this allocation.")
        return finished(ax, "team_occupation", view, how)
    counts = teams.groupby(teams["asset"].astype(str))["team"].nunique()
    for row, asset in enumerate(assets):
        _strip(ax, row, table[table["asset"] == asset], view)
        _strip_words(ax, row, table[table["asset"] == asset], int(counts.get(asset, 0)))
    ax.set_yticks(range(len(assets)), [textwrap.fill(view.word(asset), 18) for asset in assets])
    ax.tick_params(axis="y", length=0)
    handles = [
        Patch(facecolor=colour, hatch=2 * hatch, edgecolor=edge, linewidth=0.4)
        for colour, hatch, edge, _ in DOINGS.values()
    ]
    words = [word for *_, word in DOINGS.values()]
    ax.legend(
        handles, words, loc="upper center", bbox_to_anchor=(0.45, 0), borderaxespad=5, ncols=4,
        fontsize=SMALL,
    )  # fmt: skip
    return finished(ax, "team_occupation", view, how)


def _period_word(view: View) -> str:
    """Return the length of a period in words."""
    return "quarter" if view.horizon_days <= QUARTERS_UP_TO_DAYS else "calendar year"


def _strip(ax: Axes, row: int, mine: pd.DataFrame, view: View) -> None:
    """Draw one row of stacked bars, one bar per period in which teams are present."""
    mine = mine[mine[list(DOINGS)].sum(axis=1) > 0]
    days = mine[list(DOINGS)].to_numpy(dtype=float)
    shares = days / days.sum(axis=1, keepdims=True)
    left = view.axis(mine["from_day"].to_numpy(dtype=float))
    width = (mine["until_day"] - mine["from_day"]).to_numpy(dtype=float)
    floor = np.full(len(mine), row + 0.4)
    for number, (name, (colour, hatch, edge, _)) in enumerate(DOINGS.items()):
        tall = 0.8 * shares[:, number]
        bars = ax.bar(left, -tall, width, floor, align="edge", label=f"_{name}")
        for bar in bars:
            bar.set(facecolor=colour, hatch=hatch, edgecolor=edge, linewidth=0.4)
        floor = floor - tall


def _strip_words(ax: Axes, row: int, mine: pd.DataFrame, teams: int) -> None:
    """Write right of a row how many teams it has, and their shares over the whole time."""
    whole = float(mine[list(DOINGS)].to_numpy().sum())
    work, idle = (percent(float(mine[name].sum()), whole) for name in ("work", "idle"))
    shares = f"\n{work} work, {idle} idle" if teams else ""
    ax.annotate(
        f"{thousands(teams)} {'team' if teams == 1 else 'teams'}{shares}",
        (1.0, row),
        (5, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
    )
