"""Draw the tables of a run on one ``ax`` each; every chart is a function.

A chart takes its tables in the order it declares in ``needs``, a `View` with what the tables do not
say (start, horizon, names), and an optional ``ax``. It reads no files.
"""

import math
import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from returnplan.canvas import (
    INK,
    LINES,
    MET,
    PALE,
    PART,
    QUIET,
    SMALL,
    STATUS,
    UNKNOWN,
    Floats,
    View,
    blank,
    chart,
    columns_of,
    date_axis,
    finished,
    listed,
    note,
    only,
    percent,
    states,
    thousands,
)
from returnplan.readiness import GATES

MOST_BANDS = 2  # allocations whose ranges are bands; of more, bars at the right edge
CURVES_INCHES = 3.4  # least height of lines over time
NAME_LETTERS = {False: 20, True: 28}  # in a line of a name beside its line, with draws: True
BAR_STEP = 0.028  # of the width of the axes, between these bars
LEAST_GAP = {False: 0.11, True: 0.15}  # of the axes' height, between names, with draws: True
MOST_TOTALS = 14  # bars with their total written above
MOST_DATED_GATES = 9  # with more, cells show years and heads are turned
QUARTERS_UP_TO_DAYS = 4 * 366
HEAD_LINES = {True: 0.75, False: 0.35}  # inches that turned and level heads of gates need
MOST_ROWS = 40  # communities in the matrix
FEW_STRIPS = 6  # asset types below which the label beside them is broken more often
FEW_ROWS = 12  # up to so many, a label beside the rows is broken
ROUTES = {
    "cleared": (MET, ""),
    "reduced": (PART, "---"),
    "cancelled": (PALE, "////"),
}
DOINGS = {
    "work": (MET, "", "white", "Working days"),
    "travel": (PART, "---", "white", "Mobilisation, travel and camp"),
    "pause": (PALE, "////", "#6F9DBD", "Non-workable days (winter, rest)"),
    "idle": ("white", "\\", "#B5B5B5", "Idle"),
}


# People with conditions met over time


def _total_people(readiness: pd.DataFrame) -> float:
    """Return the people of the scenario, whom every allocation counts once."""
    return float(readiness.groupby("allocation")["people"].sum().max()) if len(readiness) else 0.0


