"""Reading and writing scenario folders: what is written is read back, whatever texts it holds."""

from __future__ import annotations

import csv
import dataclasses
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args
from unicodedata import normalize

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import returnplan as rp
from returnplan import domain
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.model.conditions.gates import GATES
from returnplan.model.work.policies import POLICIES
from returnplan.scenario import digest, write_workbook
from returnplan.scenario import folder as folder_room
from returnplan.scenario.files import LARGEST
from tests.scenario.planted import (
    AREA,
    TOML,
    Place,
    add,
    errors,
    grid,
    only_problem,
    put,
    put_grid,
    sure,
)
from tests.worlds import COLUMNS, Row, fork, two_villages, winter, write_random_world

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(12)
WRITERS: dict[str, Callable[[rp.Scenario, Path], None]] = {
    "files": rp.write,
    "workbook": write_workbook,
}

# ------------------------------------------------------------------------------- odd texts and rows

ODD = ['"', "'", ",", ";", "=", "#", "|", "\\", " ", "_x000D_", "0", "1e5"]
TURNS = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], exclude_characters=TURNS)
TEXT = st.lists(LETTERS | st.sampled_from(ODD), max_size=8).map(
    lambda part: re.sub("(^|;)[\\s=+\\-@\uff1d\uff0b\uff0d\uff20]+", r"\1", "".join(part)).strip()
)
FILLED = TEXT.filter(bool)
IDS = st.lists(
    st.characters(categories=["L", "N"])
    | st.sampled_from(["a.", "a ", "-1", "_", "#", "0", "1e5"]),
    min_size=1,
    max_size=8,
).map(lambda part: normalize("NFC", "".join(["a", *part, "z"])))
FILE_NAMES = IDS
NUMBERS = st.floats(0, LARGEST) | st.integers(0, 50).map(float)
COUNTS = st.integers(0, 100_000)
SHARES = st.floats(0, 1)
DAYS = st.dates(date(1900, 1, 1), date(2300, 12, 31))
LANGUAGES = st.sampled_from(["az", "hy", "ru", "en", "zh_Hant"])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def words(alias: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(alias))


