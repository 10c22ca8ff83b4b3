"""The matrix of gates by district: from when on each holds for half of the people."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from returnplan.language.words import shortened
from returnplan.model.conditions.gates import gate_name
from returnplan.show.drawing import (
    CELL,
    FRAME,
    HEAD_LINES,
    INK,
    MOST_DATED_GATES,
    NOT_MET_HATCH,
    SMALL,
    UNKNOWN,
    View,
    blank,
    boxes,
    chart,
    class_of,
    classes_of,
    gates_of,
    label_gates,
    legend_below,
    note,
    only,
    share_looks,
)

MOST_DISTRICTS = 30
NAME_LETTERS = 26
ROW_INCHES = 0.24
STATES = ("people_met", "people_not_met", "people_unknown")
GREY, DARK_BELOW = (0.299, 0.587, 0.114), 0.5
"""How light colours are in grey, and below which lightness letters are white."""
SHORT, SMALLER = 6, 6.0  # letters of a text of full size, and the size of longer ones
HALO = {"white": [], INK: [withStroke(linewidth=1.6, foreground="white")]}


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """One district and gate.

    Parameters
    ----------
    share
        Of the people for whom it is met within the horizon; nan: withheld.
    half_day
        From when on it holds for half of them; nan: not shown; inf: not within the horizon.
    last_share
        Share of people and simulations for whom it is the last to hold.
    """

    share: float
    half_day: float
    last_share: float


def _cells(
    district_gates: pd.DataFrame, district_halves: pd.DataFrame, view: View
) -> dict[tuple[str, str], _Cell]:
    """Return the cells by district and gate, the districts by name, the nameless one last."""
    mine, halves = only(district_gates, view.allocation), only(district_halves, view.allocation)
    known = {
        (str(row["district"]), str(row["gate"])): (row["half_day"], row["last_share"])
        for row in halves.to_dict("records")
    }
    people = mine[list(STATES)].astype(float)
    shares = people["people_met"] / people.sum(axis=1, skipna=False)
    cells = {}
    for district, gate, share in zip(mine["district"], mine["gate"], shares, strict=True):
        key = (str(district), str(gate))
        day, last = known.get(key, (math.nan, 0.0))
        cells[key] = _Cell(share=float(share), half_day=float(day), last_share=float(last))
    names = sorted({name for name, _ in cells}, key=lambda name: (not name, name))
    return {
        (name, gate): cells[name, gate]
        for name in names[:MOST_DISTRICTS]
        for gate in gates_of(mine)
        if (name, gate) in cells
    }


def _last_gates(cells: Mapping[tuple[str, str], _Cell]) -> dict[str, str]:
    """Return the gate of each district that is most often the last to hold."""
    found: dict[str, tuple[float, str]] = {}
    for (district, gate), cell in cells.items():
        if cell.last_share > found.get(district, (0.0, ""))[0]:
            found[district] = (cell.last_share, gate)
    return {district: gate for district, (_, gate) in found.items()}


def _finding(district_gates: pd.DataFrame, district_halves: pd.DataFrame, *, view: View) -> str:
    """Say which condition is most often the last, or which one is missing for most people."""
    words, cells = view.words, _cells(district_gates, district_halves, view)
    last = pd.Series(list(_last_gates(cells).values()), dtype=object)
    districts = {district for district, _ in cells}
    if len(last):
        counts = last.value_counts(sort=False)
        return words.phrase(
            "The last condition to hold is most often {gate}: in {number} of {all} districts "
            "(modelled)",
            gate=gate_name(str(counts.idxmax()), words),
            number=words.number(counts.max()),
            all=words.number(len(districts)),
        )
    mine = only(district_gates, view.allocation)
    missing = mine.groupby("gate")[list(STATES[1:])].sum().sum(axis=1)
    is_withheld = bool(mine[list(STATES)].isna().to_numpy().any())
    if is_withheld or missing.empty or not missing.max() > 0:
        return ""
    return words.phrase(
        "The condition that is missing for most people at the end of the run is {gate} (modelled)",
        gate=gate_name(str(missing.idxmax()), words),
    )


def _alt(district_gates: pd.DataFrame, district_halves: pd.DataFrame, *, view: View) -> str:
    """Say in how many districts each gate is met for half of the people."""
    words, cells = view.words, _cells(district_gates, district_halves, view)
    if not cells:
        return words.phrase("Conditions by district: no data for this chart.")
    shares: dict[str, list[float]] = {}
    for (_, gate), cell in cells.items():
        shares.setdefault(gate, []).append(cell.share)
    told = words.listed(
        words.phrase(
            "{gate} in {number} of {all}",
            gate=gate_name(gate, words),
            number=words.number(sum(share >= 1 / 2 for share in found)),
            all=words.number(sum(not math.isnan(share) for share in found)),
        )
        for gate, found in shares.items()
    )
    return words.phrase(
        "Under {plan} each condition is met (modelled) by the end of the run for half of the "
        "people or more, in districts that are shown: {told}.",
        plan=view.title(view.allocation),
        told=told,
    )


def _notes(
    district_gates: pd.DataFrame, district_halves: pd.DataFrame, *, view: View
) -> Sequence[str]:
    """Say what cells and frames are."""
    words = view.words
    if district_halves.empty:
        text = words.phrase(
            "Cells: share of the people for whom the condition is met by the end of the run."
        )
    else:
        text = words.phrase(
            "Cells: the year from which the condition holds for half of the people. Outlined: "
            "the condition that is most often met last."
        )
    if not view.draws:
        return [text]
    medians = words.phrase(
        "People count by the median date (p50, of {draws} simulations) of their community.",
        draws=view.draws_word,
    )
    return [text, medians]


def _height(
    district_gates: pd.DataFrame, district_halves: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, heads and legend, and a row for each district."""
    rows = min(only(district_gates, view.allocation)["district"].nunique(), MOST_DISTRICTS)
    turned = district_gates["gate"].nunique() >= MOST_DATED_GATES
    return 1.6 + HEAD_LINES[turned] + ROW_INCHES * max(rows, 4)


