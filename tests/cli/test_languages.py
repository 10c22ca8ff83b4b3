"""Commands for a terminal in the language of a reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import District
from returnplan.runs.run import Request
from tests.running import call, run_undrawn
from tests.sketch import STAGES, Sketch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with titles in Russian and Arabic."""
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("alpha", people=300, district="North", names={"ru": "Альфа"})
    world.hazard("alpha_field", "alpha")
    world.team(skills=STAGES)
    plain = world.scenario()
    scenario = replace(
        plain,
        titles={"ru": "Одно село", "ar": "قرية"},
        districts=(District(district="North", names={"ru": "Северный район"}),),
        allocations=tuple(
            replace(one, title="Teams of today", titles={"ru": "Нынешние группы"})
            for one in plain.allocations
        ),
    )
    target = tmp_path_factory.mktemp("languages") / "scenario"
    rp.write(scenario, target)
    return target


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """A run of it on expected values."""
    out = folder.parent / "run"
    run_undrawn(Request(folder=folder, scenario=rp.load(folder), allocations=("plan",), out=out))
    return out


def test_explain_says_names_titles_and_conditions_in_the_language(run: Path) -> None:
    result = call("explain", run, "alpha", "--no-what-if", "--language", "ru")
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert "Альфа, Северный район" in text
    assert "Одно село" in text
    assert "plan (Нынешние группы)" in text
    assert "жиль" in text  # the condition, as pages name it
    assert "housing_land" not in text
    assert "безопас" in text  # of the statement


def test_explain_in_english_names_gates_as_the_tables_do(run: Path) -> None:
    text = call("explain", run, "alpha", "--no-what-if").stdout
    assert "alpha, North: community alpha_people, 300 people" in text
    assert "Under plan (Teams of today)" in text
    assert "housing_land" in text


def test_what_each_cause_gone_would_bring_is_said_in_a_language(run: Path) -> None:
    result = call("explain", run, "alpha", "--language", "ru")
    assert result.exit_code == 0, result.output
    assert "Ожидание группы" in result.stdout


def test_explain_in_arabic_reaches_the_terminal_with_its_marks_in_pairs(run: Path) -> None:
    result = call("explain", run, "alpha", "--no-what-if", "--language", "ar")
    assert result.exit_code == 0, result.output
    assert "قرية" in result.stdout
    assert "\\u20" not in result.stdout
    assert result.stdout.count("\u2068") + result.stdout.count("\u2066") == result.stdout.count(
        "\u2069"
    )


def test_check_says_title_and_what_is_left_out_in_the_language(folder: Path) -> None:
    result = call("check", folder, "--language", "ru")
    assert result.exit_code == 0, result.output
    assert "sketch: Одно село" in result.stdout
    assert "дороги" in result.stdout


def test_compare_says_titles_and_verdicts_in_the_language(valley_run: Path) -> None:
    result = call("compare", valley_run, "--language", "fr")
    assert result.exit_code == 0, result.output
    assert "à égalité" in result.stdout
    assert "Personnes dont les conditions sont remplies (selon le modèle) au 1er mars 2028" in (
        result.stdout
    )


def test_an_unknown_language_is_bad_usage(run: Path) -> None:
    for words in (("explain", run, "alpha"), ("compare", run), ("check", run)):
        result = call(*words, "--language", "tlh")
        assert result.exit_code == 2
        assert "'tlh' is not one of" in result.stderr