def _people_alt(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many people each allocation brings by the end of the horizon."""
    if people_met.empty:
        return "People with conditions met (modelled) over time: nothing to draw."
    last = people_met.groupby("allocation", sort=False).tail(1)
    ends = [
        f"{_end_words(row, view)} under {view.title(row['allocation'])}"
        for _, row in last.iterrows()
    ]
    draws = thousands(view.draws)
    how = f": medians and 80 % model intervals (p10 to p90) of {draws} draws" if view.draws else ""
    return (
        f"By {view.date(view.horizon_days)} conditions are met (modelled), of "
        f"{thousands(_total_people(readiness))} people, for {listed(ends)}{how}."
    )


def _end_words(last: pd.Series, view: View) -> str:
    """Return the people at the horizon, with draws as median and range."""
    middle = thousands(last["people_p50"])
    if not view.draws:
        return middle
    return f"{middle} ({thousands(last['people_p10'])} to {thousands(last['people_p90'])})"


def _people_note(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say what lines, bands and bars are."""
    is_banded = people_met["allocation"].nunique() <= MOST_BANDS
    shape = "Bands" if is_banded else "Bars at the right edge (range at the horizon)"
    rest = "" if is_banded else " Ranges of all other dates are in people_met.csv."
    draws = thousands(view.draws)
    return (
        f"Lines: median (p50) of the number of people. {shape}: 80 % model interval (p10 to p90) "
        f"of {draws} draws.{rest} All allocations see the same draws: where ranges overlap, one "
        "may still be ahead of another in most draws."
    )


def _name(allocation: object, view: View) -> str:
    """Return the title of an allocation in lines that are no longer than its figures."""
    return textwrap.fill(view.title(allocation), NAME_LETTERS[bool(view.draws)])


def _people_height(
    people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: those of the shape, or what the list of names and figures needs."""
    names = [_name(key, view) for key in people_met["allocation"].unique()]
    lines = sum(name.count("\n") + 1 + bool(view.draws) for name in names)
    return max(CURVES_INCHES, 1.35 + 0.127 * lines + 0.1 * len(names))


@chart(
    "People whose conditions for return are met (modelled), by date",
    ("people_met", "readiness"),
    _people_alt,
    height=_people_height,
    one_allocation=False,
    notes=("People are counted at the start of each month.",),
    notes_of_draws=_people_note,
    title_of_draws="Median number of people with conditions met (modelled), by date",
)
def conditions_met_over_time(
    people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw one step line per allocation, with all people and the end of the horizon.

    With draws the line is the median. The range is a band; of more than two allocations, a bar at
    the right edge, for the horizon: more bands would hide each other.

    Parameters
    ----------
    people_met
        One row per allocation and date, in order: day, people_p10, people_p50, people_p90.
    readiness
        One row per allocation and community: allocation, people.
    """
    ax = blank(ax)
    total = _total_people(readiness)
    groups = list(people_met.groupby("allocation", sort=False))
    is_banded = bool(view.draws) and len(groups) <= MOST_BANDS
    ends = []
    for number, (key, rows) in enumerate(groups):
        colour, dashes, marker = LINES[number % len(LINES)]
        days = view.axis(rows["day"].to_numpy(dtype=float))
        (line,) = ax.plot(
            days,
            rows["people_p50"],
            color=colour,
            linestyle=dashes,
            marker=marker,
            markevery=(0.03 + 0.03 * number, 0.18),
            markeredgecolor="white",
            markeredgewidth=0.5,
            drawstyle="steps-post",
            label=_name(key, view),
        )
        if is_banded:
            _band(ax, days, rows, line)
        ends.append(_End(line=line, last=rows.iloc[-1]))
    ends.sort(key=lambda end: -end.people)
    ax.set_ylim(0, (total or 1.0) * 1.1)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: thousands(value)))
    ax.set_ylabel(f"People with conditions met ({'median' if view.draws else 'modelled'})")
    ax.grid(axis="y")
    date_axis(ax, view, view.horizon_days)
    _horizon(ax, view)
    if total:
        ax.axhline(total, color=QUIET, linestyle=(0, (1, 1.5)), linewidth=1, label="_all people")
        where = (view.axis(view.horizon_days * 0.01), total * 1.012)
        ax.text(*where, f"All displaced people: {thousands(total)}", fontsize=SMALL, va="bottom")
    has_bars = bool(view.draws) and not is_banded
    _name_lines(ax, ends, view, right=_bars(ax, ends) if has_bars else 1.0)
    _say_nobody(ax, people_met, view)
    return finished(ax, "conditions_met_over_time", view)


@dataclass(frozen=True, kw_only=True)
class _End:
    """Right end of a line: the line, and its row of the table at the horizon."""

    line: Line2D
    last: pd.Series

    @property
    def people(self) -> float:
        """People at the horizon; with draws the median."""
        return float(self.last["people_p50"])


def _band(ax: Axes, days: Floats, rows: pd.DataFrame, line: Line2D) -> None:
    """Fill from p10 to p90 in the colour of the line, with thin edges in its line style."""
    low, high = rows["people_p10"].to_numpy(float), rows["people_p90"].to_numpy(float)
    ax.fill_between(
        days, low, high, step="post", color=line.get_color(), alpha=0.16, linewidth=0,
        label="_range",
    )  # fmt: skip
    for edge in (low, high):
        ax.plot(
            days, edge, color=line.get_color(), linestyle=line.get_linestyle(), linewidth=0.6,
            drawstyle="steps-post", label="_edge",
        )  # fmt: skip


def _bars(ax: Axes, ends: list[_End]) -> float:
    """Draw ranges at the horizon beside the axes, in the order of the names; return where they end.

    Returns
    -------
    float
        Right edge of the last bar, as a fraction of the axes.
    """
    beside = ax.get_yaxis_transform()
    for number, end in enumerate(ends):
        across = 1.0 + BAR_STEP * (number + 1)
        colour = end.line.get_color()
        ax.plot(
            [across, across],
            [end.last["people_p10"], end.last["people_p90"]],
            color=colour,
            linewidth=2.2,
            solid_capstyle="butt",
            transform=beside,
            clip_on=False,
            label="_range",
        )
        ax.plot(
            [across],
            [end.people],
            color=colour,
            marker=end.line.get_marker(),
            markersize=5.5,
            markeredgecolor="white",
            transform=beside,
            clip_on=False,
            label="_median",
        )
    return 1.0 + BAR_STEP * (len(ends) + 0.5)