@chart(
    lambda words, _: words.phrase("Each condition by district (modelled)"),
    ("district_gates", "district_halves"),
    _alt,
    shape="tall",
    height=_height,
    notes=_notes,
    is_first=True,
    finding=_finding,
)
def gates_by_district(
    district_gates: pd.DataFrame,
    district_halves: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw districts by the gates in force, with the year from which each holds for half of them.

    Parameters
    ----------
    district_gates
        One row per allocation, district and gate: people_met, people_not_met, people_unknown;
        empty cells are withheld.
    district_halves
        The same rows: half_day, last_share; none, as for the public: shares are written instead.
    """
    ax = blank(ax, "tall")
    words = view.words
    cells = _cells(district_gates, district_halves, view)
    ax.set_xlabel(words.phrase("Condition"), labelpad=6)
    ax.set_ylabel(words.phrase("District"))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if not cells:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("No conditions to show for this plan."))
        return ax
    districts = list(dict.fromkeys(district for district, _ in cells))
    gates = list(dict.fromkeys(gate for _, gate in cells))
    _draw(ax, cells, districts, gates, view)
    names = [name or words.phrase("Without a district") for name in districts]
    ax.set_yticks(
        range(len(names)), [shortened(name, NAME_LETTERS) for name in names], fontsize=SMALL
    )
    label_gates(ax, gates, words)
    ax.set_ylim(len(districts) - 0.5, -0.5)
    return ax


@dataclass(frozen=True, kw_only=True)
class _Look:
    """How a cell looks: words of the legend, what matplotlib calls it, and colour of letters."""

    words: str
    look: Mapping[str, Any]
    ink: str = INK


def _looks(cells: Iterable[_Cell], view: View) -> list[_Look]:
    """Return the look of each cell: by the year for half of the people, or by the share of all."""
    words = view.words
    cells = list(cells)
    years = [_year(cell.half_day, view) for cell in cells if not math.isnan(cell.half_day)]
    classes = {
        one: _Look(words=one.words(words), look=_plain(one.shade), ink=_ink(one.shade))
        for one in classes_of(years)
    }
    fifths = [
        _Look(words=text, look=_plain(shade), ink=_ink(shade)) for text, shade in share_looks(words)
    ]
    last = view.date(view.horizon_days).year
    late = _Look(
        words=words.phrase("Not by {year}", year=last),
        look={"facecolor": "white", "hatch": NOT_MET_HATCH, "edgecolor": UNKNOWN, "linewidth": 0.4},
    )
    withheld = _Look(
        words=words.phrase("withheld"),
        look={"facecolor": "white", "hatch": "...", "edgecolor": UNKNOWN, "linewidth": 0.4},
    )
    found = []
    for cell in cells:
        year = _year(cell.half_day, view)
        if math.isinf(year):
            found.append(late)
        elif not math.isnan(year):
            found.append(classes[class_of(year, list(classes))])
        elif math.isnan(cell.share):
            found.append(withheld)
        else:
            found.append(fifths[math.ceil((len(fifths) - 1) * cell.share)])
    return found


def _plain(shade: str) -> Mapping[str, Any]:
    return {"facecolor": shade, "edgecolor": "#BBBBBB", "linewidth": 0.4}


def _ink(shade: str) -> str:
    """Return the colour of letters that can be read on a shade."""
    return "white" if float(np.dot(to_rgb(shade), GREY)) < DARK_BELOW else INK


def _year(day: float, view: View) -> float:
    """Return the year of a day; nan and inf stay."""
    return float(view.date(max(day, 0.0)).year) if math.isfinite(day) else day


def _draw(
    ax: Axes,
    cells: Mapping[tuple[str, str], _Cell],
    districts: Sequence[str],
    gates: Sequence[str],
    view: View,
) -> None:
    """Fill the cells, write on them, frame the last gate of each district, and explain all that."""
    last = _last_gates(cells)
    looks = _looks(cells.values(), view)
    at: dict[str, list[tuple[int, int]]] = {}
    framed = []
    for ((district, gate), cell), look in zip(cells.items(), looks, strict=True):
        place = (gates.index(gate), districts.index(district))
        at.setdefault(look.words, []).append(place)
        if last.get(district) == gate:
            framed.append((place, look.ink))
        text = _cell_words(cell, view)
        ax.annotate(
            text, place, ha="center", va="center", color=look.ink, in_layout=False,
            fontsize=SMALL if len(text) <= SHORT else SMALLER, path_effects=HALO[look.ink],
        )  # fmt: skip
    by_words = {look.words: look for look in looks}
    for words, places in at.items():
        filled = PolyCollection(boxes(places, CELL), gid=words, **by_words[words].look)
        ax.add_collection(filled, autolim=False)
    frames = PolyCollection(
        boxes([place for place, _ in framed], FRAME), facecolor="none",
        edgecolor=[ink for _, ink in framed], linewidth=1.3, gid="framed",
    )  # fmt: skip
    ax.add_collection(frames, autolim=False)
    _legend(ax, list(by_words.values()), view, has_frames=bool(framed))


def _cell_words(cell: _Cell, view: View) -> str:
    """Return the year for half of the people, or the share of all where no year is shown."""
    words = view.words
    if math.isnan(cell.half_day):
        return words.percent(cell.share)
    if cell.half_day <= 0:
        return words.phrase("start")
    if not np.isfinite(cell.half_day):
        return words.phrase("after {year}", year=view.date(view.horizon_days).year)
    return str(view.date(cell.half_day).year)


def _legend(ax: Axes, looks: Sequence[_Look], view: View, *, has_frames: bool) -> None:
    """Explain shades and frame, the shades from dark to pale."""
    words = view.words
    order = sorted(looks, key=lambda look: (len(look.look) > len(_plain("")), look.words))
    keys = [Patch(label=look.words, **look.look) for look in order]
    title = words.phrase("Share of the people for whom it is met by the end of the run")
    if has_frames:
        label = words.phrase("Outlined: most often met last")
        keys.append(Patch(facecolor="white", edgecolor=INK, linewidth=1.3, label=label))
        title = words.phrase("Year from which it holds for half of the people")
    legend_below(
        ax, keys, middle=0.4, gap=0.5, columns=4, handlelength=1.6, title_fontsize=SMALL,
        title=title,
    )  # fmt: skip
