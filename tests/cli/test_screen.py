"""What a person sees: the progress of a run, and whether a run that is read was edited."""

import io
import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pypdf import PdfReader

from returnplan.cli import screen
from returnplan.cli.screen import Bars, Log, say
from tests.running import call, manifest


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


# ---------------------------------------------------------------- runs that were edited

LINE = "Tables edited after the run: these numbers are not those of the model"
COMMANDS = (
    ("compare", ()),
    ("explain", ("mill_east", "--no-what-if")),
    ("report", ()),
)


@pytest.fixture
def run(run_of: Callable[..., Path], tmp_path: Path) -> Path:
    """Return a copy of a small run, to be changed."""
    words = ("-a", "today", "-a", "two_more_teams", "--draws", "3")
    return Path(shutil.copytree(run_of(Path("scenarios/valley"), *words), tmp_path / "run"))


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write pages in no time."""
    monkeypatch.setattr("returnplan.show.publish.report_page", lambda *_: "<html>")
    monkeypatch.setattr("returnplan.show.publish.brief", lambda _: b"%PDF two")


def edit(folder: Path) -> None:
    """Let nobody of one community wait any more."""
    path = folder / "readiness.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:4], "0", *cells[5:]])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.usefixtures("swift")
@pytest.mark.parametrize(("name", "more"), COMMANDS)
def test_tables_edited_after_the_run_are_refused_or_said_first(
    name: str, more: tuple[str, ...], run: Path
) -> None:
    edit(run)
    refused = call(name, run, *more)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "was edited after the run: readiness.csv is not as the run wrote it" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    read = call(name, run, *more, "--as-is")
    assert read.exit_code == 0, read.output
    assert read.stdout.splitlines()[0] == f"{LINE} (readiness.csv)."


@pytest.mark.usefixtures("swift")
@pytest.mark.parametrize(("name", "more"), COMMANDS)
def test_a_run_of_an_older_version_is_said_once_to_be_unchecked(
    name: str, more: tuple[str, ...], run: Path
) -> None:
    found = manifest(run)
    del found["files"]
    (run / "manifest.json").write_text(json.dumps(found), encoding="utf-8")
    result = call(name, run, *more)
    assert result.exit_code == 0, result.output
    said = "not checked: this run was made by an older version"
    assert result.stderr.splitlines().count(said) == 1
    assert said not in result.stdout


@pytest.mark.unwatched
@pytest.mark.parametrize("audience", ["internal", "public"])
def test_page_and_brief_of_edited_tables_say_so(
    audience: str, run_of: Callable[..., Path], tmp_path: Path
) -> None:
    """Of one allocation: it has nothing to compare, and page and brief all the same."""
    big = run_of(Path("scenarios/valley"), "-a", "today", "--draws", "10")
    run = Path(shutil.copytree(big, tmp_path / "run"))
    edit(run)
    words = ("--as-is", "--language", "fr", "--audience", audience, "--out", tmp_path / "files")
    result = call("report", run, *words)
    assert result.exit_code == 0, result.output
    line = "Tableaux modifiés après le calcul : ces chiffres ne sont pas ceux du modèle"
    page = (tmp_path / "files" / f"report-{audience}-fr.html").read_text(encoding="utf-8")
    (mark,) = re.findall('<aside class="mark">(.*?)</aside>', page)
    assert line in mark
    assert page.count(line) == 2  # in its title, and above all else
    assert "Modifié après le calcul" in page
    assert "readiness.csv" in page
    for sheet in PdfReader(tmp_path / "files" / f"brief-{audience}-fr.pdf").pages:
        text = " ".join(sheet.extract_text().split())
        assert text.count("Tableaux modifiés après le calcul") >= 2  # at its head and foot


def test_a_file_that_cannot_say_it_is_not_written(run: Path, tmp_path: Path) -> None:
    edit(run)
    result = call("compare", run, "--as-is", "--out", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "a CSV file cannot say that tables were edited" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_scenario_that_is_another_one_is_refused_also_as_it_is(run: Path) -> None:
    path = run / "scenario" / "communities.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    result = call("explain", run, "mill_east", "--as-is")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not the scenario of this run any more (scenario/communities.csv)" in result.stderr
    assert f"returnplan run {run / 'scenario'} --out" in result.stderr
    result = call("explain", run, "mill_east")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "report need the scenario as it was even then" in result.stderr


def test_what_a_terminal_has_no_letters_for_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr("sys.stdout", narrow)
    say("Şuşa \x1b[2J é\r\nnext")
    narrow.seek(0)
    assert narrow.read() == "\\u015eu\\u015fa \\x1b[2J é\\r\nnext\n"


def test_tables_that_contradict_each_other_are_bad_input(run: Path) -> None:
    path = run / "gates.csv"
    text = path.read_text(encoding="utf-8").replace("health", "wealth")
    path.write_text(text, encoding="utf-8")
    for name, more in COMMANDS[1:]:
        result = call(name, run, *more, "--as-is")
        assert result.exit_code == 1, name
        assert "Traceback" not in result.output
        assert result.stderr.splitlines()[-1].startswith("returnplan: ")


def test_a_process_without_a_main_thread_of_its_own_is_left_its_signals() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with screen.stoppable():
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: list(_entered())).result() == [True]
    assert signal.getsignal(signal.SIGTERM) is before


def _entered() -> Iterator[bool]:
    with screen.stoppable():
        yield signal.getsignal(signal.SIGTERM) is signal.default_int_handler
