"""Titles and names in the languages of readers: read, refused, written again, and said."""

# ruff: noqa: RUF001 - letters of the languages

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import District, NotCovered
from returnplan.scenario.translated import district_names, in_language
from tests.scenario.planted import TOML, grid, only_problem, put_grid, warnings

LANGUAGES = "languages are en, az, ru, uk, fr, es, ar"
OF_SCENARIO = 'title = "A world without faults"\n'
OF_ALLOCATION = 'title = "As listed"\n'


def with_column(folder: Path, table: str, column: str, *cells: str) -> None:
    """Add a column to a table: its first cells, the others blank."""
    header, *rows = grid(folder, table)
    filled = [*cells, *[""] * (len(rows) - len(cells))]
    put_grid(
        folder, table, [[*header, column], *([*r, c] for r, c in zip(rows, filled, strict=True))]
    )


def with_line(folder: Path, after: str, line: str) -> None:
    """Add a line to ``scenario.toml``."""
    text = TOML.replace(after, f"{after}{line}\n")
    assert text != TOML
    (folder / "scenario.toml").write_text(text, encoding="utf-8")


def with_districts(folder: Path, *lines: str) -> None:
    (folder / "districts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def translated(folder: Path) -> rp.Scenario:
    """The world with a title in another language wherever one may stand."""
    text = TOML.replace(
        OF_SCENARIO, f'{OF_SCENARIO}title_az = "Qüsursuz dünya"\ntitle_ar = "عالم"\n'
    )
    text = text.replace(OF_ALLOCATION, f'{OF_ALLOCATION}title_az = "Siyahı üzrə"\n')
    text += '\n[not_covered]\ntext = "The north"\ntext_az = "Şimal"\nplaces = ["North"]\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    with_column(folder, "places", "name_az", "Şəhər")
    header, *rows = grid(folder, "places")
    at = header.index("district")
    put_grid(folder, "places", [header, *([*r[:at], "Hills", *r[at + 1 :]] for r in rows)])
    with_column(folder, "assets", "name_az", "Minatəmizləmə qrupu")
    with_column(folder, "targets", "title_az", "Qayıdış")
    with_column(folder, "sources", "title_az", "Uydurma")
    with_column(folder, "assumptions", "unit_az", "gün")
    with_districts(folder, "district,name_az,name_ar", "Hills,Təpələr,التلال")
    return rp.load(folder)


def test_a_reader_gets_the_words_of_the_language(folder: Path) -> None:
    scenario = in_language(translated(folder), "az")
    assert scenario.title == "Qüsursuz dünya"
    assert [one.title for one in scenario.allocations] == ["Siyahı üzrə", "Nearest first"]
    assert scenario.not_covered.text == "Şimal"
    assert scenario.places[0].name == "Şəhər"
    assert scenario.assets[0].name == "Minatəmizləmə qrupu"
    assert scenario.targets[0].title == "Qayıdış"
    assert scenario.sources[0].title == "Uydurma"
    assert scenario.assumptions[0].unit == "gün"
    assert district_names(scenario) == {"Hills": "Təpələr"}


def test_what_a_language_lacks_stays_as_the_planner_wrote_it(folder: Path) -> None:
    plain = translated(folder)
    scenario = in_language(plain, "ar")
    assert scenario.title == "عالم"
    assert [one.title for one in scenario.allocations] == ["As listed", "Nearest first"]
    assert scenario.not_covered == plain.not_covered
    assert scenario.places == plain.places
    assert scenario.assets == plain.assets
    assert district_names(scenario) == {"Hills": "التلال"}
    assert district_names(in_language(plain, "fr")) == {}
    assert in_language(plain, "fr") == plain


def test_ids_districts_and_numbers_stay(folder: Path) -> None:
    plain = translated(folder)
    scenario = in_language(plain, "az")
    assert [place.id for place in scenario.places] == [place.id for place in plain.places]
    assert {place.district for place in scenario.places} == {"Hills"}
    assert scenario.assets[0].cost_usd_day == plain.assets[0].cost_usd_day
    assert scenario.not_covered.places == ("North",)
    assert scenario.places[0].names[""] == "Town"


def test_titles_are_written_and_read_again(folder: Path, tmp_path: Path) -> None:
    scenario = translated(folder)
    rp.write(scenario, tmp_path / "written")
    again = rp.load(tmp_path / "written")
    assert again == scenario
    assert again.titles == {"az": "Qüsursuz dünya", "ar": "عالم"}
    assert again.allocations[0].titles == {"az": "Siyahı üzrə"}
    assert again.not_covered == NotCovered(
        text="The north", texts={"az": "Şimal"}, places=("North",)
    )
    assert again.districts == (District(district="Hills", names={"az": "Təpələr", "ar": "التلال"}),)


def test_a_workbook_keeps_titles(folder: Path, tmp_path: Path) -> None:
    from returnplan.scenario import write_workbook

    scenario = translated(folder)
    write_workbook(scenario, tmp_path / "written")
    assert not (tmp_path / "written" / "districts.csv").exists()
    assert rp.load(tmp_path / "written") == scenario


def test_translations_are_no_part_of_what_a_posterior_was_made_for(folder: Path) -> None:
    from returnplan.runs.calibrated import made_for

    plain = rp.load(folder)
    names = {"listed", "near"}
    other = replace(
        plain,
        titles={"az": "Qüsursuz dünya"},
        places=tuple(replace(one, names={"az": "Kənd"}) for one in plain.places),
        districts=(District(district="Hills", names={"az": "Təpələr"}),),
        assets=tuple(replace(one, names={"az": "Qrup"}) for one in plain.assets),
        allocations=tuple(replace(one, titles={"az": "Siyahı"}) for one in plain.allocations),
    )
    assert made_for(other, names) == made_for(plain, names)


@pytest.mark.parametrize(
    ("after", "line", "column"),
    [
        (OF_SCENARIO, 'title_aze = "Dünya"', "title_aze"),
        (OF_ALLOCATION, 'title_aze = "Siyahı"', "allocations.listed.title_aze"),
    ],
)
def test_an_unknown_language_in_the_head_is_an_error(
    folder: Path, after: str, line: str, column: str
) -> None:
    with_line(folder, after, line)
    problem = only_problem(folder)
    assert str(problem) == (
        f"scenario.toml, column {column}: found no such language 'aze'; allowed: {LANGUAGES}"
    )


def test_an_unknown_language_of_what_is_left_out_is_an_error(folder: Path) -> None:
    text = f'{TOML}\n[not_covered]\ntext = "The north"\ntext_xx = "Y"\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    problem = only_problem(folder)
    assert problem.column == "not_covered.text_xx"
    assert problem.allowed == LANGUAGES


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("assets", "name_xx"),
        ("targets", "title_xx"),
        ("sources", "title_xx"),
        ("assumptions", "unit_xx"),
    ],
)
def test_an_unknown_language_in_a_table_is_an_error(folder: Path, table: str, column: str) -> None:
    with_column(folder, table, column, "Anything")
    problem = only_problem(folder)
    assert problem.level == "error"
    assert str(problem) == (
        f"{table}.csv, row 1, column {column}: found no such language 'xx'; allowed: {LANGUAGES}"
    )


