"""Presets of gates: what they hold, where they may be named, and that runs never mix them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import returnplan as rp
from returnplan import cli
from returnplan.cli.described import describe
from returnplan.cli.listing import listing
from returnplan.model.conditions.gates import (
    GATES,
    PRESETS,
    USER,
    parameters_in_force,
    preset_gates,
    preset_of,
)
from returnplan.runs import folder as runfolder
from returnplan.runs.machine import chunks, working_folder
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.merge import ShardError, merge
from returnplan.runs.run import Request
from returnplan.scenario import digest
from returnplan.show.run_folder import write_run
from tests.running import manifest, run_undrawn
from tests.sketch import Sketch
from tests.worlds import seeds, two_villages, write_random_world

ESSENTIAL = ["permission", "survey", "housing_land", "road_access"]


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the figures out, which take longest and know nothing of presets."""
    monkeypatch.setattr("returnplan.show.figures.pages", lambda *_: [])


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return the folder of two villages, whose gates are a table."""
    folder = tmp_path / "world"
    two_villages(folder)
    table = "[gates]\nroad_access = { max_hub_hours = 9 }\nhousing_land = {}\n\n"
    path = folder / "scenario.toml"
    head = path.read_text(encoding="utf-8").replace("[allocations", f"{table}[allocations", 1)
    path.write_text(head, encoding="utf-8")
    return folder


def name_gates(world: Path, text: str) -> None:
    """Replace the table of gates by one line at the top."""
    path = world / "scenario.toml"
    head = re.sub(r"\n\[gates[^[]*", "\n", path.read_text(encoding="utf-8"))
    path.write_text(f"{text}\n{head}", encoding="utf-8")


# ---------------------------------------------------------------- what they hold


def test_essential_is_what_a_scenario_without_gates_has(world: Path) -> None:
    name_gates(world, "")
    assert list(rp.load(world).gates) == ESSENTIAL == list(preset_gates("essential"))


def test_full_is_every_gate_with_its_default_parameters() -> None:
    full = preset_gates("full")
    assert list(full) == list(GATES)
    assert parameters_in_force(full) == {
        name: {key: value for key, value in gate.parameters.items() if value is not None}
        for name, gate in GATES.items()
    }


def test_gates_are_a_preset_when_they_and_their_parameters_are_the_same() -> None:
    for preset in PRESETS:
        gates = preset_gates(preset)
        assert preset_of(dict(reversed(gates.items()))) == preset
        assert preset_of(gates | {"housing_land": {"required_share": 1.0}}) == preset
        assert preset_of(gates | {"housing_land": {"required_share": 0.9}}) == USER
        assert preset_of(gates | {"road_access": {"max_hub_hours": 2.0}}) == USER
    assert preset_of({"permission": {}}) == USER


def test_a_preset_that_there_is_not_is_named() -> None:
    with pytest.raises(KeyError, match="no preset of gates is called all; there are: essential"):
        preset_gates("all")


# ---------------------------------------------------------------- in scenario.toml


@pytest.mark.parametrize("preset", PRESETS)
def test_a_scenario_may_name_a_preset(preset: str, world: Path, tmp_path: Path) -> None:
    name_gates(world, f'gates = "{preset}"')
    scenario = rp.load(world)
    assert scenario.gates == preset_gates(preset)
    rp.write(scenario, tmp_path / "again")
    assert rp.load(tmp_path / "again") == scenario


@pytest.mark.parametrize("word", ['"esential"', '"user"', '""', "true", '["essential"]', "4"])
def test_a_wrong_word_is_one_error_with_what_is_allowed(word: str, world: Path) -> None:
    name_gates(world, f"gates = {word}")
    (problem,) = rp.check(world).problems
    assert (problem.file, problem.column) == ("scenario.toml", "gates")
    assert problem.found.strip("'") == {"true": "True"}.get(word, word.strip('"')).replace('"', "'")
    assert problem.allowed == '"essential", "full", or a table [gates] with one key a gate'


def test_a_preset_beside_a_table_of_gates_is_refused(world: Path) -> None:
    path = world / "scenario.toml"
    head = path.read_text(encoding="utf-8")
    path.write_text(f'gates = "full"\n{head}', encoding="utf-8")
    assert "broken TOML" in str(rp.check(world).errors[0])


def test_gates_may_be_replaced_when_a_scenario_is_read(world: Path) -> None:
    own = rp.load(world)
    assert rp.load(world, gates={"permission": {}}) == replace(own, gates={"permission": {}})
    path = world / "scenario.toml"
    broken = path.read_text(encoding="utf-8").replace("[gates]", "[gates.surveys]\n[gates]")
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(rp.ScenarioError, match=r"gates\.surveys"):  # a fault stays one
        rp.load(world, gates={"permission": {}})


# ---------------------------------------------------------------- words


def test_the_command_knows_every_preset() -> None:
    for name in ("run", "check"):
        (option,) = (o for o in cli.main.commands[name].params if o.name == "gates")
        assert list(option.type.choices) == [*PRESETS, USER]  # type: ignore[attr-defined]


def test_presets_stand_in_the_list_of_gates() -> None:
    text = "\n".join(listing("gates"))
    assert "essential       permission, survey, housing_land, road_access\n" in text
    assert "full            all of the above" in text
    assert "user            what the scenario names" in text


def test_a_check_says_which_gates_are_in_force(world: Path) -> None:
    name_gates(world, 'gates = "essential"')
    assert f"gates      essential: {', '.join(ESSENTIAL)}\n" in call("check", world).output
    listed = {"road_access": {"max_hub_hours": 2.0}, "permission": {}}
    lines = describe(rp.check(world, gates=listed))
    assert "  gates      user: permission, road_access (max_hub_hours 2)" in lines


def test_a_check_with_a_preset_warns_of_what_that_preset_lacks(world: Path) -> None:
    name_gates(world, "")
    assert "gate education is unknown there" not in call("check", world).output
    full = call("check", world, "--gates", "full")
    assert full.exit_code == 0
    assert "gate education is unknown there" in full.output
    assert f"gates      full: {', '.join(GATES)}" in full.output


# ---------------------------------------------------------------- runs


@pytest.mark.unwatched
def test_a_run_takes_the_gates_that_it_is_told(world: Path, tmp_path: Path) -> None:
    words = ("run", world, "-a", "near_first", "--draws", "0")
    for preset, gates in (
        ("user", rp.load(world).gates),
        ("essential", preset_gates("essential")),
        ("full", preset_gates("full")),
    ):
        result = call(*words, "--gates", preset, "--out", tmp_path / preset)
        assert result.exit_code == 0, result.output
        assert f"Gates in force, {preset_of(gates)}: " in result.output
        assert manifest(tmp_path / preset)["gates"] == gates
        found = rp.load_run(tmp_path / preset).gates["gate"].unique()
        assert list(found) == [name for name in GATES if name in gates]
    plain = call(*words, "--out", tmp_path / "plain")
    assert plain.exit_code == 0
    assert manifest(tmp_path / "plain")["digest"] == manifest(tmp_path / "user")["digest"]


def test_a_wrong_word_on_the_command_line_is_refused(world: Path, tmp_path: Path) -> None:
    result = call("run", world, "--gates", "esential", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "'esential' is not one of 'essential', 'full', 'user'" in result.output
    assert not (tmp_path / "out").exists()


def asked(world: Path, out: Path, gates: str | None = None, **more: object) -> Request:
    scenario = rp.load(world, gates=preset_gates(gates) if gates else None)
    given: dict[str, object] = {"allocations": ("near_first",), "draws": 23} | more
    return Request(folder=world, scenario=scenario, out=out, **given)  # type: ignore[arg-type]


@pytest.mark.unwatched
def test_shards_keep_the_gates_that_they_were_told(world: Path, tmp_path: Path) -> None:
    parts = [tmp_path / f"part{number}" for number in (1, 2)]
    for number, folder in enumerate(parts, start=1):
        run_undrawn(asked(world, folder, "essential", shard=(number, 2)))
    run_undrawn(asked(world, tmp_path / "whole", "essential"))
    shutil.rmtree(world)
    merge(parts, tmp_path / "merged", write_run)
    merged, whole = manifest(tmp_path / "merged"), manifest(tmp_path / "whole")
    assert merged["gates"] == preset_gates("essential") == whole["gates"]
    assert merged["digest"] == whole["digest"]
    assert merged["scenario_sha256"] == whole["scenario_sha256"]


def test_shards_under_other_gates_make_no_run(world: Path, tmp_path: Path) -> None:
    own = rp.load(world)
    listed = own.gates | {"farmland": {"required_share": 0.25}}
    other = own.gates | {"farmland": {"required_share": 0.75}}
    for number, gates in ((1, listed), (2, other)):
        request = asked(world, tmp_path / str(number), shard=(number, 2))
        run_undrawn(replace(request, scenario=replace(own, gates=gates)))
    with pytest.raises(ShardError, match=r"found gates is .*required_share 0\.75.*, not .*0\.25"):
        merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged", write_run)
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        (None, "a manifest without its gates"),
        ({"surveys": {}}, "a manifest without its gates"),
        ({"permission": {}}, "found gates is"),
    ],
)
def test_a_shard_whose_gates_were_changed_makes_no_run(
    gates: object, message: str, world: Path, tmp_path: Path
) -> None:
    run_undrawn(asked(world, tmp_path / "part", "full", shard=(1, 1)))
    found = manifest(tmp_path / "part") | {"gates": gates or 7}
    (tmp_path / "part" / runfolder.MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ShardError, match=message):
        merge([tmp_path / "part"], tmp_path / "merged", write_run)


def test_draws_under_other_gates_are_not_continued(world: Path, tmp_path: Path) -> None:
    own = rp.load(world)
    words = ("run", world, "-a", "near_first", "--draws", "23", "--out", tmp_path / "out")
    runner = DrawRunner(own, ["near_first"], 1)
    told = working_folder.identity_of(runner, own, digest(world), 23, 1)
    with working_folder.claimed(
        working_folder.folder_of(tmp_path / "out"), told, (0, 23), resume=False
    ) as kept:
        kept.save(*chunks.run_chunk(runner, (0, 10)))
    refused = call(*words, "--resume", "--gates", "full")
    assert refused.exit_code == 2
    assert "are of another run: gates is housing_land (required_share 1.0), " in refused.output
    assert "road_access (max_hub_hours 9.0), not permission, survey" in refused.output
    assert "residual_risk (max_per_year 1e-05)" in refused.output
    assert call(*words, "--resume").exit_code == 0


def test_a_plan_holds_gates_with_the_parameters_that_hold(sketch: Sketch) -> None:
    sketch.village("village", people=100)
    sketch.team()
    runner = DrawRunner(sketch.scenario(), ["plan"], 1)

    def gates(given: dict[str, dict[str, float]]) -> tuple[str, ...]:
        scenario = replace(sketch.scenario(), gates=given)
        return working_folder.identity_of(runner, scenario, "0" * 64, 10, 1).gates

    plain = gates({"farmland": {}, "permission": {}})
    assert plain == ("permission", "farmland (required_share 0.5)")
    assert gates({"permission": {}, "farmland": {"required_share": 0.5}}) == plain
    assert gates({"road_access": {"max_hub_hours": 1 / 3}}) == (
        f"road_access (max_hub_hours {1 / 3})",
    )


# ---------------------------------------------------------------- laws over random worlds


@pytest.fixture(scope="module", params=seeds(900, 906))
def random_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("presets") / str(request.param)
    write_random_world(folder, request.param, uncertain=True)
    return folder


@pytest.mark.unwatched
def test_unknown_is_never_conditions_met_under_all_gates(random_world: Path) -> None:
    scenario = rp.load(random_world, gates=preset_gates("full"))
    for draw in (None, 0, 1):
        outcome = rp.simulate(scenario, "few", draw=draw)
        gates = outcome.gates.pivot(index="community", columns="gate", values="state")
        status = outcome.readiness.set_index("community")["status"]
        met = status == "conditions met (modelled)"
        assert (met == (gates == "met").all(axis=1)[status.index]).all()
        unknown = (gates == "unknown").any(axis=1)
        assert unknown.any()
        assert not met[unknown[unknown].index].any()


@pytest.mark.unwatched
def test_removing_a_gate_never_makes_anyone_later(random_world: Path) -> None:
    scenario = rp.load(random_world, gates=preset_gates("full"))
    never = float("inf")

    def ready(gates: dict[str, dict[str, float]]) -> dict[str, float]:
        found = rp.simulate(replace(scenario, gates=gates), "by_nearest", draw=0).readiness
        days = found["ready_day_p50"].fillna(never).tolist()
        return dict(zip(found["community"].tolist(), days, strict=True))

    gates = dict(scenario.gates)
    before = ready(gates)
    for name in list(GATES)[::-1]:
        del gates[name]
        if not gates:
            break
        after = ready(gates)
        assert all(after[community] <= before[community] for community in before), name
        before = after
    assert min(before.values()) < never
