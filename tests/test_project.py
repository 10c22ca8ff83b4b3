"""Rules of the project itself: what files may say, how numbers are named, what is locked."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import inspect
import re
import subprocess
import tomllib
import typing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from returnplan import domain

ROOT = Path(__file__).resolve().parents[1]

# ---------------------------------------------------------------- what files may say

# Pieced together, so that this file does not break its own rule.
REGISTRY_HOSTS = [
    "py" + r"pi\.org",
    "python" + r"hosted\.org",
    "ana" + r"conda\.org",
    "npm" + r"js\.(?:org|com)",
]
FORBIDDEN = {
    "package registry": re.compile("|".join(REGISTRY_HOSTS), re.IGNORECASE),
    "index option": re.compile("index" + "[-_]url|find" + "[-_]links", re.IGNORECASE),
    "absolute machine path": re.compile(
        r"(?<![\w.~<>)\]}-])/(?:"
        + "|".join(["wo" + "rk", "ro" + "ot", r"(?:home|Users)/\w+"])
        + r")\b"
    ),
    "neighbour folder": re.compile(r"\.\./sha" + "red"),
}


def files_of_the_project() -> list[Path]:
    """List what git tracks or would track; without git, all but hidden, built and written files."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        beside = {".venv", "build", "dist", "runs", "__pycache__"}
        inside = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [path for path in inside if not _is_beside_the_project(path, beside)]
    else:
        names = [Path(name) for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def _is_beside_the_project(path: Path, beside: set[str]) -> bool:
    hidden = any(part.startswith(".") and part != ".ci" for part in path.parts[:-1])
    built = any(part in beside or part.endswith(".egg-info") for part in path.parts)
    return hidden or built or path.name.startswith(".coverage")


def forbidden_in(text: str) -> list[str]:
    return [
        f"line {number}: {rule}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for rule, pattern in FORBIDDEN.items()
        if (found := pattern.search(line))
    ]


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine() -> None:
    files = files_of_the_project()
    assert ROOT / "pyproject.toml" in files
    problems = []
    for path in files:
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            hits = forbidden_in(content.decode("utf-8", errors="replace"))
            problems += [f"{path.relative_to(ROOT)}, {hit}" for hit in hits]
    assert problems == []


@pytest.mark.parametrize(
    "line",
    [
        "https://py" + "pi.org/simple",
        "--extra-index" + "-url x",
        "open('/ro" + "ot/data.csv')",
        "see /wo" + "rk/main",
        "/ho" + "me/mira/returnplan",
        "../sha" + "red/model.md",
    ],
)
def test_the_rule_for_files_sees_what_it_forbids(line: str) -> None:
    assert forbidden_in(line)


@pytest.mark.parametrize(
    "line",
    ["https://example.org/work/1", "homes/people", "the root/home", "1 m2/work day", "./work"],
)
def test_the_rule_for_files_lets_plain_words_pass(line: str) -> None:
    assert forbidden_in(line) == []


# ---------------------------------------------------------------- numbers carry their unit

UNIT_ENDINGS = (
    *("_m2", "_km", "_m", "_km2", "_kmh", "_deg", "_m2_day"),
    *("_s", "_hours", "_day", "_days", "_years"),
    *("_usd", "_usd_day", "_share", "_probability"),
)
COUNTS = {
    "people",
    "households",
    "teams",
    "max_teams",
    "deminers",
    "dwellings",
    "draw",
    "draws",
    "facts",
    "parcels",
    "unrecorded_hazards",
    "position",
    "rest_waits",
    "month",
    "seed",
    "rank",
    "year",
}
# Plain factors; and the parameters of gates, each of which names its unit itself.
PURE_NUMBERS = {
    "rank_correlation",
    "gates",
    "multipliers",
    "mult_low",
    "mult_medium",
    "mult_high",
    "mult_extreme",
    "weight",
    "discrepancy_log_sd",
    "sd_log",
    "value",
}


def is_numeric(kind: object) -> bool:
    """Whether values of a type are numbers, or hold numbers (a mapping: as its values)."""
    kind = getattr(kind, "__supertype__", kind)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is None:
        return (
            isinstance(kind, type)
            and issubclass(kind, (int, float, np.number, np.ndarray))
            and not issubclass(kind, (bool, enum.Enum))
        )
    if origin in {typing.Literal, collections.abc.Callable}:
        return False
    if isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
        return is_numeric(args[-1])
    return any(is_numeric(arg) for arg in args)


def unitless_fields(noun: type) -> list[str]:
    """Name the numeric fields of a dataclass whose names give neither a unit nor a known count."""
    kinds = typing.get_type_hints(noun, include_extras=False)
    fields = [field.name for field in dataclasses.fields(noun)]
    if "unit" in fields:  # the noun says the unit of its numbers itself
        return []
    return [
        f"{noun.__name__}.{name}"
        for name in fields
        if is_numeric(kinds[name])
        and not name.endswith(UNIT_ENDINGS)
        and name not in COUNTS | PURE_NUMBERS
    ]


def test_every_number_of_a_noun_carries_its_unit_or_is_a_known_count() -> None:
    nouns = [
        noun
        for _, noun in inspect.getmembers(domain, dataclasses.is_dataclass)
        if isinstance(noun, type) and noun.__module__.startswith(domain.__name__)
    ]
    assert nouns
    assert [field for noun in nouns for field in unitless_fields(noun)] == []


@dataclasses.dataclass
class Lake:
    """A noun with three good names and three bad ones."""

    id: str
    area_m2: float
    people: int
    frozen: bool
    depth: float | None
    fish: dict[str, int]
    levels: npt.NDArray[np.float64]


def test_the_rule_for_numbers_sees_through_optional_mapping_and_array() -> None:
    assert unitless_fields(Lake) == ["Lake.depth", "Lake.fish", "Lake.levels"]


# ---------------------------------------------------------------- what is locked


def locked(name: str) -> dict[str, str]:
    """Read a requirements file as package and version; every entry must carry a hash."""
    entries = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    versions = {}
    for entry in entries:
        if entry.strip() and not entry.lstrip().startswith("#"):
            pinned = re.match(r"([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", entry)
            assert pinned, f"{name}: not a pinned package: {entry[:60]}"
            assert "--hash=sha256:" in entry, f"{name}: {pinned[1]} has no hash"
            versions[pinned[1]] = pinned[2]
    return versions


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", entry)[0].lower().replace("_", "-") for entry in requirements}


def test_the_locked_requirements_hold_every_declared_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names_of(project["dependencies"]) <= locked("requirements.txt").keys()
    extra = project["optional-dependencies"]["dev"]
    assert names_of(extra) <= locked("requirements-dev.txt").keys()


def test_users_and_developers_get_the_same_versions() -> None:
    assert locked("requirements.txt").items() <= locked("requirements-dev.txt").items()
