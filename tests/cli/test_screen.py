"""What a person sees while a run goes on."""

import pytest

from returnplan.cli import screen
from returnplan.cli.screen import Bars, Log


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(screen, "monotonic", lambda: now[0])
    return now


def test_a_log_has_a_line_every_few_seconds_and_one_at_the_end(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log()
    for second in range(13):
        clock[0] = 100.0 + second
        log.drawn(200 + 50 * second, 800)
    log.drawn(800, 800)
    log.drawn(800, 800)
    assert capsys.readouterr().err.splitlines() == [
        "  450 of 800 draws, 50.0 a second, 7 s left",
        "  700 of 800 draws, 50.0 a second, 2 s left",
        "  800 of 800 draws, 50.0 a second",
    ]


def test_a_log_knows_no_rate_before_the_first_draw(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log()
    log.drawn(0, 800)
    clock[0] += 6
    log.drawn(0, 800)
    log.step("wrote the tables", 3)
    assert capsys.readouterr().err.splitlines() == [
        "  0 of 800 draws, 0.0 a second",
        "  wrote the tables",
    ]


def test_bars_show_draws_and_then_steps(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    bars.drawn(20, 40)
    bars.say("a line above")
    bars.drawn(40, 40)
    bars.step("wrote the tables", 2)
    bars.step("drew a map", 2)
    bars.close()
    bars.close()
    err = capsys.readouterr().err
    assert "20/40 draws" in err
    assert "40/40 draws" in err
    assert "a line above\n" in err
    assert "drew a map: 100%" in err
    assert "2/2 steps" in err
