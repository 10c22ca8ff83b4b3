"""Runs as a planner types them: what they write, what they say, how they stop."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

import returnplan as rp
from returnplan.domain import Fact
from returnplan.runs import folder as runfolder
from returnplan.show import figures
from tests.running import call, manifest, no_figures

TABLES = ("summary", "readiness", "gates", "land_release", "jobs", "releases", "roads")


@pytest.fixture(scope="module")
def finished(starter: Path) -> tuple[Path, Result]:
    out = starter.parent / "run"
    with no_figures():
        return out, call("run", starter, "--draws", "0", "--out", out)


def test_a_run_folder_holds_every_table_and_how_it_was_made(
    finished: tuple[Path, Result], starter: Path
) -> None:
    out, result = finished
    assert result.exit_code == 0, result.output
    assert "no unrecorded hazards" in result.output
    assert "plausibility" not in result.output
    assert str(out) in result.output
    tables = {name: pd.read_csv(out / f"{name}.csv") for name in TABLES}
    scenario = rp.load(starter)
    assert len(tables["readiness"]) == 3 * len(scenario.communities)
    assert len(tables["releases"]) == 3 * len(scenario.hazards)
    assert len(tables["roads"]) == 3 * len(scenario.roads)
    assert len(tables["gates"]) == 3 * len(scenario.communities) * len(scenario.gates)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["draws"] == 0
    assert manifest["expected_values"] == {}
    assert "against the median draw" not in result.output
    assert manifest["allocations"] == [header.name for header in scenario.allocations]
    assert len(manifest["scenario_sha256"]) == len(manifest["digest"]) == 64
    leftovers = [p for p in out.parent.iterdir() if p.name.startswith(".")]
    assert leftovers == []


def test_tables_of_the_run_folder_say_what_python_says(
    finished: tuple[Path, Result], starter: Path
) -> None:
    out, _ = finished
    scenario = rp.load(starter)
    jobs = pd.concat([rp.simulate(scenario, h.name).jobs for h in scenario.allocations])
    written = pd.read_csv(out / "jobs.csv")
    for column in ("job", "team", "start_day", "finish_day", "workable_days"):
        left, right = written[column], jobs[column].reset_index(drop=True)
        pd.testing.assert_series_equal(left, right, check_dtype=False)


def test_the_digest_depends_on_the_results_and_on_nothing_else(
    finished: tuple[Path, Result], starter: Path, tmp_path: Path
) -> None:
    scenario = rp.load(starter)
    outcomes = [rp.simulate(scenario, header.name) for header in scenario.allocations]
    first = json.loads((finished[0] / "manifest.json").read_text(encoding="utf-8"))["digest"]
    assert runfolder.write_tables(runfolder.tables_of(outcomes), tmp_path) == first
    assert runfolder.write_tables(runfolder.tables_of(outcomes[:1]), tmp_path) != first


@pytest.mark.usefixtures("undrawn")
def test_only_the_named_allocations_are_run(starter: Path, tmp_path: Path) -> None:
    result = call("run", starter, "-a", "today", "--draws", "0", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert set(pd.read_csv(tmp_path / "out" / "summary.csv")["allocation"]) == {"today"}


@pytest.mark.unwatched
@pytest.mark.usefixtures("undrawn")
def test_an_earlier_run_is_replaced_only_on_demand(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("run", starter, "-a", "today", "--draws", "0", "--out", out).exit_code == 0
    before = (out / "manifest.json").read_bytes()
    refused = call("run", starter, "-a", "today", "--out", out)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.output
    assert (out / "manifest.json").read_bytes() == before
    words = ("-a", "upper_village_first", "--draws", "5", "--out", out, "--overwrite")
    assert call("run", starter, *words).exit_code == 0
    assert set(pd.read_csv(out / "summary.csv")["allocation"]) == {"upper_village_first"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_no_run_is_never_replaced(starter: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    result = call("run", starter, "--out", tmp_path, "--overwrite")
    assert result.exit_code == 2
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_folder_with_a_manifest_of_something_else_is_never_replaced(
    starter: Path, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "manifest.json").write_text('{"name": "a web page"}', encoding="utf-8")
    assert call("run", starter, "--out", web, "--overwrite").exit_code == 2
    (web / "manifest.json").write_text('{"returnplan": "0", "digest": "0"}', encoding="utf-8")
    (web / "notes.txt").write_text("kept", encoding="utf-8")
    assert call("run", starter, "--out", web, "--overwrite").exit_code == 2
    assert (web / "notes.txt").read_text(encoding="utf-8") == "kept"


@pytest.mark.usefixtures("undrawn")
def test_a_run_is_written_through_a_link_but_not_in_place_of_the_working_folder(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for _ in range(2):
        words = ("-a", "today", "--draws", "5", "--out", tmp_path / "link", "--overwrite")
        assert call("run", starter, *words).exit_code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "manifest.json").is_file()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert call("run", starter, "-a", "today", "--out", ".").exit_code == 2
    assert list((tmp_path / "here").iterdir()) == []


def test_a_target_below_a_file_is_refused_before_any_work(starter: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = call("run", starter, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 2
    assert "is a file" in result.output
    assert "simulated" not in result.output


@pytest.mark.usefixtures("undrawn")
def test_warnings_are_shown_before_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    assert call("new", folder).exit_code == 0
    text = (folder / "hazards.csv").read_text(encoding="utf-8")
    (folder / "hazards.csv").write_text(text.replace("600000", "0"), encoding="utf-8")
    result = call("run", folder, "-a", "today", "--draws", "0", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "hazards.csv, row 2, column area_m2: found 0" in result.output


@pytest.mark.unwatched
@pytest.mark.usefixtures("undrawn")
def test_a_run_repeats_in_one_line_what_can_hardly_be_meant(tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    assert call("new", folder).exit_code == 0
    words = ("-a", "today", "--draws", "0", "--out", tmp_path / "out", "--overwrite")
    text = (folder / "roads.csv").read_text(encoding="utf-8")
    (folder / "roads.csv").write_text(text.replace(",45,", ",145,"), encoding="utf-8")
    first = "First: roads.csv, row 2, column speed_kmh: found 145"
    assert _about_plausibility(folder, *words) == (f"1 warning {first}", 1)
    text = (folder / "communities.csv").read_text(encoding="utf-8")
    (folder / "communities.csv").write_text(text.replace(",320,,", ",320,0,"), encoding="utf-8")
    first = "First: communities.csv, row 3, column households: found 0 households of 320 people"
    assert _about_plausibility(folder, *words) == (f"2 warnings {first}", 2)


def _about_plausibility(folder: Path, *words: str | Path) -> tuple[str, int]:
    """What a run says in its one line, in short, and how many warnings `check` lists."""
    checked = call("check", folder)
    assert checked.exit_code == 0
    result = call("run", folder, *words)
    assert result.exit_code == 0
    assert "Warnings" not in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if "plausibility" in line]
    assert f" about the scenario's plausibility: see returnplan check {folder}. First: " in line
    count, _, first = line.partition(" about the scenario's plausibility: ")
    told = first.partition(". ")[2].partition(";")[0]
    return f"{count} {told}", checked.stderr.count("; note: ")


def test_names_in_any_letters_are_drawn_without_a_word(starter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    shutil.copytree(starter, folder)
    text = (folder / "places.csv").read_text(encoding="utf-8")
    odd = text.replace("Lower village", "Ağdərə قرية 村 $x_1_2$ <b> & %s")
    (folder / "places.csv").write_text(odd, encoding="utf-8")
    result = call("run", folder, "-a", "today", "--draws", "0", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Warning" not in result.output
    picture = (tmp_path / "out" / "figures" / "ready_dates_today.svg").read_text(encoding="utf-8")
    assert "$x_1_2$" in picture


def test_the_screen_says_which_figures_there_are_and_how_to_get_the_others(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = figures.pages
    monkeypatch.setattr(figures, "pages", lambda *given: every(*given)[:1])
    out = tmp_path / "out"
    words = ("run", starter, "-a", "today", "--draws", "0", "--overwrite", "--out", out)
    said = call(*words, "--figures", "none").stdout
    assert f"Figures: none; all 1: returnplan figures {out}\n" in said
    assert not (out / "figures").exists()
    said = call(*words).stdout
    page = out / "figures" / "index.html"
    first = "(the 1 that planners print first; all 1: returnplan figures"
    assert f"Figures: {page} {first} {out})\n" in said
    assert page.is_file()
    assert f"Figures: {page} (1)\n" in call(*words, "--figures", "all").stdout
    monkeypatch.setattr(figures, "pages", lambda *given: every(*given)[1:3])
    before = {path.name for path in page.parent.iterdir()}
    drawn = call("figures", out)
    assert (drawn.exit_code, drawn.stdout.splitlines()[-1]) == (0, f"Figures: {page}")
    assert drawn.stderr.count("drew ") == 2
    assert len({path.name for path in page.parent.iterdir()} - before) == 4  # in place of the first
    assert rp.load_run(out).is_intact
    assert call("figures", tmp_path).exit_code == 1


def test_published_victims_bring_a_figure(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, name = tmp_path / "past", "victims_and_power_law"
    scenario = rp.load(starter)
    facts = tuple(
        Fact(
            id=f"to_{day}", measure="victims", from_date=date(2020, 1, 1), until_date=day,
            value=value, use="check", source=scenario.sources[0].id,
        )
        for day, value in ((date(2020, 6, 30), 40.0), (date(2021, 6, 30), 70.0))
    )  # fmt: skip
    rp.write(replace(scenario, facts=facts), folder)
    every = figures.pages
    monkeypatch.setattr(
        figures, "pages", lambda *given: [page for page in every(*given) if page.chart == name]
    )
    words = ["-a", "today", "--draws", "0", "--overwrite", "--figures", "all"]
    words += ["--out", str(tmp_path / "out")]
    assert call("run", starter, *words).stdout.count("index.html (0)") == 1
    assert call("run", folder, *words).stdout.count("index.html (1)") == 1
    assert (tmp_path / "out" / "figures" / f"{name}.svg").is_file()


@pytest.mark.usefixtures("undrawn")
def test_the_report_that_a_run_writes_is_that_of_the_command(starter: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    said = call("run", starter, "--draws", "12", "--report", "--out", out)
    names = ["brief-internal-en.pdf", "report-internal-en.html"]
    assert [f"Wrote {out / 'report' / name}" for name in names] == said.stdout.splitlines()[-2:]
    assert call("report", out, "--out", again).exit_code == 0
    for name in names:
        assert (out / "report" / name).read_bytes() == (again / name).read_bytes()
    part = call("run", starter, "--shard", "1/2", "--report", "--out", tmp_path / "part")
    assert (part.exit_code, "give it to returnplan merge" in part.stderr) == (2, True)


@pytest.mark.usefixtures("undrawn")
def test_a_run_takes_128_draws_and_says_so(starter: Path, tmp_path: Path) -> None:
    result = call("run", starter, "-a", "today", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "128 draws, seed 1: ranges are 80 % model intervals" in result.output
    assert "128 of 128 draws" in result.output
    found = manifest(tmp_path / "out")
    (apart,) = found["expected_values"].values()
    tables, said = (line.strip() for line in result.stdout.splitlines()[1:3])
    reason = "It has no unrecorded hazards, and each uncertain number at its expected value."
    names = "jobs, team_time, releases, roads"
    assert tables == f"Tables of the run on expected values: {names}. {reason}"
    assert f"{said} {reason}" == f"today: {apart}"
    assert (found["draws"], found["seed"]) == (128, 1)
    assert rp.load_run(tmp_path / "out").ready_day is not None
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.usefixtures("undrawn")
def test_shards_are_run_and_merged(starter: Path, tmp_path: Path) -> None:
    words = ("run", starter, "-a", "today", "--draws", "25", "--seed", "4")
    for number in (1, 2):
        result = call(*words, "--shard", f"{number}/2", "--out", tmp_path / str(number))
        assert result.exit_code == 0, result.output
        assert "returnplan merge" in result.output
    assert "of which 12 to 24 here" in result.output
    incomplete = call("merge", tmp_path / "2", "--out", tmp_path / "merged")
    assert incomplete.exit_code == 1
    assert "draws 0 to 11: found in no folder" in incomplete.output
    merged = call("merge", tmp_path / "2", tmp_path / "1", "--out", tmp_path / "merged")
    assert merged.exit_code == 0, merged.output
    assert call(*words, "--out", tmp_path / "whole").exit_code == 0
    assert manifest(tmp_path / "merged")["digest"] == manifest(tmp_path / "whole")["digest"]
    refused = call("merge", tmp_path / "2", tmp_path / "1", "--out", tmp_path / "merged")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.output
    again = call(*words, "--shard", "1/1", "--out", tmp_path / "1", "--overwrite")
    assert again.exit_code == 0, again.output


@pytest.mark.usefixtures("undrawn")
def test_on_a_terminal_there_are_bars(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnplan.cli.screen.is_terminal", lambda: True)
    result = call("run", starter, "-a", "today", "--draws", "20", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "20/20 draws" in result.output
    assert "steps" in result.output


def test_a_scenario_with_errors_leaves_no_output_folder(starter: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    assert call("new", broken).exit_code == 0
    text = (broken / "hazards.csv").read_text(encoding="utf-8")
    (broken / "hazards.csv").write_text(text.replace("600000", "-5"), encoding="utf-8")
    result = call("run", broken, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "hazards.csv, row 2, column area_m2: found '-5'" in result.output
    assert not (tmp_path / "out").exists()