@st.composite
def scenarios(draw: st.DrawFn) -> rp.Scenario:
    """A valid scenario with a few rows in each table, each column filled at random."""
    names = draw(st.lists(IDS, min_size=24, max_size=24, unique=True))
    source = names.pop()
    homes = [names.pop() for _ in range(3)]
    away = [names.pop() for _ in range(2)]
    ways = [names.pop() for _ in range(2)]
    types = [names.pop() for _ in range(2)]
    people = [names.pop() for _ in range(3)]
    allocations = draw(st.lists(FILE_NAMES, min_size=2, max_size=2, unique=True))
    zones = ["", names.pop()]

    def pick(values: list[str]) -> str:
        return draw(st.sampled_from(values))

    def place(name: str, kind: domain.PlaceKind) -> rp.Place:
        return rp.Place(
            id=name,
            kind=kind,
            name=draw(FILLED),
            lon_deg=draw(st.floats(-180, 180)),
            lat_deg=draw(st.floats(-90, 90)),
            district=draw(TEXT),
            zone=pick(zones),
            accessible_from=draw(maybe(DAYS)),
            elevation_m=draw(maybe(st.floats(-LARGEST, LARGEST))),
            names=draw(st.dictionaries(LANGUAGES, FILLED, max_size=3)),
            name_source=draw(TEXT),
            source=source,
        )

    def hazard(name: str) -> rp.Hazard:
        on_road = draw(st.booleans())
        denied = draw(st.lists(words(domain.Denied), min_size=1, max_size=4))
        return rp.Hazard(
            id=name,
            place=None if on_road else pick(homes),
            road=pick(ways) if on_road else None,
            hazard_class=draw(words(domain.HazardClass)),
            land_class=draw(words(domain.LandClass)),
            area_m2=draw(st.floats(0, 1e10)),
            denies=tuple(denied),
            record=draw(words(domain.Record)),
            difficulty=draw(words(domain.Difficulty)),
            items_per_km2=draw(maybe(NUMBERS)),
            max_teams=draw(maybe(st.integers(1, 99))),
            lon_deg=draw(maybe(st.floats(-180, 180))),
            lat_deg=draw(maybe(st.floats(-90, 90))),
            source=source,
        )

    def deployment() -> rp.Deployment:
        days = sorted({draw(DAYS), draw(DAYS)})
        return rp.Deployment(
            allocation=pick(allocations),
            asset=pick(types),
            base=pick(homes + away),
            teams=draw(COUNTS),
            from_date=draw(maybe(st.just(days[0]))) if len(days) > 1 else None,
            until_date=draw(maybe(st.just(days[-1]))),
            source=source,
        )

    def funding() -> rp.FundingLine:
        days = sorted({draw(DAYS), draw(DAYS)})
        paid = [name for name in types if ";" not in name]  # which stands between several
        several = st.lists(st.sampled_from(paid), min_size=1) if paid else st.nothing()
        return rp.FundingLine(
            id=names.pop(),
            from_date=draw(maybe(st.just(days[0]))) if len(days) > 1 else None,
            until_date=draw(maybe(st.just(days[-1]))),
            envelope_usd=draw(NUMBERS),
            allocation=draw(maybe(st.sampled_from(allocations))),
            assets=draw(maybe(several.map(tuple))),
            source=source,
        )

    return rp.Scenario(
        name="a" + draw(st.text("aé_-7 ")).rstrip(),
        title=draw(TEXT),
        start=draw(DAYS.filter(lambda day: day.year <= 2200)),
        horizon_years=draw(st.integers(1, 100)),
        gates={
            name: {
                parameter: draw(SHARES)
                for parameter in GATES[name].parameters
                if draw(st.booleans())
            }
            for name in draw(st.lists(st.sampled_from(list(GATES)), min_size=1, unique=True))
        },
        allocations=tuple(
            rp.AllocationHeader(
                name=name, title=draw(TEXT), policy=draw(st.sampled_from(list(POLICIES)))
            )
            for name in allocations
        ),
        places=(*(place(n, "settlement") for n in homes), *(place(n, "hub") for n in away)),
        communities=tuple(
            rp.Community(
                id=name,
                settlement=pick(homes),
                people=draw(COUNTS),
                households=draw(maybe(COUNTS)),
                group=draw(TEXT),
                displaced_since=draw(maybe(DAYS)),
                willing_share=draw(maybe(SHARES)),
                source=source,
            )
            for name in people
        ),
        roads=tuple(
            rp.Road(
                id=name,
                from_place=pick(homes),
                to_place=pick(away),
                length_km=draw(st.floats(0, 50_000)),
                speed_kmh=draw(st.floats(0.1, 1000)),
                all_season=draw(st.booleans()),
                repair_crew_days=draw(NUMBERS),
                impassable=draw(st.booleans()),
                source=source,
            )
            for name in ways
        ),
        hazards=tuple(hazard(names.pop()) for _ in range(draw(st.integers(0, 2)))),
        works=tuple(
            rp.Works(
                id=names.pop(),
                settlement=pick(homes),
                kind=draw(words(domain.WorksKind)),
                skill=draw(FILLED),
                crew_days=draw(NUMBERS),
                dwellings=draw(maybe(COUNTS)),
                cost_usd=draw(maybe(NUMBERS)),
                source=source,
            )
            for _ in range(draw(st.integers(0, 2)))
        ),
        assets=tuple(
            rp.Asset(
                id=name,
                name=draw(TEXT),
                mobilisation_days=draw(st.floats(0, 36_525)),
                camp_days=draw(maybe(st.floats(0, 36_525))),
                shift_hours=draw(st.floats(1, 24)),
                mult_extreme=draw(st.floats(0.001, 1) | st.just(0.0)),
                cost_usd_day=draw(NUMBERS),
                mobilisation_usd=draw(NUMBERS),
                camp_usd=draw(NUMBERS),
                deminers=draw(maybe(NUMBERS)),
                source=source,
            )
            for name in types
        ),
        rates=tuple(
            rp.Rate(
                asset=name,
                skill=draw(st.sampled_from(domain.AREA_SKILLS)),
                land_class=draw(maybe(words(domain.LandClass))),
                rate_m2_day=draw(st.floats(0.01, 1e12)),
                source=source,
            )
            for name in types
        ),
        calendars=tuple(
            rp.CalendarMonth(
                zone=zones[1], month=month, workable_days=draw(st.floats(0, 31)), source=source
            )
            for month in range(1, 13)
        ),
        deployments=tuple(deployment() for _ in range(draw(st.integers(0, 3)))),
        orders=tuple(
            rp.OrderLine(allocation=allocations[0], position=position, community=name)
            for position, name in enumerate(people, start=1)
            if draw(st.booleans())
        ),
        targets=tuple(
            rp.Target(
                id=names.pop(),
                by_date=draw(DAYS),
                people=draw(COUNTS),
                measure=draw(words(domain.TargetMeasure)),
                title=draw(TEXT),
                source=source,
            )
            for _ in range(draw(st.integers(0, 2)))
        ),
        funding=tuple(funding() for _ in range(draw(st.integers(0, 2)))),
        assumptions=tuple(
            rp.Assumption(
                id=name,
                distribution="fixed",
                a=draw(SHARES.filter(bool)),
                unit=draw(FILLED),
                mark=draw(words(domain.Mark)),
                source=source,
            )
            for name in ("ts_coverage_share", "household_size")
            if name not in names and draw(st.booleans())
        ),
        sources=(
            rp.SourceLine(
                id=source,
                title=draw(FILLED),
                organisation=draw(TEXT),
                year=draw(maybe(st.integers(1800, 2200))),
                licence=draw(TEXT),
            ),
        ),
    )


