"""What `check` prints of a scenario that can be run."""

from __future__ import annotations

from pathlib import Path

import returnplan as rp
from returnplan.cli.described import describe
from tests.scenario.planted import write_world


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
