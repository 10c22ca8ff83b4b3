"""Words that a planner types: how they fail, and that each command shows an example."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import returnplan as rp
from returnplan.cli import main
from returnplan.runs import run as run_room
from tests.running import call, start

ROOT = Path(__file__).resolve().parents[2]


def test_a_reader_who_has_seen_enough_is_no_error_to_tell(tmp_path: Path) -> None:
    with start("list", "columns", cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("run", "SCENARIO", "-a", "nobody"), 2, "no allocation is called 'nobody'"),
        (("run", "SCENARIO", "--draws", "-1"), 2, "not in the range"),
        (("run", "SCENARIO", "--seed", "-1"), 2, "not in the range"),
        (("run", "SCENARIO", "--workers", "0"), 2, "not in the range"),
        (("run", "SCENARIO", "--shard", "0/4"), 2, "'0/4' is no part: allowed is i/n"),
        (("run", "SCENARIO", "--shard", "5/4"), 2, "'5/4' is no part: allowed is i/n"),
        (("run", "SCENARIO", "--shard", "half"), 2, "'half' is no part: allowed is i/n"),
        (("run", "SCENARIO", "--shard", "1/8", "--draws", "5"), 2, "cannot be cut into 8"),
        (("run", "SCENARIO", "--shard", "1/2", "--draws", "0"), 2, "--shard needs draws"),
        (("run", "SCENARIO", "--resume", "--draws", "0"), 2, "--resume needs draws"),
        (("run", "SCENARIO", "--cluster", "local", "--draws", "0"), 2, "--cluster needs draws"),
        (("merge", "--out", "x"), 2, "Missing argument"),
        (("merge", "nowhere"), 2, "Missing option"),
        (("merge", "nowhere", "SCENARIO", "--out", "x"), 1, "found no folder; allowed"),
        (("run", "nowhere"), 1, "no such folder"),
        (("check", "nowhere"), 1, "no such folder"),
        (("list", "villages"), 2, "is not one of"),
        (("dance",), 2, "No such command"),
        (("new", "x", "--settlements", "0"), 2, "not in the range"),
    ],
)
def test_a_wrong_word_is_one_message_and_no_traceback(
    words: tuple[str, ...],
    code: int,
    message: str,
    starter: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*(starter if word == "SCENARIO" else word for word in words))
    assert result.exit_code == code
    assert message in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("run", "nowhere"), ("dance",)])
def test_the_module_ends_with_the_same_message_and_no_traceback(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "returnplan", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, words, prog_name="python -m returnplan")
    assert (process.returncode, process.stderr) == (result.exit_code, result.stderr)
    assert process.stderr


def test_ctrl_c_before_a_run_begins_is_one_line(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_room, "warm_up", stop)
    result = call("run", starter, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "stopped; nothing was written" in result.output
    monkeypatch.setattr("returnplan.scenario.check", stop)
    assert call("check", starter).exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_help_shows_an_example_for_every_command() -> None:
    for command in ("new", "check", "run", "merge", "list"):
        result = call(command, "--help")
        assert result.exit_code == 0
        assert f"returnplan {command}" in result.output


def test_help_begins_without_what_only_work_needs() -> None:
    words = "import sys; from returnplan.cli import main; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numba", "numpy", "pandas", "matplotlib"} & set(loaded)
    assert {"load", "simulate"} <= set(dir(rp))
