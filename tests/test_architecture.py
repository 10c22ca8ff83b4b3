"""The plan of the house: few entries on few floors, no circles, and each package says what it is.

Which package may import which is said in ``pyproject.toml`` and kept by import-linter; these are
the bounds within which that plan may grow.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "returnplan"
FACES = {"__init__", "__main__"}
MOST_ENTRIES = 16
MOST_FLOORS = 8
LEAST_LINES = 3
PACKAGES = sorted({path.parent for path in PACKAGE.rglob("*.py")})


def entries() -> dict[str, Path]:
    """Modules and folders at the top of the package, by name."""
    here = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    return {p.stem: p for p in here if (p.is_dir() or p.suffix == ".py") and p.stem not in FACES}


def run_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only the type checker looks at."""
    for child in ast.iter_child_nodes(node):
        is_typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        for part in child.orelse if isinstance(child, ast.If) and is_typing else [child]:
            yield part
            yield from run_nodes(part)


def imported(path: Path) -> Iterator[str]:
    """Full names that a module imports, wherever it does."""
    for node in run_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def neighbours() -> dict[str, set[str]]:
    """For each entry those that it imports."""
    found = {}
    for name, path in entries().items():
        files = path.rglob("*.py") if path.is_dir() else [path]
        names = {full.split(".")[1] for file in files for full in imported(file) if is_ours(full)}
        found[name] = names - {name}
    return found


def is_ours(name: str) -> bool:
    return name.startswith(f"{PACKAGE.name}.")


def test_the_package_has_few_entries() -> None:
    found = entries()
    assert len(found) <= MOST_ENTRIES, sorted(found)


def test_the_entries_stand_on_few_floors() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one.get("containers") == [PACKAGE.name])
    assert len(layers) <= MOST_FLOORS
    named = {name.strip() for layer in layers for name in layer.replace("|", ":").split(":")}
    assert named - FACES == {name for name, path in entries().items() if name != "data"}


def test_no_entry_imports_itself_through_others() -> None:
    graph = neighbours()
    assert {"model", "language"} <= graph["show"]
    assert set().union(*graph.values()) <= set(graph)
    TopologicalSorter(graph).prepare()  # a circle is an error that names it


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_package_says_what_it_is(package: Path) -> None:
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    assert said is not None
    assert len(said.splitlines()) >= LEAST_LINES


@pytest.mark.parametrize("package", ["model", "runs"])
def test_no_product_of_floats_goes_to_blas(package: str) -> None:
    """Its threads spin for long after each call, and its sums differ between processors."""
    whole = {"summary.py", "paired.py", "district_shares.py"}  # exact in any order of sums
    for path in (PACKAGE / package).rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        products = [node for node in nodes if isinstance(node, ast.MatMult)]
        called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not called & {"dot", "matmul", "einsum", "linalg"}, path
        assert not products or path.name in whole, path