def test_a_place_may_be_named_in_any_language(folder: Path) -> None:
    with_column(folder, "places", "name_hy", "Քաղաք")
    assert rp.load(folder).places[0].names == {"hy": "Քաղաք"}


def test_the_case_of_a_language_does_not_matter(folder: Path) -> None:
    with_column(folder, "targets", "Title_AZ", "Qayıdış")
    assert rp.load(folder).targets[0].titles == {"az": "Qayıdış"}


@pytest.mark.parametrize(
    ("line", "found"), [('title_az = "=1+1"', "'=1+1'"), ("title_az = 7", "7")]
)
def test_a_title_in_the_head_is_a_line_of_text(folder: Path, line: str, found: str) -> None:
    with_line(folder, OF_SCENARIO, line)
    problem = only_problem(folder)
    assert (problem.column, problem.found) == ("title_az", found)
    assert problem.allowed.startswith("a line of text")


def test_a_title_in_a_table_is_a_line_of_text(folder: Path) -> None:
    with_column(folder, "targets", "title_fr", "Retour", "=1+1")
    problem = only_problem(folder)
    assert (problem.file, problem.row, problem.column) == ("targets.csv", 3, "title_fr")
    assert problem.found == "'=1+1'"


def test_a_blank_title_is_none(folder: Path) -> None:
    with_line(folder, OF_SCENARIO, 'title_az = " "')
    scenario = rp.load(folder)
    assert scenario.titles == {}
    assert in_language(scenario, "az").title == "A world without faults"


def test_a_district_stands_once(folder: Path) -> None:
    translated(folder)
    with_districts(folder, "district,name_az", "Hills,Təpələr", "Hills,Dağlar")
    problem = only_problem(folder)
    assert str(problem) == (
        "districts.csv, row 3, column district: found 'Hills'; allowed: each district once (row 2)"
    )


def test_a_district_without_places_is_a_doubt(folder: Path) -> None:
    translated(folder)
    with_districts(folder, "district,name_az", "Hills,Təpələr", "Hils,Dağlar")
    assert ("districts.csv", 3, "district") in warnings(folder)