def _say_nobody(ax: Axes, people_met: pd.DataFrame, view: View) -> None:
    """Say so where all lines stay at zero."""
    if people_met["people_p50"].sum() > 0:
        return
    if people_met["people_mean"].sum() > 0:
        note(ax, "In most draws no community has its conditions met within the horizon.")
    else:
        draw = " in any draw" if view.draws else ""
        note(ax, f"No community has its conditions met within the horizon{draw}.")


def _horizon(ax: Axes, view: View) -> None:
    """Mark the end of the horizon at the right edge."""
    end = view.axis(view.horizon_days)
    ax.axvline(end, color=INK, linewidth=0.8, label="_horizon")
    ax.annotate(
        f"Horizon ends {view.date(view.horizon_days)}",
        (end, 1.0),
        (-4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL,
    )


def _name_lines(ax: Axes, ends: list[_End], view: View, *, right: float) -> None:
    """Write names and end values at line ends; where they would overlap, list them in that order.

    Parameters
    ----------
    ends
        Ends of the lines, highest first.
    right
        Where there is room for words, as a fraction of the axes.
    """
    gaps = -np.diff([end.people for end in ends])
    is_close = gaps.size and gaps.min() < LEAST_GAP[bool(view.draws)] * ax.get_ylim()[1]
    space = " " if is_close and not view.draws else "\n"
    words = [f"{end.line.get_label()}:{space}{_end_words(end.last, view)}" for end in ends]
    if is_close:
        ax.legend(
            [end.line for end in ends],
            words,
            loc="center left",
            bbox_to_anchor=(right, 0.5),
            handlelength=3.6,
            labelspacing=0.9,
            title="Median at the horizon\n(p10 to p90)" if view.draws else "People at the end",
            title_fontsize=SMALL,
            alignment="left",
        )
        return
    for end, text in zip(ends, words, strict=True):
        ax.annotate(
            text,
            (right, end.people),
            (5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            fontweight="bold",
            color=INK,
        )


# Gate matrix


def _largest(readiness: pd.DataFrame, view: View, rows: int) -> pd.DataFrame:
    """Return the communities with most people in the drawn allocation, ties by id."""
    mine = only(readiness, view.allocation)
    return mine.sort_values(["people", "community"], ascending=[False, True]).head(rows)


def _gates_of(gates: pd.DataFrame) -> list[str]:
    """Return the gates of a table in the order of the model, others after them."""
    found = [str(name) for name in gates["gate"].unique()]
    return [name for name in GATES if name in found] + [name for name in found if name not in GATES]


def gate_word(gate: object) -> str:
    """Return the words for a gate, which is no id and may share its name with an asset type."""
    return str(gate).replace("_", " ").capitalize()


def _matrix_alt(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many communities have everything, and which gate fails most often."""
    mine = only(gates, view.allocation)
    if mine.empty:
        return "Gate matrix: no gates to draw."
    state = states(only(readiness, view.allocation), view)
    missing = mine[mine["state"] != "met"].groupby("gate")["community"].nunique()
    worst = (
        f" The gate most often not met or unknown is {gate_word(missing.idxmax())}, in "
        f"{thousands(missing.max())}."
        if len(missing)
        else ""
    )
    how = " by the median of the draws" if view.draws else ""
    return (
        f"Under {view.title(view.allocation)} all conditions are met (modelled){how} in "
        f"{thousands((state == 'met').sum())} of {thousands(len(state))} communities.{worst}"
    )


def _matrix_height(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, heads and legend, and a row for each community and the totals."""
    rows = min(len(only(readiness, view.allocation)), MOST_ROWS)
    turned = gates["gate"].nunique() >= MOST_DATED_GATES
    return 1.35 + HEAD_LINES[turned] + 0.2 * (max(rows, 3 * columns) + 1.5)


def _matrix_note(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say what the dates and states are."""
    return (
        f"Dates are medians (p50) of {thousands(view.draws)} draws; not met: the median is not "
        "within the horizon; framed: most often the last to hold. Gates that are all met by their "
        "medians need not be met in the same draws."
    )


@chart(
    "What holds the largest communities back (modelled)",
    ("gates", "readiness"),
    _matrix_alt,
    shape="tall",
    height=_matrix_height,
    notes_of_draws=_matrix_note,
)
def gate_matrix(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw the 40 largest communities by the gates in force, with the month each gate holds from.

    Parameters
    ----------
    gates
        One row per allocation, community and gate: state, day_p50. A missing row is unknown.
    readiness
        One row per allocation and community: settlement, people, status, binding_gate.
    """
    ax = blank(ax, "tall")
    mine, top = only(gates, view.allocation), _largest(readiness, view, MOST_ROWS)
    columns = _gates_of(mine)
    ax.set_xlabel("Condition (gate)", labelpad=6)
    ax.set_ylabel(_beside("Community and people, largest first", len(top)))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if top.empty or not columns:
        ax.set(xticks=[], yticks=[])
        note(ax, "No gates to draw for this allocation.")
        return finished(ax, "gate_matrix", view)
    cells = {
        (str(who), str(gate)): (str(state), float(day))
        for who, gate, state, day in zip(
            mine["community"], mine["gate"], mine["state"], mine["day_p50"], strict=True
        )
    }
    for row, (who, binding) in enumerate(zip(top["community"], top["binding_gate"], strict=True)):
        for column, gate in enumerate(columns):
            state, day = cells.get((str(who), gate), ("unknown", math.nan))
            short = _month(view, day, wide=len(columns) <= MOST_DATED_GATES)
            _cell(ax, (column, row), state, short, framed=gate == str(binding))
    _matrix_frame(ax, top, columns, view)
    _matrix_totals(ax, mine, columns, len(top))
    return finished(ax, "gate_matrix", view)


def _beside(words: str, rows: int) -> str:
    """Return the label beside rows, broken where these are few."""
    return words if rows > FEW_ROWS else textwrap.fill(words, max(13, 3 * rows))


def _month(view: View, day: float, *, wide: bool) -> str:
    """Return when a gate holds from, as year and month, or the year where columns are narrow."""
    if not math.isfinite(day):
        return "\N{BLACK SQUARE}"
    if day <= 0:
        return "start"
    return view.date(day).strftime("%Y-%m" if wide else "%Y")


def _cell(ax: Axes, at: tuple[int, int], state: str, met_text: str, *, framed: bool) -> None:
    """Fill one cell: colour of the state, and its mark."""
    column, row = at
    colour = STATUS.get(state, UNKNOWN)
    ink = "white" if state == "met" else INK
    text = {"met": met_text, "not met": "\N{MULTIPLICATION SIGN}"}.get(state, "?")
    size = SMALL if state == "met" else 9.0
    corner = (column - 0.48, row - 0.46)
    ax.add_patch(Rectangle(corner, 0.96, 0.92, facecolor=colour, linewidth=0, gid=state))
    if framed:
        inner = (column - 0.44, row - 0.37)
        ax.add_patch(Rectangle(inner, 0.88, 0.74, fill=False, edgecolor=ink, linewidth=1.1))
    ax.text(column, row, text, ha="center", va="center_baseline", color=ink, fontsize=size)


def _matrix_frame(ax: Axes, top: pd.DataFrame, columns: list[str], view: View) -> None:
    """Label rows and columns of the matrix and explain its marks."""
    words = [
        view.names.get(str(who), view.word(place))
        for who, place in zip(top["community"], top["settlement"], strict=True)
    ]
    labels = [
        f"{textwrap.shorten(word, 26, placeholder='…')}  {thousands(people)}"
        for word, people in zip(words, top["people"], strict=True)
    ]
    ax.set_yticks(range(len(top)), labels, fontsize=SMALL)
    turned = len(columns) >= MOST_DATED_GATES
    heads = [textwrap.fill(gate_word(gate), 10) for gate in columns]
    ax.set_xticks(
        range(len(columns)),
        heads,
        rotation=55 if turned else 0,
        ha="left" if turned else "center",
        rotation_mode="anchor" if turned else None,
        fontsize=7.5,
    )
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(top) + 1.0, -0.5)
    handles: list[Artist] = [Patch(facecolor=STATUS[state]) for state in STATUS]
    handles.append(Patch(facecolor="white", edgecolor=INK))
    words = [
        "Condition met (modelled),\n"
        + ("median date it holds from" if view.draws else "and when it holds from"),
        "\N{MULTIPLICATION SIGN}  Not met within\nthe horizon",
        "?  Unknown:\ndata missing",
        "Framed: binding gate,\nthe last to hold",
    ]
    ax.legend(handles, words, loc="upper center", bbox_to_anchor=(0.4, 0), ncols=4, fontsize=SMALL)


def _matrix_totals(ax: Axes, gates: pd.DataFrame, columns: list[str], row: int) -> None:
    """Write below the matrix the share of all communities that meet each gate."""
    everyone = gates["community"].nunique()
    met = gates[gates["state"] == "met"].groupby("gate")["community"].nunique()
    ax.axhline(row - 0.25, color=QUIET, linewidth=0.6)
    for column, gate in enumerate(columns):
        share = percent(float(met.get(gate, 0)), everyone)
        ax.text(column, row + 0.25, share, ha="center", va="center", fontsize=7.5)
    ticks = [*ax.get_yticks(), row + 0.25]
    labels = [text.get_text() for text in ax.get_yticklabels()]
    ax.set_yticks(ticks, [*labels, f"Met, of all {thousands(everyone)}"], fontsize=SMALL)


# Hectares by year


def hectares(land_release: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return hectares by year (rows, without gaps) and route (columns), for one allocation."""
    mine = only(land_release, view.allocation)
    table = mine.pivot_table(
        index="year", columns="route", values="area_m2_mean", aggfunc="sum", fill_value=0.0
    )
    years = table.index.astype(int)
    span = range(years.min(), years.max() + 1) if len(years) else range(0)
    table.index = years
    return table.reindex(index=list(span), columns=list(ROUTES), fill_value=0.0) / 1e4


def _hectares_alt(land_release: pd.DataFrame, *, view: View) -> str:
    """Say how much is released in all, and how much of it is cleared."""
    table = hectares(land_release, view)
    total = float(table.to_numpy().sum())
    if not total:
        return f"Under {view.title(view.allocation)} no land is released within the horizon."
    best = table.sum(axis=1)
    parts = [f"{thousands(float(table[route].sum()))} {route}" for route in ROUTES]
    how = ", mean of the draws" if view.draws else ""
    return (
        f"Under {view.title(view.allocation)} {thousands(total)} hectares are released "
        f"(modelled{how}) from {table.index[0]} to {table.index[-1]}: {listed(parts)}. "
        f"The largest year is {best.idxmax()} with {thousands(float(best.max()))} hectares."
    )


def _hectares_note(land_release: pd.DataFrame, *, view: View) -> str:
    """Say that the bars are means."""
    return (
        f"Bars: means of {thousands(view.draws)} draws, which add up; hazards that community "
        "surveys find are among them. Ranges are in land_release.csv."
    )


@chart(
    "Land released each year, by route (modelled)",
    ("land_release",),
    _hectares_alt,
    notes_of_draws=_hectares_note,
    title_of_draws="Land released each year, by route (modelled): mean of the draws",
)
def hectares_by_year(land_release: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw stacked bars of hectares released by year and route.

    Parameters
    ----------
    land_release
        allocation, year, route, area_m2_mean; other rows (district, denied use) are added up.
    """
    ax = blank(ax)
    table = hectares(land_release, view)
    years = table.index.to_numpy(dtype=float)
    bottom = np.zeros(len(table))
    for route, (colour, hatch) in ROUTES.items():
        tops = table[route].to_numpy(dtype=float)
        bars = ax.bar(years, tops, 0.78, bottom, label=route.capitalize())
        for bar in bars:
            bar.set(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.5)
        bottom = bottom + tops
    span = land_release["year"].max() - land_release["year"].min() + 1
    if span * columns_of(ax) <= MOST_TOTALS:  # of all allocations, so that panels are alike
        for year, top in zip(years[bottom > 0], bottom[bottom > 0], strict=True):
            ax.annotate(
                thousands(top),
                (year, top),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
    ax.set_xlabel("Calendar year of release")
    ax.set_ylabel(f"Area released (hectares{', mean' if view.draws else ''})")
    years_at = MaxNLocator(12 // columns_of(ax), integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])
    ax.xaxis.set_major_locator(years_at)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: thousands(value)))
    ax.grid(axis="y")
    if bottom.sum() > 0:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, handlelength=2.6)
    else:
        ax.set(xlim=(view.start.year - 0.5, view.date(view.horizon_days).year + 0.5), ylim=(0, 1))
        note(ax, "No land is released within the horizon.")
    return finished(ax, "hectares_by_year", view, f"{thousands(bottom.sum())} hectares in all")


# Team occupation


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
