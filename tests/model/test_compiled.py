"""Compiled code finds a place of its own where neither the package nor a home can be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import returnplan

SCRIPT = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from returnplan.model.work import loop
import numpy as np
assert pathlib.Path(loop.__file__).is_relative_to(sys.argv[1])
print(loop._hours(np.full((1, 1), 7.0), np.zeros((0, 2), np.int32), 0, 0))
print(os.environ["NUMBA_CACHE_DIR"])
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package in which nothing can be kept."""
    package = tmp_path / "site" / "returnplan"
    shutil.copytree(
        Path(returnplan.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    for folder in {path.parent for path in package.rglob("*.py")}:
        (folder / "__pycache__").write_text("a file, so that it cannot be a folder")
    return package.parent


def start(site: Path, tmp_path: Path, **variables: str) -> list[str]:
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG"))}
    environment |= {"HOME": os.devnull, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(site)],
        env=environment | variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_without_a_place_to_write_compiled_code_goes_to_a_folder_of_this_user_alone(
    site: Path, tmp_path: Path
) -> None:
    answer, folder = start(site, tmp_path)
    assert answer == "7.0"
    assert Path(folder).parent == tmp_path / "temporary"
    assert Path(folder).stat().st_mode & 0o077 == 0
    kept = sorted(Path(folder).rglob("*.nbc"))
    assert kept
    assert start(site, tmp_path)[1] == folder
    assert sorted(Path(folder).rglob("*.nbc")) == kept


def test_a_temporary_folder_that_others_can_write_is_not_trusted(
    site: Path, tmp_path: Path
) -> None:
    user = getattr(os, "getuid", lambda: -1)()
    open_to_all = tmp_path / "temporary" / f"returnplan-{user}"
    open_to_all.mkdir(parents=True)
    open_to_all.chmod(0o777)
    _, folder = start(site, tmp_path)
    assert Path(folder) != open_to_all
    assert Path(folder).parent == open_to_all.parent


def test_the_cache_folder_of_the_user_goes_before_a_temporary_one(
    site: Path, tmp_path: Path
) -> None:
    _, folder = start(site, tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert Path(folder) == tmp_path / "cache" / "returnplan"


def test_a_folder_that_the_user_names_goes_first(site: Path, tmp_path: Path) -> None:
    named = tmp_path / "named"
    _, folder = start(site, tmp_path, NUMBA_CACHE_DIR=str(named))
    assert Path(folder) == named
    assert sorted(named.rglob("*.nbc"))
