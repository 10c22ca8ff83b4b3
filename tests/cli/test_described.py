"""What `check` prints of a scenario that can be run."""

from __future__ import annotations

from pathlib import Path

import returnplan as rp
from returnplan.cli.described import describe
from tests.scenario.planted import cell, head, write_world


def test_who_serves_where_and_what_may_wait_is_printed(tmp_path: Path) -> None:
    folder = write_world(tmp_path / "world")
    assert "  rest_waits = 0 in 2 allocations" in describe(rp.check(folder))
    cell("deployments", 4, "serves", "upper;lower")(folder)
    head('title = "Near', 'rest_waits = 3\ntitle = "Near')(folder)
    lines = describe(rp.check(folder))
    assert (
        "  allocation near: policy nearest, 4 teams in 2 deployments at 1 base; 2 teams for named "
        "districts and places only; what no condition waits for waits 3 places"
    ) in lines
    assert "  deployments.serves = empty (anywhere) in 3 rows" in lines
    assert "  rest_waits = 0 in 1 allocation" in lines


def test_targets_are_printed_beside_all_people_and_change_no_result(tmp_path: Path) -> None:
    folder = write_world(tmp_path / "world")
    scenario = rp.load(folder)
    lines = describe(rp.check(folder))
    begin = next(i for i, line in enumerate(lines) if line.startswith("Targets"))
    assert lines[begin + 1 : begin + 5] == [
        "  target  date        people  of all  measure         title",
        "  t1      2027-01-01     100    24 %  returned",
        "  t2      2028-01-01     200    48 %  conditions met",
        "",
    ]
    (folder / "targets.csv").unlink()
    assert not any("Targets" in line for line in describe(rp.check(folder)))
    without = rp.simulate(rp.load(folder), "near")
    assert without.summary.equals(rp.simulate(scenario, "near").summary)


def test_date_of_the_data_and_what_is_left_out_are_printed(tmp_path: Path) -> None:
    folder = write_world(tmp_path / "world")
    before = describe(rp.check(folder))
    assert not [line for line in before if line.startswith(("  data ", "  left out "))]
    left = (
        'as_of = 2024-06-30\nnot_covered = { text = "No numbers there", places = ["North", "Dam"] }'
    )
    head("horizon_years", f"{left}\nhorizon_years")(folder)
    lines = describe(rp.check(folder))
    start = lines.index("  data       as of 2024-06-30")
    assert lines[start + 1 : start + 3] == [
        "  left out   North, Dam",
        "             No numbers there",
    ]
