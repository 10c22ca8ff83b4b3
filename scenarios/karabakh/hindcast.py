"""Set the calibrated model beside the published past, and beside a naive forecast of each fact.

    python hindcast.py                          128 draws, into the folder hindcast
    python hindcast.py --draws 400 --seed 7 --out somewhere

Facts are the rows of ``data/hindcast.csv``: a later year is a new row, not new code. The model runs
``as_2022`` as it was calibrated; nothing is tuned here. Column ``used``: ``fit`` (one of the four
calibrated figures), ``input`` (scenario or assumptions were made with it, at least in part), ``no``
(not used), ``before`` (before the start: only the naive forecasts know it).
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from parts.past import ALL, ALLOCATION, Fact, Past, Range, model_past, read_facts
from parts.past_chart import draw_chart

import returnplan as rp
from returnplan.cli.screen import Bars, Log
from returnplan.domain import AUTHORITY, STATEMENT
from returnplan.runs import DRAWS
from returnplan.show import drawing

HERE = Path(__file__).resolve().parent
NEAR_ANNIVERSARY_DAYS = 45
USED = ("fit", "input", "no")
NAN = math.nan


# ---------------------------------------------------------------- naive forecasts

Others = Sequence[Fact]
"""Facts of the same kind; a forecast looks only at those that were known before."""


def last_rate(fact: Fact, others: Others) -> float:
    """Continue the daily rate of the last period that had ended before this one began."""
    known = [one for one in others if one.until < fact.begins]
    if not known:
        return NAN
    last = max(known, key=lambda one: one.until)
    return last.published / last.days * fact.days


def last_pace(fact: Fact, others: Others) -> float:
    """Continue a count since the start at its mean pace so far."""
    known = [one for one in others if one.until < fact.until]
    if not known:
        return NAN
    last = max(known, key=lambda one: one.until)
    return last.published / last.days * fact.days


def no_change(fact: Fact, others: Others) -> float:
    """Keep the last count; nobody before the first one."""
    known = [one for one in others if one.until < fact.until and one.place == fact.place]
    return max(known, key=lambda one: one.until).published if known else 0.0


def same_delay(fact: Fact, others: Others) -> float:
    """Wait as long after control passed as the settlement did that was first before this one."""
    known = [one for one in others if one.until < fact.begins]
    if not known:
        return NAN
    last = max(known, key=lambda one: one.until)
    return fact.entered_day + last.begins_day - last.entered_day


def even_months(fact: Fact, others: Others) -> float:
    """Every month is like the mean month."""
    return 1.0


def equal_shares(fact: Fact, others: Others) -> float:
    """Every district of the table has the same share."""
    return 1 / sum(one.begins == fact.begins for one in others)


# ---------------------------------------------------------------- kinds of facts


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is compared, and how.

    Parameters
    ----------
    words
        What stands in tables and on the chart.
    decimals
        Decimals to print.
    modelled
        Asks the model.
    naive, naive_words
        The naive forecast, and how to say it.
    is_judged
        False: put beside each other only, since the two count different people.
    """

    words: str
    decimals: int = 0
    modelled: Callable[[Past, Fact], Range]
    naive: Callable[[Fact, Others], float]
    naive_words: str
    is_judged: bool = True


def victims(past: Past, fact: Fact) -> Range:
    """Casualties of returnees and deminers, which the model sums up by whole years."""
    years = round(fact.days / 365.25)
    anniversary = past.anniversary(years)
    near = abs((anniversary - fact.until).days) <= NEAR_ANNIVERSARY_DAYS
    return past.casualties(years) if near and years else Range(NAN, NAN, NAN)


KINDS = {
    "released_ha": Kind(
        words="Released, ha",
        modelled=lambda past, fact: past.released(fact, "ha"),
        naive=last_rate,
        naive_words="daily rate of the last period that had ended before",
    ),
    "minefield_ha": Kind(
        words="Dense minefield by clearance, ha",
        modelled=lambda past, fact: past.released(fact, "minefield_cleared_ha"),
        naive=last_rate,
        naive_words="the same rate",
    ),
    "items": Kind(
        words="Explosive items",
        modelled=lambda past, fact: past.released(fact, "items"),
        naive=last_rate,
        naive_words="the same rate",
    ),
    "mine_action_usd": Kind(
        words="Demining money, USD",
        modelled=lambda past, fact: past.mine_action_usd(fact),
        naive=last_rate,
        naive_words="the same rate",
    ),
    "season_index": Kind(
        words="Seasonal index",
        decimals=2,
        modelled=lambda past, fact: past.month_index(fact),
        naive=even_months,
        naive_words="every month alike",
    ),
    "district_share": Kind(
        words="Share of the area released",
        decimals=3,
        modelled=lambda past, fact: past.district_share(fact),
        naive=equal_shares,
        naive_words="equal shares",
    ),
    "first_return": Kind(
        words="First organised return; modelled: conditions met",
        modelled=lambda past, fact: past.ready_day(fact),
        naive=same_delay,
        naive_words="as long after control passed as the first return before it (earliest date)",
    ),
    "persons": Kind(
        words="Persons returned",
        modelled=lambda past, fact: past.returned(fact),
        naive=no_change,
        naive_words="the last count stays (none before the first)",
    ),
    "victims": Kind(
        words="Victims; modelled: returnees, deminers",
        modelled=victims,
        naive=last_pace,
        naive_words="the pace since the start goes on",
        is_judged=False,
    ),
}
DATED = "first_return"
MANY_ROWED = ("season_index", "district_share")
"""Only counted in the README; the file has them all."""


