"""Run folders after accidents: read, or refused with one error; never a traceback, never a hang."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import returnplan as rp
from returnplan.cli.compared import comparison, shown_dates
from returnplan.cli.explained import explanation, heading
from returnplan.insight.explain import find_community, open_run
from returnplan.runs.folder import MANIFEST, READY_DAY, TABLES
from returnplan.runs.paired import differences
from returnplan.runs.reading import fitting
from returnplan.runs.tables.stored import check_rows, check_widths, read_table
from returnplan.show.findings import open_findings
from tests.fuzz.damage import INPUTS, damaged, no_hang

pytestmark = [pytest.mark.fuzz, pytest.mark.unwatched]
NAMES = ("today", "two_more_teams")
WHOLE_EVERY = 25
"""A whole folder takes this many times as long to read as one table."""
PAGES_EVERY = 100


@pytest.fixture(scope="module")
def run(run_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of a small run, to be damaged and mended."""
    words = ("-a", NAMES[0], "-a", NAMES[1], "--draws", "3")
    out = tmp_path_factory.mktemp("fuzz") / "run"
    return Path(shutil.copytree(run_of(Path("scenarios/valley"), *words), out))


@pytest.fixture(scope="module")
def clean(run: Path) -> Mapping[str, bytes]:
    """Return the bytes of all files that may be damaged."""
    own = [MANIFEST, READY_DAY, *(f"{name}.csv" for name in TABLES)] * 3
    copied = [f"scenario/{path.name}" for path in sorted((run / "scenario").iterdir())]
    return {name: (run / name).read_bytes() for name in [*own, *copied]}


def test_damage_to_a_run_folder_is_always_seen(run: Path, clean: Mapping[str, bytes]) -> None:
    seen = 0
    for seed in range(INPUTS):
        luck = Random(seed)
        name = luck.choice([MANIFEST, *clean])
        data = damaged(name, clean[name], luck)
        if data == clean[name]:
            continue
        (run / name).write_bytes(data)
        with no_hang():
            try:
                found = rp.load_run(run)
            except rp.ReturnplanError:
                seen += 1
            else:  # the manifest does not tell its own bytes, but it stays readable
                assert name == MANIFEST, (seed, name)
                assert found.draws == 3
        (run / name).write_bytes(clean[name])
    assert seen > INPUTS / 2


def test_a_damaged_table_is_read_or_refused_where_nobody_knows_its_bytes(
    run: Path, clean: Mapping[str, bytes]
) -> None:
    tables = {name: read_table(name, clean[f"{name}.csv"]) for name in TABLES}
    for seed in range(INPUTS):
        luck = Random(seed)
        table = luck.choice(TABLES)
        data = damaged(f"{table}.csv", clean[f"{table}.csv"], luck)
        said = f"{table}.csv"
        with no_hang():
            try:
                found = read_table(table, data)
                check_widths(table, data)
                check_rows({**tables, table: found}, NAMES)
            except ValueError as error:
                said = str(error)
        assert f"{table}.csv" in said, seed


def test_what_is_read_as_it_is_gives_answers_or_one_error(
    run: Path, clean: Mapping[str, bytes]
) -> None:
    for seed in range(INPUTS // WHOLE_EVERY):
        luck = Random(seed)
        for name in luck.sample(list(clean), luck.randint(1, 2)):
            (run / name).write_bytes(damaged(name, clean[name], luck))
        with no_hang():
            try:
                answers(run, with_pages=seed % (PAGES_EVERY // WHOLE_EVERY) == 0)
            except rp.ReturnplanError:
                pass
            except Exception as error:
                raise AssertionError(f"seed {seed}") from error
        for name, data in clean.items():
            (run / name).write_bytes(data)


def answers(folder: Path, *, with_pages: bool) -> None:
    """Ask of a run what the commands ask."""
    found = rp.load_run(folder, as_is=True)
    with fitting(folder, is_sure=found.is_intact):
        table: pd.DataFrame = differences(found)
        comparison(found, {}, table, shown_dates(found))
    opened = open_run(folder, as_is=True)
    with fitting(folder, is_sure=opened.run.is_intact):
        community = find_community(opened, "mill_east")
        heading(opened, community)
        for name in found.allocations:
            explanation(opened, name, community)
    if with_pages:
        open_findings(folder, as_is=True)
