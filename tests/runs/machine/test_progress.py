"""Who is told how a run goes on."""

import pytest

from returnplan.runs.machine.progress import Silent


def test_nobody_watches_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    silent = Silent()
    silent.say("x")
    silent.drawn(1, 2)
    silent.step("x", 2)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