# ---------------------------------------------------------------- the comparison


def compare(facts: Sequence[Fact], past: Past) -> pd.DataFrame:
    """One row a fact: published, modelled range, naive forecast, and how far both are off.

    Numbers of ``first_return`` are days since the start; ``inf`` does not come by the horizon.
    Errors are modelled (p50), or naive, minus published.
    """
    rows = []
    for fact in facts:
        if fact.used == "before":
            continue
        kind = KINDS[fact.kind]
        modelled = kind.modelled(past, fact)
        naive = kind.naive(fact, [one for one in facts if one.kind == fact.kind])
        low, high = fact.lowest, fact.highest
        off = _off(modelled.p50, low, high) if kind.is_judged else NAN
        rows.append(
            {
                "id": fact.id,
                "kind": fact.kind,
                "place": fact.place_name,
                "month": fact.month,
                "from": fact.begins.date().isoformat(),
                "until": fact.until.date().isoformat(),
                "used": fact.used,
                "published": low,
                "p10": modelled.p10,
                "p50": modelled.p50,
                "p90": modelled.p90,
                "published_is": _place_of(low, high, modelled, is_judged=kind.is_judged),
                "error": off,
                "error_percent": _percent(off, fact),
                "naive": naive,
                "naive_error": _off(naive, low, high),
                "naive_error_percent": _percent(_off(naive, low, high), fact),
            }
        )
    table = pd.DataFrame(rows)
    away, naive_away = table["error"].abs(), table["naive_error"].abs()
    is_both = away.notna() & naive_away.notna() & table["published_is"].isin(JUDGED)
    table["nearer"] = ""
    table.loc[is_both & (away < naive_away), "nearer"] = "model"
    table.loc[is_both & (away > naive_away), "nearer"] = "naive"
    table.loc[is_both & (away == naive_away), "nearer"] = "alike"
    return table


JUDGED = ("in the range", "below the range", "above the range")


def _place_of(low: float, high: float, modelled: Range, *, is_judged: bool) -> str:
    """Say where the published number lies."""
    if math.isnan(modelled.p50):
        return "not modelled"
    if not is_judged:
        return "not comparable"
    if high < modelled.p10:
        return JUDGED[1]
    return JUDGED[2] if low > modelled.p90 else JUDGED[0]


def _off(number: float, low: float, high: float) -> float:
    """Distance to the published number, or to the nearer end of a published span."""
    return number - min(max(number, low), high) if not math.isnan(number) else NAN


