"""Tables of the page that are ready to print: headings and cells in its language."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from returnplan.domain import Assumption, Dependence
from returnplan.model.chance.assumptions import rows_in_force
from returnplan.model.chance.dependence import dependence_in_force
from returnplan.runs.difference import BETTER, VERDICTS, WORSE
from returnplan.show.findings import (
    NONE,
    Findings,
    bottlenecks,
    calibrated_words,
    cost_note,
    decimals,
    harm_rate,
    held,
    key_roads,
    leader,
    on,
    option_headings,
    option_notes,
    options,
    range_of,
    rate_text,
    records,
    source_words,
    team_use,
)
from returnplan.show.page.districts import district_name
from returnplan.show.page.rounding import significant

MOST_ROADS = 10
MILLION, PERCENT = 1e6, 100
STANDARD_ERRORS = 1.96
"""Mean costs that lie further apart than so many standard errors differ clearly."""
APART = ("mean", "low", "high", "differing", "differing_share_high")
"""Ends of the columns of ``harm`` about a difference."""
PARAMETERS = ("a", "b", "c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings and rows of one table.

    Parameters
    ----------
    headings
        One for each column.
    rows
        Cells, the first of each row is its heading.
    title
        Words above it.
    notes
        Sentences below it.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    notes: tuple[str, ...] = ()


def across(table: Table) -> Table:
    """Turn a table of allocations round: a column each, so that what is compared stands in a row.

    Parameters
    ----------
    table
        One row an allocation, its title first.
    """
    headings, *rows = zip(table.headings, *table.rows, strict=True)
    return Table(headings=headings, rows=tuple(rows), notes=table.notes)


def option_table(findings: Findings) -> Table:
    """The options side by side, a column each."""
    rows = tuple(option.texts for option in options(findings))
    notes = option_notes(findings)
    return across(Table(headings=option_headings(findings), rows=rows, notes=notes))


def road_tables(findings: Findings) -> tuple[Table, ...]:
    """Key roads of each allocation, the leading one first; none where nobody waits for a road."""
    words = findings.words
    headings = (
        words.phrase("Road"),
        words.phrase("Person-days"),
        words.phrase("Share of all waiting"),
        words.phrase("People"),
        words.phrase("Open to people"),
    )
    tables, best = [], leader(findings)
    for name in sorted(findings.allocations, key=lambda name: name != best):
        waiting = findings.summary(name)["person_days_mean"]
        rows = tuple(
            (
                road.name,
                words.number(road.person_days),
                words.percent(road.person_days, waiting),
                words.number(road.people),
                road.opens,
            )
            for road in key_roads(findings, name, MOST_ROADS)
        )
        if rows:
            tables.append(Table(title=findings.title(name), headings=headings, rows=rows))
    return tuple(tables)


def past_table(findings: Findings) -> Table:
    """Published facts by measure, beside the draws of the first allocation."""
    words = findings.words
    headings = (
        words.phrase("Published"),
        words.phrase("Use"),
        words.phrase("Facts"),
        words.phrase("In the range (p10 to p90)"),
        words.phrase("Median error"),
        words.phrase("Model nearer than forecasts without it"),
    )
    rows = tuple(
        (
            one.name,
            one.group,
            words.number(one.facts),
            words.number(one.inside),
            NONE if math.isnan(one.error) else words.of_hundred(words.number(PERCENT * one.error)),
            words.phrase(
                "{nearest} of {compared}",
                nearest=words.number(one.nearest),
                compared=words.number(one.compared),
            )
            if one.compared
            else NONE,
        )
        for one in held(findings)
    )
    note = words.phrase(
        "Median error: of the median simulation, as a share of the figure. Forecasts without a "
        "model: the last rate goes on, the line through the last two, the mean rate; they know "
        "what was published before."
    )
    return Table(headings=headings, rows=rows, notes=(note,))


def difference_tables(findings: Findings) -> tuple[Table, ...]:
    """Paired differences to the first allocation, a table for each thing that is counted.

    A run without two draws has none; the public gets those that rest on several settlements.
    """
    if "differences" not in findings.tables:
        return ()
    words, table = findings.words, findings.tables["differences"]
    rows = list(records(table))
    counted = sorted({row["date"] for row in rows} - {None})
    later = [day for day in counted if day >= findings.near]
    dates = dict.fromkeys([*later[:1], *counted[-1:]])
    titles = {None: words.phrase("Person-days until conditions are met (fewer is better)")} | {
        date: words.phrase(
            "People whose conditions are met (modelled) by {date}", date=words.date(date)
        )
        for date in dates
    }
    headings = (
        words.phrase("Plan"),
        words.phrase("Mean difference"),
        words.phrase("95% interval of the mean"),
        words.phrase("80% of simulations"),
        words.phrase("Better in"),
        words.phrase("Verdict"),
    )
    return tuple(
        Table(
            title=title,
            headings=headings,
            rows=tuple(_difference(findings, row) for row in rows if row["date"] == date),
        )
        for date, title in titles.items()
        if any(row["date"] == date for row in rows)
    )


def _difference(findings: Findings, row: dict[str, Any]) -> tuple[str, ...]:
    words = findings.words
    has_people = row["measure"] == "people_met"

    def signed(value: float) -> str:
        return findings.signed(value if has_people else significant(value))

    def between(low: float, high: float) -> str:
        return words.phrase("{low} to {high}", low=signed(low), high=signed(high))

    return (
        findings.title(row["allocation"]),
        *(
            (findings.few_differ(row), NONE)
            if math.isnan(row["mean"])
            else (signed(row["mean"]), between(row["low"], row["high"]))
        ),
        between(row["p10"], row["p90"]),
        words.percent(row["probability_better"]),
        words.named(row["verdict"], VERDICTS),
    )


def cause_table(findings: Findings) -> Table:
    """Share of the person-days of waiting that each cause takes, by allocation."""
    words = findings.words
    causes = [bottlenecks(findings, name) for name in findings.allocations]
    names = {row.cause: row.name for rows in causes for row in rows}
    shares = [{row.cause: row.percent for row in rows} for rows in causes]
    rows = (
        (names[cause], *(share.get(cause, words.percent(0.0)) for share in shares))
        for cause in sorted(names, key=lambda cause: cause == "other")
    )
    headings = (words.phrase("Cause"), *map(findings.title, findings.allocations))
    return Table(headings=headings, rows=tuple(rows))


def team_tables(findings: Findings) -> tuple[Table, ...]:
    """How teams spend their days, of each allocation, the leading one first; public: none."""
    words, best = findings.words, leader(findings)
    headings = (
        words.phrase("Teams"),
        words.phrase("Team-days present"),
        words.phrase("Idle"),
        words.phrase("Of workable days on what no condition asks for"),
    )
    tables = []
    for name in sorted(findings.allocations, key=lambda name: name != best):
        rows = tuple(
            (
                use.name,
                words.number(use.team_days),
                words.percent(use.idle),
                words.percent(use.unneeded),
            )
            for use in team_use(findings, name)
        )
        if rows:
            tables.append(Table(title=findings.title(name), headings=headings, rows=rows))
    return tuple(tables)


def cost_table(findings: Findings) -> Table:
    """Cost and expected casualties of each allocation: by people, years and area, and in all."""
    words = findings.words
    rates = {
        ("returnees", "per_1000_person_years"): words.phrase(
            "Expected casualties per 1,000 person-years"
        ),
        ("deminers", "per_km2"): words.phrase("Accidents of deminers per km² worked on"),
    }
    kinds = {
        "returnees_early": words.phrase("Casualties among people who come early"),
        "returnees_after": words.phrase("Casualties among returnees after"),
        "deminers": words.phrase("Accidents of deminers"),
        "all": words.phrase("All casualties"),
    }
    headings = (
        words.phrase("Plan"),
        words.phrase("Cost, million USD"),
        words.phrase("Difference in cost"),
        words.phrase("Cost of each further person against the first, USD"),
        words.phrase("Cost per person whose conditions are met, USD"),
        words.phrase("Cost per person who has returned, USD"),
        *rates.values(),
        *kinds.values(),
    )
    first = findings.summary(findings.first)
    rows = []
    for name in findings.allocations:
        mine = findings.summary(name)
        is_first = name == findings.first
        cost = (mine["cost_usd_mean"] - first["cost_usd_mean"]) / MILLION
        rows.append(
            (
                findings.title(name),
                words.number(mine["cost_usd_mean"] / MILLION, 1),
                words.phrase("reference") if is_first else findings.signed(cost, 1),
                words.phrase("reference") if is_first else _further_person(findings, name),
                findings.number(mine["cost_per_person_usd"]),
                findings.number(mine["cost_per_returned_usd"]),
                *(rate_text(findings, harm_rate(findings, name, *rate)) for rate in rates),
                *(_harm(findings, name, kind) for kind in kinds),
            )
        )
    notes = (
        cost_note(findings),
        words.phrase(
            "Cost of each further person: the difference in cost by the difference in people whose "
            "conditions are met (modelled) by the end of the run; only where both are clear."
        ),
        words.phrase(
            "Totals grow with the people who return and the land that is worked on: compare rates "
            "first."
        ),
        words.phrase(
            "Rates are by exposure: per 1,000 years that returned people are there, and per km² "
            "worked on. A total would make a plan look worse that brings more people home."
        ),
        words.phrase(
            "Casualty figures are estimates of the difference from the first plan over the same "
            "simulations, mean and 80% range. A minus sign means fewer. They are for comparing "
            "plans only, and never shown for a village."
        ),
    )
    return across(Table(headings=headings, rows=tuple(rows), notes=notes))


def _further_person(findings: Findings, allocation: str) -> str:
    """Cost of each further person against the first allocation, where both clearly differ."""
    words = findings.words
    people = findings.difference(allocation, findings.first, "people_met")
    mine, first = findings.summary(allocation), findings.summary(findings.first)
    cost = mine["cost_usd_mean"] - first["cost_usd_mean"]
    error = math.hypot(mine["cost_usd_se"], first["cost_usd_se"])
    is_clear = people is not None and people["verdict"] in (BETTER, WORSE)
    if people is None or not is_clear or not abs(cost) > STANDARD_ERRORS * error:
        return words.phrase("not clear")
    each = findings.about(abs(cost / people["mean"]))
    if (people["mean"] > 0) == (cost > 0):
        return each if cost > 0 else words.phrase("{cost} saved for each person fewer", cost=each)
    if cost < 0:
        return words.phrase("more people for less")
    return words.phrase("fewer people for more")


def _harm(findings: Findings, allocation: str, kind: str) -> str:
    """Difference in expected casualties with its range."""
    words = findings.words
    if allocation == findings.first:
        return words.phrase("reference") if findings.draws else words.phrase("withheld")
    rows = findings.rows("harm", allocation)
    row = next(records(rows[rows["kind"] == kind]), {})
    apart = {part: float(row.get(f"difference_{part}", math.nan)) for part in APART}
    values = [apart[part] for part in ("mean", "low", "high")]
    if math.isnan(values[0]) and not math.isnan(apart["differing"]):
        return findings.few_differ({**apart, "draws": findings.draws})
    if math.isnan(values[0]):
        return words.phrase("withheld")
    places = decimals(findings, max(values, key=abs))
    return findings.signed_range(values[0], values[1], values[2], places)


def district_table(findings: Findings) -> Table:
    """Share of each district's people whose conditions are met by the horizon, by allocation."""
    words, table = findings.words, findings.tables["district_shares"]
    last = on(table, findings.horizon)
    cells = {(row["district"], row["allocation"]): row for row in records(last)}
    people = last.groupby("district")["people"].max()
    rows = []
    for district in people.index:
        shares = [
            findings.share_range(range_of(cells[district, name], "share"))
            for name in findings.allocations
        ]
        rows.append(
            (district_name(findings, str(district)), findings.number(people[district]), *shares)
        )
    headings = (
        words.phrase("District"),
        words.phrase("People"),
        *(findings.title(name) for name in findings.allocations),
    )
    return Table(headings=headings, rows=tuple(rows))


