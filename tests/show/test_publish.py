"""Files about a run: all that were asked for, or none, where they harm no run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from returnplan.cli import main
from returnplan.runs.folder import MANIFEST, REPORT, check_target


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write pages in no time: these tests are about files."""
    monkeypatch.setattr("returnplan.show.publish.report_page", lambda *_: "<html>")
    monkeypatch.setattr("returnplan.show.publish.brief", lambda _: b"%PDF two")
    monkeypatch.setattr("returnplan.show.publish.community_page", lambda *_: b"%PDF one")


def report(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, words)])


@pytest.mark.unwatched
@pytest.mark.usefixtures("swift")
def test_report_writes_what_was_asked_for_and_says_who_may_read_it(
    valley_run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "files"
    result = report(valley_run, "--out", out, "--profile", "Orchard", "--profile", "mill_east")
    assert result.exit_code == 0, result.output
    assert "Audience internal: restricted data, not for publication" in result.stderr
    names = {path.name for path in out.iterdir()}
    assert names == {
        "report-internal-en.html", "brief-internal-en.pdf",
        "profile-internal-en-orchard_people.pdf", "profile-internal-en-mill_east.pdf",
    }  # fmt: skip
    assert all(name in result.stdout for name in names)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert (
        report(valley_run, "--out", out, "--audience", "public", "--language", "ar").exit_code == 0
    )
    assert {path.name for path in out.iterdir()} == {
        *names, "notes.txt", "report-public-ar.html", "brief-public-ar.pdf",
    }  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["files"]


@pytest.mark.usefixtures("swift")
def test_all_files_appear_or_none(
    valley_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("returnplan.show.publish.community_page", broken)
    result = report(valley_run, "--out", tmp_path / "files", "--profile", "mill_east")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        "returnplan: No space left on device",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("swift")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--profile", "Orchart"], 2, "no community is called 'Orchart'; alike: orchard_people"),
        (
            ["--profile", "Orchard", "--audience", "public"],
            2,
            "a profile of a community is internal",
        ),
        (["--language", "tlh"], 2, "'tlh' is not one of"),
    ],
)
def test_what_cannot_be_written_is_told_in_one_message_and_leaves_nothing(
    valley_run: Path, tmp_path: Path, words: list[str], code: int, message: str
) -> None:
    result = report(valley_run, "--out", tmp_path / "files", *words)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("swift")
def test_a_report_lies_beside_a_run_and_neither_is_taken_for_the_other(
    valley_run: Path, tmp_path: Path
) -> None:
    assert report(tmp_path).exit_code == 1  # no run
    folder = tmp_path / "run"
    shutil.copytree(valley_run, folder)
    assert report(folder).exit_code == 0
    assert (folder / REPORT / "brief-internal-en.pdf").is_file()
    assert check_target(folder, overwrite=True) == folder.resolve()  # still a run folder
    inside = report(folder, "--out", folder)
    assert (inside.exit_code, "is a run folder" in inside.stderr) == (2, True)
    file = report(folder, "--out", folder / MANIFEST)
    assert (file.exit_code, "is a file" in file.stderr) == (2, True)