def _percent(error: float, fact: Fact) -> float:
    return 100 * error / fact.published if fact.published and fact.kind != DATED else NAN


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each use of the facts and kind: how many lie in the range, who is nearer."""
    table = table[table["published_is"].isin(JUDGED)]
    rows = []
    for used in USED:
        for kind in KINDS:
            rows.append(_counts(table[(table["used"] == used) & (table["kind"] == kind)]))
            rows[-1] |= {"used": used, "kind": kind}
        rows.append(_counts(table[table["used"] == used]) | {"used": used, "kind": "all"})
    found = pd.DataFrame([row for row in rows if row["facts"]])
    return found[["used", "kind", *(name for name in found if name not in {"used", "kind"})]]


def _counts(rows: pd.DataFrame) -> dict[str, Any]:
    where, nearer = rows["published_is"], rows["nearer"]
    return {
        "facts": len(rows),
        **{words.replace(" ", "_"): int((where == words).sum()) for words in JUDGED},
        "model_nearer": int((nearer == "model").sum()),
        "naive_nearer": int((nearer == "naive").sum()),
    }


# ---------------------------------------------------------------- words


def written(table: pd.DataFrame, past: Past) -> pd.DataFrame:
    """Write dates as dates and round numbers, for files and readers."""
    shown = table.astype(object).copy()
    for at, row in table.iterrows():
        kind = KINDS[row["kind"]]
        for name in ("published", "p10", "p50", "p90", "naive", "error", "naive_error"):
            is_date = row["kind"] == DATED and "error" not in name
            number = row[name]
            if not math.isfinite(number):
                shown.loc[at, name] = f"after {past.horizon}" if math.isinf(number) else ""
            else:
                shown.loc[at, name] = past.date(number) if is_date else round(number, kind.decimals)
        for name in ("error_percent", "naive_error_percent"):
            shown.loc[at, name] = "" if math.isnan(row[name]) else round(row[name])
        if row["kind"] == DATED and row["from"] != row["until"]:
            shown.loc[at, "published"] = f"{row['from']} to {row['until']}"
        for name in ("error", "naive_error"):
            if math.isinf(row[name]):
                shown.loc[at, name] = "beyond the horizon"
    return shown


def fact_words(row: Any) -> str:
    """Tell one fact of a kind from the others."""
    if row["kind"] == DATED:
        return str(row["place"])
    if row["kind"] == "district_share":
        return f"{row['place']}, {row['from']} to {row['until']}"
    if row["kind"] == "victims":
        return f"to {row['until']}"
    if row["kind"] == "persons":
        where = "seven districts" if row["place"] == ALL else row["place"]
        return f"{where}, to {row['until']}"
    if row["kind"] == "season_index":
        return f"month {row['month']}"
    return f"{row['from']} to {row['until']}"


def readme(table: pd.DataFrame, past: Past) -> str:
    """Both tables as they stand in the README: facts but for the many-rowed ones, and counts."""
    lines = [
        "| fact | used | published | modelled p50 | p10 to p90 | published is | error | naive | "
        "naive error | nearer |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    shown = written(table[~table["kind"].isin(MANY_ROWED)], past)
    for _, row in shown.iterrows():
        errors = [_signed(row, name) for name in ("error", "naive_error")]
        numbers = [_grouped(row[name]) for name in ("published", "p50", "p10", "p90", "naive")]
        span = f"{numbers[2]} to {numbers[3]}" if numbers[1] else ""
        name = f"{KINDS[row['kind']].words}: {fact_words(row)}"
        cells = [name, row["used"], numbers[0], numbers[1], span, row["published_is"]]
        lines.append(f"| {' | '.join([*cells, errors[0], numbers[4], errors[1], row['nearer']])} |")
    heads = "| used | kind | facts | in the range | below | above | model nearer | naive nearer |"
    lines += ["", heads, "|---|---|---|---|---|---|---|---|"]
    counts: list[Any] = summary(table).to_dict("records")
    for row in counts:
        kind = KINDS[row["kind"]].words if row["kind"] in KINDS else "all of these"
        numbers = [str(row[name]) for name in row if name not in {"used", "kind"}]
        lines.append(f"| {' | '.join([row['used'], kind, *numbers])} |")
    return "\n".join(lines)


def _grouped(value: object) -> str:
    if isinstance(value, int | float):
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"
    return str(value)


def _signed(row: Any, name: str) -> str:
    """Write an error: percent where there is one, days for dates."""
    percent = row[f"{name}_percent"]
    if percent != "":
        return f"{percent:+,} %"
    if isinstance(row[name], str):
        return str(row[name])
    return f"{row[name]:+,.0f}{' days' if row['kind'] == DATED else ''}"


# ---------------------------------------------------------------- the command


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser(
        description="The calibrated model beside the published past and naive forecasts.",
        epilog="Example: python hindcast.py --draws 128 --seed 1 --out hindcast",
    )
    parser.add_argument("--facts", type=Path, default=HERE / "data" / "hindcast.csv")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="luck of the draws (default 1)")
    parser.add_argument("--out", type=Path, default=Path("hindcast"), help="folder to write to")
    given = parser.parse_args(words)
    if given.draws < 10 or given.seed < 0:
        parser.error("a range needs 10 draws or more, and a seed of 0 or more")
    return given


def main(words: Sequence[str] | None = None) -> int:
    """Run the model, write table and chart, print the table."""
    given = parse(words)
    bars: Bars | Log = Bars() if sys.stderr.isatty() else Log()
    try:
        scenario = rp.load(HERE)
        facts = read_facts(given.facts, scenario, KINDS)
        past = model_past(scenario, facts, given.draws, given.seed, bars.drawn)
        table = compare(facts, past)
        given.out.mkdir(parents=True, exist_ok=True)
        written(table, past).to_csv(given.out / "hindcast.csv", index=False, lineterminator="\n")
        summary(table).to_csv(given.out / "coverage.csv", index=False, lineterminator="\n")
        named = table.assign(
            heading=[KINDS[kind].words for kind in table["kind"]],
            label=[fact_words(row) for _, row in table.iterrows()],
        )
        drawn, alt = draw_chart(named, past, STATEMENT.format(authority=AUTHORITY))
        drawing.save(drawn, given.out / "hindcast", alt)
    except (rp.ReturnplanError, OSError) as error:
        print(f"hindcast: {error}", file=sys.stderr)
        return 1
    print(f"{ALLOCATION}, {past.made}\n\n{readme(table, past)}\n\nNaive forecasts:")
    print("\n".join(f"  {kind.words}: {kind.naive_words}" for kind in KINDS.values()))
    print(f"Written: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