def assumption_table(findings: Findings) -> Table:
    """Assumptions in force: form, numbers, unit, mark, source."""
    words, known = findings.words, _Known(findings)
    rows = (
        (
            _named(row.id) + (f" ({findings.district(row.district)})" if row.district else ""),
            _distribution(findings, row),
            row.unit,
            *known.cells(row),
        )
        for row in rows_in_force(findings.scenario)
    )
    names = (words.phrase("Assumption"), words.phrase("Distribution"), words.phrase("Unit"))
    return Table(headings=(*names, *known.headings), rows=tuple(rows))


def dependence_table(findings: Findings) -> Table:
    """Assumptions that are drawn together, and how closely."""
    words, known = findings.words, _Known(findings)
    rows = (
        (
            _named(row.id),
            _named(row.with_id),
            words.number(row.rank_correlation, 2),
            *known.cells(row),
        )
        for row in dependence_in_force(findings.scenario)
    )
    names = (
        words.phrase("Assumption"),
        words.phrase("Varies together with"),
        words.phrase("Rank correlation"),
    )
    return Table(headings=(*names, *known.headings), rows=tuple(rows))


def _named(name: str) -> str:
    return name.replace("_", " ")


class _Known:
    """The last two columns of a table of assumptions: how well each is known, and by whom."""

    def __init__(self, findings: Findings) -> None:
        words = findings.words
        self.headings = (words.phrase("Evidence"), words.phrase("Source"))
        self._marks = {
            "verified": words.phrase("verified"),
            "derived": words.phrase("derived"),
            "assumed": words.phrase("assumed"),
        }
        self._titles = source_words(findings)

    def cells(self, row: Assumption | Dependence) -> tuple[str, str]:
        """Mark and source of a row."""
        return self._marks[row.mark], self._titles.get(row.source, row.source)


