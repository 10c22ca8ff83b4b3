"""A posterior is of one calibration, and whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import returnplan as rp
from tests.scenario.planted import said

Rows = list[dict[str, str]]
LINE = {
    **{"seed": "1", "draws": "10", "facts": "2", "last_fact": "2025-12-31"},
    **{"discrepancy_log_sd": "0.15", "made_for": "0123456789abcdef", "returnplan": "0.1.0"},
}


def rows() -> Rows:
    given = (("plan", "0", "0.25"), ("plan", "3", "0.5"), ("other", "3", "0.25"))
    names = ("allocation", "draw", "weight")
    return [dict(zip(names, one, strict=True)) | LINE for one in given]


def put(folder: Path, table: Rows) -> None:
    with (folder / "posterior.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def test_a_whole_posterior_has_no_problem_and_is_read(folder: Path) -> None:
    put(folder, rows())
    assert said(folder, []) == []
    lines = rp.load(folder).posterior
    assert [(one.allocation, one.draw, one.weight) for one in lines] == [
        ("plan", 0, 0.25),
        ("plan", 3, 0.5),
        ("other", 3, 0.25),
    ]


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        (1, "seed", "2", "row 3, column seed: found 2; allowed: 1, as in row 2: calibrate again"),
        (1, "draw", "10", "row 3, column draw: found 10; allowed: a draw below 10"),
        (
            1,
            "draw",
            "0",
            "row 3, column draw: found 0; allowed: each draw of an allocation once (row 2 has it, "
            "too)",
        ),
        (
            2,
            "weight",
            "0.2",
            "column weight: found a sum of 0.95; allowed: weights that sum to 1: calibrate again",
        ),
        (
            1,
            "weight",
            "0",
            "row 3, column weight: found '0'; allowed: a number above 0 and of at most 1",
        ),
    ],
)
def test_what_is_wrong_is_named(
    folder: Path, row: int, column: str, cell: str, message: str
) -> None:
    table = rows()
    table[row][column] = cell
    put(folder, table)
    assert f"posterior.csv, {message}" in said(folder, [])


def test_a_last_fact_before_the_start_is_named(folder: Path) -> None:
    put(folder, [row | {"last_fact": "2020-01-01"} for row in rows()])
    (text,) = said(folder, [])
    assert "a date from the start on, 2025-01-01: calibrate again" in text


@pytest.mark.parametrize("damage", [lambda text: text[:100], lambda _: "\0", lambda _: ""])
def test_prior_does_not_even_look_at_it(folder: Path, damage: Callable[[str], str]) -> None:
    put(folder, rows())
    path = folder / "posterior.csv"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert not rp.check(folder, prior=True).errors
    assert rp.load(folder, prior=True).posterior == ()
    assert rp.check(folder).errors
