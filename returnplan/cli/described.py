"""Words about a scenario and what comes of it, for a terminal."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from returnplan.cli.screen import aligned
from returnplan.domain import STAGES, AllocationHeader, Deployment, Scenario
from returnplan.language.words import ENGLISH, Words
from returnplan.model.conditions.gates import GATES, preset_of
from returnplan.runs.expected_values import REASON, expected_values_words
from returnplan.runs.tables import OF_WORK
from returnplan.scenario import Gates, Report
from returnplan.scenario.dictionary import expected
from returnplan.scenario.funding import envelopes
from returnplan.scenario.translated import district_names, in_language
from returnplan.units import horizon_date

HECTARE_M2 = 10_000


def size(scenario: Scenario) -> str:
    """How large a scenario is, in a few words."""
    people = sum(c.people for c in scenario.communities)
    return (
        f"{len(scenario.communities)} communities with {people:,} people, "
        f"{len(scenario.roads)} roads, {len(scenario.hazards)} hazards, "
        f"{len(scenario.works)} works, {len(scenario.allocations)} allocations"
    )


def describe(report: Report, words: Words = ENGLISH) -> list[str]:
    """Summarise what will be modelled, and every default in use.

    Parameters
    ----------
    report
        Result of a check without errors.
    words
        Language; names of columns, policies and shipped assumptions stay as they are in files.

    Returns
    -------
    list[str]
        Lines to print.
    """
    scenario = report.scenario
    if scenario is None:
        return []
    said = in_language(scenario, words.language)
    defaults = default_lines(report) or [words.phrase("none")]
    return [
        f"{scenario.name}: {said.title}",
        *_contents(said, report.like, words),
        *_funding_lines(said, words),
        *_target_lines(said, words),
        "",
        words.phrase("Defaults in use (write your own to replace them):"),
        *(f"  {line}" for line in defaults),
    ]


def default_lines(report: Report) -> list[str]:
    """Each default in use: columns with blank cells, and shipped assumptions that are read.

    Parameters
    ----------
    report
        Result of a check.

    Returns
    -------
    list[str]
        One line each.
    """
    lines = [
        f"{table}.{column} = {default} in {_count(count, 'row')}"
        for table, column, default, count in report.default_columns
    ]
    headers = report.scenario.allocations if report.scenario else ()
    if steady := sum(header.rest_waits == 0 for header in headers):
        lines.append(f"rest_waits = 0 in {_count(steady, 'allocation')}")
    for row in report.default_assumptions:
        lines.append(f"assumption {row.id} = {expected(row)} {row.unit} ({row.mark}: {row.source})")
    return lines


def _line(label: str, text: str) -> str:
    return f"  {label:<10} {text}"


def _contents(scenario: Scenario, like: Mapping[str, Sequence[str]], words: Words) -> Iterator[str]:
    end = horizon_date(scenario.start, scenario.horizon_years)
    number = words.number
    yield _line(
        words.phrase("time"),
        words.phrase(
            "{start} to {end} ({years} years)",
            start=scenario.start,
            end=end,
            years=scenario.horizon_years,
        ),
    )
    if scenario.as_of:
        yield _line(words.phrase("data"), words.phrase("as of {date}", date=scenario.as_of))
    yield from _not_covered_lines(scenario, words)
    kinds = Counter(place.kind for place in scenario.places)
    yield f"  places     {', '.join(_count(n, kind) for kind, n in kinds.items())}"
    yield _line(
        words.phrase("people"),
        words.phrase(
            "{people} in {communities} communities",
            people=number(sum(community.people for community in scenario.communities)),
            communities=len(scenario.communities),
        ),
    )
    yield _line(
        words.phrase("roads"),
        words.phrase(
            "{roads}, {length} km, {repairs} to be repaired",
            roads=number(len(scenario.roads)),
            length=number(sum(road.length_km for road in scenario.roads)),
            repairs=number(sum(road.repair_crew_days > 0 for road in scenario.roads)),
        ),
    )
    yield _line(words.phrase("hazards"), _hazards(scenario, words))
    works = Counter(item.kind for item in scenario.works)
    named = (
        f"{number(n)} {words.named(kind, STAGES) if words is not ENGLISH else kind}"
        for kind, n in works.items()
    )
    yield _line(words.phrase("works"), ", ".join(named) or words.phrase("none"))
    silent = sum(item.cost_usd is None for item in scenario.works)
    if silent:
        yield _line(
            "",
            words.plural(
                "{number} of {all} works states no cost: only its crew is counted",
                "{number} of {all} works state no cost: only their crews are counted",
                silent,
                all=number(len(scenario.works)),
            ),
        )
    yield from _unknown_lines(scenario)
    yield f"  gates      {gates_in_words(scenario.gates)}"
    for header in scenario.allocations:
        lines = [d for d in scenario.deployments if d.allocation == header.name]
        teams = sum(line.teams for line in lines)
        bases = len({line.base for line in lines})
        yield (
            f"  allocation {header.name}: policy {header.policy}, {_count(teams, 'team')} in "
            f"{_count(len(lines), 'deployment')} at {_count(bases, 'base')}{_limits(header, lines)}"
        )
        for other in like.get(header.name, ())[:1]:
            yield f"             like {other}: {_fleet_beside(scenario, header.name, other)}"


def _hazards(scenario: Scenario, words: Words) -> str:
    """Number, area and classes of the hazards."""
    classes = Counter(f"{h.hazard_class} {h.land_class}" for h in scenario.hazards)
    area = sum(hazard.area_m2 for hazard in scenario.hazards) / HECTARE_M2
    return words.phrase(
        "{number}, {area} ha, {on_roads} on roads ({parts})",
        number=words.number(len(scenario.hazards)),
        area=words.number(area),
        on_roads=words.number(sum(hazard.road is not None for hazard in scenario.hazards)),
        parts=", ".join(f"{n} {name}" for name, n in sorted(classes.items()))
        or words.phrase("none"),
    )


def _not_covered_lines(scenario: Scenario, words: Words) -> Iterator[str]:
    """What the scenario leaves out on purpose."""
    left, named, label = scenario.not_covered, district_names(scenario), words.phrase("left out")
    if left.places:
        yield _line(label, ", ".join(named.get(name, name) for name in left.places))
    if left.text:
        yield _line("" if left.places else label, left.text)


def _fleet_beside(scenario: Scenario, name: str, other: str) -> str:
    """Teams of an allocation by asset type, and where they differ from those of another one."""
    mine, theirs = _teams_by_type(scenario, name), _teams_by_type(scenario, other)
    texts = []
    for asset in {**mine, **theirs}:
        more = mine[asset] - theirs[asset]
        differs = f" ({abs(more):,} {'more' if more > 0 else 'fewer'})" if more else ""
        texts.append(f"{mine[asset]:,} {asset}{differs}")
    return ", ".join(texts) or "no teams"


def _teams_by_type(scenario: Scenario, allocation: str) -> Counter[str]:
    lines = [line for line in scenario.deployments if line.allocation == allocation]
    teams: Counter[str] = Counter()
    for line in lines:
        teams[line.asset] += line.teams
    return teams


def _limits(header: AllocationHeader, lines: Sequence[Deployment]) -> str:
    """What lets teams of an allocation work in some places only, or lets work wait; or nothing."""
    text = ""
    limited = sum(line.teams for line in lines if line.serves)
    if limited:
        text += f"; {_count(limited, 'team')} for named districts and places only"
    if header.rest_waits:
        steps = header.rest_waits
        places = "to the end" if steps == "end" else _count(steps, "place")
        text += f"; what no condition waits for waits {places}"
    return text


def _unknown_lines(scenario: Scenario) -> Iterator[str]:
    """What is not known of settlements with people, and what that means for returns and harm."""
    homes = {settlement for settlement, people in scenario.people.items() if people}
    shelter = [one for one in scenario.works if one.kind == "shelter"]
    if silent := len(homes - {one.settlement for one in shelter}):
        yield (
            f"  dwellings  none planned at {silent:,} of {len(homes):,} settlements with people: "
            "they do not bound the returns there"
        )
    if silent := len(homes & {one.settlement for one in shelter if one.dwellings is None}):
        yield (
            f"  dwellings  of unknown number at {silent:,} of {len(homes):,} settlements with "
            "people: such dwellings bring nobody home"
        )
    if silent := sum(hazard.items_per_km2 is None for hazard in scenario.hazards):
        yield (
            f"  items      unknown for {silent:,} of {len(scenario.hazards):,} hazards: "
            "the risk near them is unknown, their settlements are left out of casualties"
        )


def _funding_lines(scenario: Scenario, words: Words) -> Iterator[str]:
    """Planned cost beside each envelope of money, one line for each allocation (model §10)."""
    rows = [("allocation", "line", "from", "until", "planned USD", "envelope USD", "share")]
    for found in envelopes(scenario):
        limit_usd = found.line.envelope_usd
        share = f"{100 * found.planned_usd / limit_usd:,.0f} %" if limit_usd else "-"
        days = (found.first.isoformat(), found.last.isoformat())
        usd = (f"{found.planned_usd:,.0f}", f"{limit_usd:,.0f}")
        rows.append((found.allocation, found.line.id, *days, *usd, share))
    if scenario.funding:
        yield ""
        yield words.phrase(
            "Funding (planned team-days; mobilisations, camps, works and late ends are extra):"
        )
        yield from aligned(rows, words=rows[0].index("planned USD"))


def _target_lines(scenario: Scenario, words: Words) -> Iterator[str]:
    """Each target beside the number of all people."""
    everyone = sum(community.people for community in scenario.communities)
    rows = [("target", "date", "people", "of all", "measure", "title")]
    for target in scenario.targets:
        share = f"{100 * target.people / everyone:,.0f} %" if everyone else "-"
        numbers = (f"{target.people:,}", share)
        told = (target.measure.replace("_", " "), target.title)
        rows.append((target.id, target.by_date.isoformat(), *numbers, *told))
    if scenario.targets:
        yield ""
        yield words.phrase(
            "Targets (aims to draw beside the results; the model does not read them):"
        )
        yield from aligned(rows, words=2, numbers=2)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def gates_in_words(gates: Gates) -> str:
    """Name the preset that gates are, and each gate with the parameters that were given.

    Parameters
    ----------
    gates
        Gates in force, in any order.

    Returns
    -------
    str
        In the order of the family.
    """
    texts = [_gate_text(name, gates[name]) for name in GATES if name in gates]
    return f"{preset_of(gates)}: {', '.join(texts)}"


def _gate_text(name: str, parameters: Mapping[str, float]) -> str:
    inner = ", ".join(f"{key} {value:g}" for key, value in parameters.items())
    return f"{name} ({inner})" if inner else name


def figures_line(folder: Path, drawn: str) -> str:
    """Say where the figures of a run folder are, and how to get the others.

    Parameters
    ----------
    folder
        Run folder.
    drawn
        Which of them were asked for: ``none``, ``few`` or ``all``.

    Returns
    -------
    str
        One line.
    """
    from returnplan.runs.folder import FIGURES, read_manifest
    from returnplan.show.figures import INDEX, pages

    run = read_manifest(folder) or {}
    few, every = (
        len(pages(run["allocations"], run["draws"], kind, run.get("measures_of_facts", ())))
        for kind in ("few", "all")
    )
    page = folder / FIGURES / INDEX
    command = shlex.join(["returnplan", "figures", str(folder)])
    if drawn == "none":
        return f"Figures: none; all {every}: {command}"
    if drawn == "few":
        return f"Figures: {page} (the {few} that planners print first; all {every}: {command})"
    return f"Figures: {page} ({every})"


def expected_values_lines(outcomes: Sequence[Any]) -> Iterator[str]:
    """Say how far the runs on expected values, of which some tables tell, lie from the draws.

    Parameters
    ----------
    outcomes
        Outcomes of a run.

    Yields
    ------
    str
        Lines to print; none for a run without draws.
    """
    said = {
        one.allocation: expected_values_words(one.summary, one.people_met, one.allocation)
        for one in outcomes
    }
    lines = [f"  {name}: {text}" for name, text in said.items() if text]
    if lines:
        tables = ", ".join(OF_WORK)
        yield f"Tables of the run on expected values: {tables}. {ENGLISH.say(REASON)}"
        yield from lines


def headline(outcome: Any) -> str:
    """One sentence about the outcome of an allocation.

    Parameters
    ----------
    outcome
        An outcome of :func:`returnplan.simulate`.

    Returns
    -------
    str
        People whose conditions are met within the horizon (with draws: their mean number), and
        the cost.
    """
    readiness, summary = outcome.readiness, outcome.summary.iloc[0]
    met = int(summary[f"people_by_{outcome.horizon}_mean"])
    total = int(readiness["people"].sum())
    share = f" ({100 * met // total} %)" if total else ""
    silent = int(summary["works_without_cost"])
    without = f" without {_count(silent, 'work')} of unstated cost" if silent else ""
    mean = " (mean of the draws)" if readiness["probability_by_horizon"].notna().any() else ""
    return (
        f"{outcome.allocation}: conditions met (modelled) for {met:,} of {total:,} people{share}"
        f"{mean} by {outcome.horizon}; USD {summary['cost_usd_mean'] / 1e6:,.1f} million"
        f"{without}"
    )