def _distribution(findings: Findings, row: Assumption) -> str:
    """Name of a distribution, its parameters and its limits, as in the table of assumptions."""
    words = findings.words
    given = [getattr(row, name) for name in PARAMETERS]
    text = f"{row.distribution} {'; '.join(f'{value:g}' for value in given if value is not None)}"
    if row.low is None and row.high is None:
        return text
    if row.low is None or row.high is None:
        return f"{text}, ≥ {row.low:g}" if row.high is None else f"{text}, ≤ {row.high:g}"
    return words.phrase(
        "{distribution}, within {low} to {high}",
        distribution=text,
        low=f"{row.low:g}",
        high=f"{row.high:g}",
    )


def how_made(findings: Findings) -> tuple[tuple[str, str], ...]:
    """Data date, version, seed, draws, digests, command: what repeats the run."""
    words, manifest, scenario = findings.words, findings.run.manifest, findings.scenario
    seed = manifest["seed"]
    lines = [
        (words.phrase("Scenario"), f"{scenario.title or scenario.name} ({scenario.name})"),
        (words.phrase("The model starts on"), words.date(scenario.start)),
        (
            words.phrase("The run was made on"),
            words.date(dt.datetime.fromisoformat(str(manifest["start"]))),
        ),
        (words.phrase("Last day of the run"), words.date(findings.horizon)),
        (
            words.phrase("Simulations"),
            words.number(findings.draws)
            if findings.draws
            else words.phrase("none: single-value run"),
        ),
        (words.phrase("Seed"), "–" if seed is None else str(seed)),
        *(
            [(words.phrase("Calibration"), calibrated_words(findings.run, words))]
            if findings.run.calibration
            else []
        ),
        (words.phrase("Version of returnplan"), str(manifest["returnplan"])),
        (words.phrase("SHA-256 of the results"), str(manifest["digest"])),
        (words.phrase("SHA-256 of the scenario"), str(manifest["scenario_sha256"])),
    ]
    if not findings.is_public:
        lines.append((words.phrase("Command"), str(manifest["command"])))
    if findings.run.edited:
        lines.append((words.phrase("Edited after the run"), ", ".join(findings.run.edited)))
    if findings.contact:
        lines.append((words.phrase("Contact"), findings.contact))
    return tuple(lines)
