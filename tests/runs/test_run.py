"""A run from scenario to folder: what is left of one that stops."""

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.runs import run as run_room
from returnplan.runs.machine.progress import Silent
from returnplan.show.run_folder import write_run
from tests.worlds import two_villages


def asked(root: Path, draws: int = 0) -> run_room.Request:
    """Ask for a run of a small world."""
    folder = root / "world"
    two_villages(folder)
    return run_room.Request(
        folder=folder,
        scenario=rp.load(folder),
        allocations=("near_first",),
        out=root / "out",
        draws=draws,
    )


class Stops(Silent):
    """Stops a run at its first figure."""

    def __init__(self, failure: type[BaseException]) -> None:
        self.failure = failure

    def step(self, line: str, steps: int) -> None:
        if line.startswith("drew"):
            raise self.failure


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("draws", [0, 5])
def test_an_interrupted_run_leaves_nothing_behind_but_its_draws(
    failure: type[BaseException], draws: int, tmp_path: Path
) -> None:
    request = asked(tmp_path, draws)
    with pytest.raises(failure):
        run_room.run(request, write_run, Stops(failure))
    left = [".out.draws"] if draws else []
    assert sorted(p.name for p in tmp_path.iterdir()) == [*left, "world"]
    kept = "5 of 5 draws are kept" if draws else "nothing was written"
    assert kept in run_room.stopped(request)