@pytest.mark.unwatched
@pytest.mark.parametrize("writer", WRITERS)
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(scenario=scenarios())
def test_a_scenario_with_odd_texts_is_read_as_it_was_written(
    writer: str, scenario: rp.Scenario
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        WRITERS[writer](scenario, Path(folder))
        report = rp.check(folder)
        assert report.errors == ()
        assert report.scenario == scenario


# ----------------------------------------------------------------------------------- random worlds


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_world_is_read_as_it_was_written(tmp_path: Path, seed: int) -> None:
    write_random_world(tmp_path / "first", seed)
    scenario = rp.load(tmp_path / "first")
    for name, writer in WRITERS.items():
        writer(scenario, tmp_path / name)
        assert rp.load(tmp_path / name) == scenario
    rp.write(scenario, tmp_path / "again")
    assert digest(tmp_path / "again") == digest(tmp_path / "files")


@pytest.mark.parametrize("world", [two_villages, fork, winter])
def test_the_tiny_worlds_have_no_problem(tmp_path: Path, world: Callable[[Path], None]) -> None:
    world(tmp_path)
    assert sure(rp.check(tmp_path)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_and_columns_changes_nothing_but_the_order(
    tmp_path: Path, seed: int
) -> None:
    write_random_world(tmp_path, seed)
    before = rp.check(tmp_path)
    luck = random.Random(seed)
    for table in COLUMNS:
        path = tmp_path / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            header, *lines = csv.reader(stream)
        order = luck.sample(range(len(header)), len(header))
        luck.shuffle(lines)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([line[i] for i in order] for line in [header, *lines])
    after = rp.check(tmp_path)
    assert before.scenario is not None
    assert after.scenario is not None
    for table in COLUMNS:
        rows_before = getattr(before.scenario, table)
        rows_after = getattr(after.scenario, table)
        assert sorted(map(repr, rows_after)) == sorted(map(repr, rows_before))
    assert after.default_columns == before.default_columns
    assert _kinds(after) == _kinds(before)


def _kinds(report: Any) -> Counter[tuple[str, str | None, str]]:
    """Warnings without what depends on which row comes first."""
    return Counter((p.file, p.column, p.allowed) for p in report.problems if p.file != "works.csv")


# -------------------------------------------------------------------------------- what write leaves


def test_write_replaces_the_tables_that_were_there(tmp_path: Path) -> None:
    fork(tmp_path)
    scenario = rp.load(tmp_path)
    write_workbook(scenario, tmp_path)
    assert rp.load(tmp_path) == scenario
    bare = dataclasses.replace(scenario, hazards=(), orders=())
    rp.write(bare, tmp_path)
    assert rp.load(tmp_path) == bare
    assert not (tmp_path / "hazards.csv").exists()


@pytest.mark.parametrize("writer", WRITERS)
def test_a_table_that_nobody_could_read_is_refused_before_anything_is_written(
    tmp_path: Path, writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_villages(tmp_path / "first")
    scenario = rp.load(tmp_path / "first")
    rows = max(len(getattr(scenario, table)) for table in COLUMNS)
    monkeypatch.setattr(folder_room, "MOST_ROWS", rows + 1)  # with the header
    WRITERS[writer](scenario, tmp_path / "second")
    assert rp.load(tmp_path / "second") == scenario
    monkeypatch.setattr(folder_room, "MOST_ROWS", rows)
    with pytest.raises(rp.ReturnplanError, match=f"table assumptions has {rows} rows"):
        WRITERS[writer](scenario, tmp_path / "third")
    assert not (tmp_path / "third").exists()


# ------------------------------------------------------------------------------------- the digest


def test_the_digest_follows_every_cell_and_no_other_file(tmp_path: Path) -> None:
    two_villages(tmp_path)
    first = digest(tmp_path)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "more.csv").write_text("x", encoding="utf-8")
    assert digest(tmp_path) == first
    seen = {first}
    tables = [tmp_path / f"{table}.csv" for table in COLUMNS]
    for path in sorted([*tables, tmp_path / "scenario.toml"]):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + " ", encoding="utf-8")
        seen.add(digest(tmp_path))
        path.write_text(text, encoding="utf-8")
    assert len(seen) == 1 + len(COLUMNS) + 1
    assert digest(tmp_path) == first


def test_the_digest_tells_moved_text_from_text_that_stays(tmp_path: Path) -> None:
    two_villages(tmp_path)
    first = digest(tmp_path)
    (tmp_path / "works.csv").rename(tmp_path / "aside")
    (tmp_path / "orders.csv").rename(tmp_path / "works.csv")
    (tmp_path / "aside").rename(tmp_path / "orders.csv")
    assert digest(tmp_path) != first


# --------------------------------------------------------------------------- defaults, descriptions


def test_check_reports_the_defaults_in_use(tmp_path: Path) -> None:
    two_villages(tmp_path)
    report = rp.check(tmp_path)
    own = {row.id for row in rp.load(tmp_path).assumptions}
    in_use = {row.id for row in report.default_assumptions}
    assert in_use == set(default_assumptions()) - own
    assert in_use
    assert ("hazards", "record", "none", 2) in report.default_columns
    assert ("assets", "shift_hours", "8", 1) in report.default_columns
    assert ("roads", "repair_crew_days", "0", 2) in report.default_columns
    assert ("places", "zone", "empty (every day is workable)", 3) in report.default_columns
    assert "district" not in {column for _, column, _, _ in report.default_columns}


@pytest.mark.skipif(not (ROOT / "scenarios/karabakh").is_dir(), reason="runs in the project")
def test_the_karabakh_scenario_has_no_error_and_its_check_loads_no_simulation() -> None:
    code = (
        "import sys, returnplan as rp; report = rp.check('scenarios/karabakh'); "
        "print(len(report.errors), sorted({'numba', 'networkx', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split(maxsplit=1) == ["0", "['numba']\n"]


# ---------------------------------------------------------------------------------- one go, no run


def plant_ten_faults(folder: Path) -> list[Place]:
    (folder / "scenario.toml").write_text(
        TOML.replace("horizon_years = 10", "horizon_years = 0"), encoding="utf-8"
    )
    put(folder, "places", 3, "lat_deg", "39,5")
    put(folder, "communities", 2, "people", "2.5")
    put(folder, "communities", 3, "settlement", "atlantis")
    put(folder, "roads", 4, "id", "town")
    put(folder, "hazards", 2, "road", "r2")
    put(folder, "hazards", 4, "area_m2", "-1")
    put(folder, "works", 3, "source", "")
    put(folder, "deployments", 2, "from", "31.12.2026")
    put(folder, "orders", 3, "position", "first")
    return [
        ("communities.csv", 2, "people"),
        ("communities.csv", 3, "settlement"),
        ("deployments.csv", 2, "from"),
        ("hazards.csv", 2, "place"),
        ("hazards.csv", 4, "area_m2"),
        ("orders.csv", 3, "position"),
        ("places.csv", 3, "lat_deg"),
        ("roads.csv", 4, "id"),
        ("scenario.toml", None, "horizon_years"),
        ("works.csv", 3, "source"),
    ]


def test_ten_faults_in_one_folder_are_all_named_with_file_row_and_column(folder: Path) -> None:
    planted = plant_ten_faults(folder)
    report = rp.check(folder)
    assert sorted((p.file, p.row, p.column) for p in report.errors) == planted
    assert report.warnings == ()


def test_load_raises_one_error_that_lists_every_problem(folder: Path) -> None:
    planted = plant_ten_faults(folder)
    with pytest.raises(rp.ScenarioError) as caught:
        rp.load(folder)
    assert sorted((p.file, p.row, p.column) for p in caught.value.problems) == planted
    for file, row, column in planted:
        assert f"{file}{f', row {row}' if row else ''}, column {column}: " in str(caught.value)


def test_check_on_the_command_line_names_all_ten_faults_and_exits_with_1(folder: Path) -> None:
    from returnplan.cli import main

    planted = plant_ten_faults(folder)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    for file, row, column in planted:
        assert f"{file}{f', row {row}' if row else ''}, column {column}: " in result.stderr
    assert "Traceback" not in result.output
    assert "10 problems" in result.stderr


def test_run_of_a_faulty_scenario_leaves_no_folder_behind(folder: Path, tmp_path: Path) -> None:
    from returnplan.cli import main

    plant_ten_faults(folder)
    target = tmp_path / "runs" / "first"
    result = CliRunner().invoke(main, ["run", str(folder), "--out", str(target)])
    assert result.exit_code == 1
    assert "10 problems" in result.stderr
    assert not (tmp_path / "runs").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["world"]


def test_check_on_the_command_line_reports_warnings_and_exits_with_0(folder: Path) -> None:
    from returnplan.cli import main

    put(folder, "works", 2, "skill", "diving")
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 0
    assert "works.csv, row 2, column skill" in result.stderr


def test_a_folder_that_is_none_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("nowhere", "file", "x" * 5000, "a\0b"):
        problem = only_problem(tmp_path / name)
        assert problem.level == "error"
        with pytest.raises(rp.ScenarioError):
            rp.load(tmp_path / name)


def test_an_empty_folder_names_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    assert errors(tmp_path) == [
        ("scenario.toml", None, None),
        *((f"{t}.csv", None, None) for t in ("places", "communities", "roads", "hazards")),
        *((f"{t}.csv", None, None) for t in ("assets", "rates", "deployments", "sources")),
    ]


def test_ids_may_be_words_of_any_script(folder: Path) -> None:
    odd = "Şuşa Լ-7 Ш. #2"
    for table in COLUMNS:
        lines = grid(folder, table)
        put_grid(folder, table, [[odd if c == "upper" else c for c in line] for line in lines])
    assert rp.check(folder).problems == ()
    assert rp.load(folder).communities[0].settlement == odd
    put(folder, "works", 2, "settlement", odd + "\n?")
    problem = only_problem(folder)
    assert (problem.file, problem.row, problem.column) == ("works.csv", 2, "settlement")
    assert "\n" not in str(problem)


def many(count: int) -> Iterator[Row]:
    for i in range(count):
        yield {
            **{"id": f"x{i}", "place": "upper" if i % 2 else "lower", "hazard_class": "SHA"},
            **{"denies": "housing;water", "items_per_km2": 350.5, **AREA},
        }


@pytest.mark.unwatched
def test_tens_of_thousands_of_rows_are_checked(folder: Path) -> None:
    add(folder, "hazards", *many(20_000))
    assert rp.check(folder).problems == ()


@pytest.mark.unwatched
def test_thousands_of_faults_are_all_listed(folder: Path) -> None:
    rows = (row | {"area_m2": "large", "record": "some", "place": "x"} for row in many(4_000))
    add(folder, "hazards", *rows)
    assert len(rp.check(folder).errors) == 12_000
