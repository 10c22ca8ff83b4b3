"""Templates of CONTRIBUTING run: whoever copies one begins with something that works."""

from __future__ import annotations

import dataclasses
import re
import sys
import types
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes

import returnplan as rp
from returnplan.model.chance.distributions import OneNumber
from returnplan.model.conditions.gates import GATES, gate_data, gate_name
from returnplan.model.simulation import Prepared, PreparedAllocation, simulate
from returnplan.model.work.policies import POLICIES
from returnplan.registry import Family
from returnplan.runs.tables.drawn import Drawn, of_one
from returnplan.runs.tables.family import DRAWN
from returnplan.show.drawing import CHARTS
from returnplan.show.findings import open_findings

ROOT = Path(__file__).resolve().parents[1]
FAMILIES: tuple[Family[Any], ...] = (GATES, POLICIES, DRAWN, CHARTS)
BLOCK = re.compile(r"^```python\n# (returnplan/[\w/]+\.py)[^\n]*\n(.*?)^```$", re.M | re.S)


def templates() -> dict[str, str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return dict(BLOCK.findall(text))


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """What templates declare is gone afterwards, and so are the files that they would be."""
    members = [dict(family.items()) for family in FAMILIES]
    modules = set(sys.modules)
    yield
    for family, before in zip(FAMILIES, members, strict=True):
        family._members = before
    for name in set(sys.modules) - modules:
        if name.startswith("returnplan."):
            del sys.modules[name]


def copied(path: str) -> dict[str, Any]:
    """Run a template where it says that it belongs: in its file, or in a new one."""
    name = path.removesuffix(".py").replace("/", ".")
    if (ROOT / path).is_file():
        space = dict(vars(import_module(name)))
    else:
        module = types.ModuleType(name)
        sys.modules[name] = module
        space = vars(module)
    exec(compile(templates()[path], path, "exec"), space)
    return space


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load(ROOT / "scenarios" / "valley")


def test_every_template_has_a_test() -> None:
    assert len(templates()) == len(re.findall("^```python$", _contributing(), re.M))
    tested = re.findall(r'copied\("([^"]+)"\)', Path(__file__).read_text(encoding="utf-8"))
    others = ["returnplan/model/chance/distributions.py"]
    assert sorted({*tested, *others}) == sorted(templates())


def _contributing() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_a_gate_holds_back_the_settlements_that_a_scenario_puts_it_in_force_for(
    valley: rp.Scenario,
) -> None:
    copied("returnplan/model/conditions/gates.py")
    gates = {**valley.gates, "notice": {"days": 3000.0}}
    outcome = rp.simulate(dataclasses.replace(valley, gates=gates), "today")
    notice = outcome.gates[outcome.gates["gate"] == "notice"]
    assert set(notice["state"]) == {"not met"}
    assert outcome.readiness["status"].str.contains("notice").all()
    assert (gate_name("notice"), gate_data("notice")) == ("days of notice", "date of access")


def test_policies_order_communities(valley: rp.Scenario) -> None:
    copied("returnplan/model/work/policies.py")
    people = {one.id: one.people for one in valley.communities}
    headers = [
        rp.AllocationHeader(name="today", title="Today", policy=policy)
        for policy in ("fewest_first", "in_turn")
    ]
    fewest, turn = (
        rp.simulate(dataclasses.replace(valley, allocations=(header,)), "today").order
        for header in headers
    )
    assert [people[one] for one in fewest] == sorted(people.values())
    assert sorted(turn) == sorted(people)
    assert turn[0] == max(people, key=lambda one: people[one])


def test_a_distribution_fits_into_the_family() -> None:
    module = import_module("returnplan.model.chance.distributions")
    text = templates()["returnplan/model/chance/distributions.py"]
    entry = eval("{" + text + "}", dict(vars(module)))["exponential"]
    assert isinstance(entry, OneNumber)
    u = (np.arange(20_000) + 0.5) / 20_000
    values = entry.inverse(u, 3.0)
    assert values.mean() == pytest.approx(entry.mean(3.0), rel=1e-3)
    assert entry.up_to(values[7_000], 3.0) == pytest.approx(u[7_000])


def test_a_result_table_is_made_of_draws(valley: rp.Scenario) -> None:
    copied("returnplan/runs/tables/readiness.py")
    prepared = Prepared(valley)
    allocation = PreparedAllocation(prepared, "today")
    account, _ = simulate(prepared, allocation, prepared.numbers(prepared.expected))
    drawn = Drawn(prepared=prepared, allocation=allocation, read=of_one(account), is_expected=True)
    table = DRAWN["first_ready"](drawn)
    ready = rp.simulate(valley, "today").readiness["ready_date_p50"]
    assert table["first_ready_date"].tolist() == [ready.min()]


def test_an_analysis_and_its_command_print_the_latest_first(valley_run: Path) -> None:
    latest = copied("returnplan/insight/latest.py")["latest"]
    run = rp.load_run(valley_run)
    table = latest(run, run.allocations[0])
    mine = run.readiness[run.readiness["allocation"] == run.allocations[0]]
    days = mine.set_index("community")["ready_day_p50"][table["community"]]
    assert days.fillna(np.inf).is_monotonic_decreasing
    command = copied("returnplan/cli/insight_commands.py")["latest"]
    said = CliRunner().invoke(command, [str(valley_run)])
    assert said.exit_code == 0
    assert said.output.split()[3] == table["community"].iloc[0]


def test_a_chart_is_drawn_with_its_title(valley: rp.Scenario) -> None:
    chart = copied("returnplan/show/charts/land.py")["land_in_all"]
    land = rp.simulate(valley, "today").land_release
    ax = chart(land, view=rp.view(valley))
    assert isinstance(ax, Axes)
    assert ax.get_title(loc="left") == "Land released in all (modelled)"
    assert CHARTS["land_in_all"].alt(land, view=rp.view(valley)).endswith("released in all.")


def test_an_importer_and_an_exporter_take_files_in_and_out(
    valley: rp.Scenario, valley_run: Path, tmp_path: Path
) -> None:
    table = tmp_path / "people.csv"
    table.write_text("settlement,people\nridge,7\n", encoding="utf-8")
    read = copied("returnplan/scenario/importers/people.py")["read_people"]
    changed = read(table, valley, valley.communities[0].source)
    assert [one.people for one in changed.communities if one.settlement == "ridge"] == [7]
    rp.write(changed, tmp_path / "valley")
    assert rp.load(tmp_path / "valley") == changed
    gates = copied("returnplan/show/exporters/gates.py")["gates"]
    lines = gates(open_findings(valley_run, "public"), ["today"]).decode().splitlines()
    assert lines[0].startswith("allocation,district,gate,people_met")
    assert {line.split(",")[0] for line in lines[1:]} == {"today"}
