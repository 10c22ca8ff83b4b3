"""Mutants: lines that say something else, one at a time, and whether a test notices.

``python -m tests.mutants returnplan/runs/tables/waiting.py --most 15`` changes a comparison, a
sign, a constant or what a function returns, runs the quickest tests that fit, and says which
changes no test saw; ``make mutants`` does so for all modules of :data:`FITTING`. Nothing is changed
in the tree: each mutant lives in a temporary copy of it. Compiled modules are run as plain Python,
so that it is always the mutant that is executed; the others leave the copy's compiled code valid.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import math
import os
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import numba
import pytest

ROOT = Path(__file__).resolve().parents[1]


def _findings(*names: str) -> tuple[str, ...]:
    """Numbers worked out by hand, and those tests of findings whose names hold one of the words."""
    chosen = " or ".join(("test_numbers", *names))
    return (
        *(f"tests/show/findings/test_{file}.py" for file in ("numbers", "findings")),
        "-k",
        chosen,
    )


FITTING: Mapping[str, tuple[str, ...]] = {
    "returnplan/model/effects/returns.py": ("tests/model/effects/test_returns.py",),
    "returnplan/model/effects/harm.py": ("tests/model/effects/test_harm.py",),
    "returnplan/model/effects/cost.py": ("tests/model/effects/test_cost.py",),
    "returnplan/model/reasons/causes.py": (
        *(f"tests/model/reasons/test_{name}.py" for name in ("booking", "causes", "twin")),
        *("-k", "test_booking or test_causes or package and not random and not valley"),
    ),
    "returnplan/model/conditions/score.py": ("tests/model/conditions/test_score.py",),
    "returnplan/runs/tables/waiting.py": ("tests/runs/tables/test_waiting.py",),
    "returnplan/runs/tables/effects.py": ("tests/runs/tables/test_effects.py",),
    "returnplan/runs/tables/summary.py": ("tests/runs/tables/test_summary.py",),
    "returnplan/runs/tables/judged.py": ("tests/runs/tables/test_judged.py",),
    "returnplan/runs/tables/readiness.py": ("tests/runs/tables/test_readiness.py",),
    "returnplan/show/audience/withholding.py": ("tests/show/audience/test_withholding.py",),
    "returnplan/show/audience/contributors.py": ("tests/show/audience/test_contributors.py",),
    "returnplan/show/audience/tables.py": ("tests/show/audience/test_tables.py",),
    "returnplan/show/audience/districts.py": ("tests/show/audience/test_districts.py",),
    "returnplan/show/findings/leader.py": _findings("rival", "level", "expected_values"),
    "returnplan/show/findings/headline.py": _findings(
        "headline", "rival", "level", "_values", "one_alloc"
    ),
    "returnplan/show/findings/numbers.py": _findings(),
    "returnplan/show/findings/options.py": _findings("options", "communities", "dominated", "farm"),
    "returnplan/show/findings/waiting.py": _findings("blocks", "compared_by", "key_roads"),
    "returnplan/show/findings/decisions.py": _findings(
        "decisions", "more_teams", "never_part", "asked_for"
    ),
    "returnplan/show/findings/targets.py": _findings("target", "withheld", "_values"),
    "returnplan/show/findings/communities.py": _findings(
        "about_even", "missing_data", "by_quarter"
    ),
    "returnplan/show/findings/teams.py": ("tests/show/findings/test_teams.py",),
    "returnplan/show/findings/certainty.py": _findings("hang_on"),
    "returnplan/show/findings/past.py": (
        *("tests/show/page/test_numbers_of_page.py", "-k", "published_facts"),
    ),
    "returnplan/show/page/tables.py": (
        "tests/show/page/test_titles_and_tables.py",
        "tests/show/findings/test_numbers.py",
        "tests/show/page/test_numbers_of_page.py",
    ),
    "returnplan/show/page/titles.py": ("tests/show/page/test_titles_and_tables.py",),
    "returnplan/show/page/years.py": ("tests/show/page/test_years.py",),
    "returnplan/show/page/districts.py": (
        "tests/show/page/test_years.py",
        "tests/show/page/test_numbers_of_page.py",
    ),
    "returnplan/show/page/data.py": ("tests/show/page/test_numbers_of_page.py",),
    "returnplan/show/page/rounding.py": ("tests/show/page/test_numbers_of_page.py",),
}
"""Module, and the tests that should notice what happens to it, as pytest takes them."""
KILLED, TOO_SLOW, SURVIVED = "killed", "too slow", "SURVIVED"
PROCESSES = 2
PATIENCE = 6
"""A mutant may take so many times as long as the module itself and a second."""

SIGNS: Mapping[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
WORDS = {
    **{"any": "all", "all": "any", "min": "max", "max": "min"},
    **{"maximum": "minimum", "minimum": "maximum", "argmax": "argmin", "argmin": "argmax"},
    **{"isfinite": "isinf", "left": "right", "right": "left", "sorted": "list"},
}
"""Functions, methods and sides, and what a mutant says instead."""


class Mutant(NamedTuple):
    """A module in which one thing is different."""

    line: int
    change: str
    text: str


# ------------------------------------------------------------------------------- what is changed


def mutants_of(text: str) -> list[Mutant]:
    """All mutants of the function bodies of a module, from its first line to the last."""
    whole = text.encode()
    lines = whole.splitlines(keepends=True)
    begin = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    found = []
    for node in _inside(ast.parse(text)):
        for change, place, instead in _changes(node):
            first = begin[place.lineno - 1] + place.col_offset
            last = begin[(place.end_lineno or 0) - 1] + (place.end_col_offset or 0)
            new = ast.unparse(instead)
            new = new if isinstance(place, ast.stmt) else f"({new})"
            was = " ".join(whole[first:last].decode().split())
            made = (whole[:first] + new.encode() + whole[last:]).decode()
            found.append(Mutant(place.lineno, f"{change}: {was[:80]}", made))
    return sorted(found, key=lambda mutant: mutant.line)


def _inside(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes of function bodies that are neither words nor types."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in tree.body]
    while waiting:
        node, is_inside = waiting.pop()
        if _is_said(node):
            continue
        if is_inside:
            yield node
        if isinstance(node, functions):
            waiting += [(child, True) for child in node.body]
        elif isinstance(node, ast.AnnAssign):
            waiting += [(node.value, is_inside)] if node.value else []
        else:
            waiting += [(child, is_inside) for child in ast.iter_child_nodes(node)]


def _is_said(node: ast.AST) -> bool:
    """Whether a node is a docstring, an error or a sentence, or asks for equal lengths."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_guard = isinstance(node, ast.keyword) and node.arg == "strict"
    return is_text or is_guard or isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.AST]]:
    """What is changed, where, and what stands there instead."""
    if isinstance(node, ast.If | ast.IfExp | ast.While) and _is_plain(node.test):
        yield "condition negated", node.test, ast.UnaryOp(ast.Not(), node.test)
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "None returned", node, ast.Return(ast.Constant(None))
    if isinstance(node, ast.expr | ast.AugAssign):
        yield from ((change, node, instead) for change, instead in _other_signs(node))
        yield from ((change, node, instead) for change, instead in _other_words(node))
    if isinstance(node, ast.UnaryOp):
        yield f"no {type(node.op).__name__}", node, node.operand
    if isinstance(node, ast.Constant):
        yield from ((change, node, instead) for change, instead in _other_constants(node))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_plain(test: ast.expr) -> bool:
    """Whether a condition holds nothing that other changes would negate."""
    return not isinstance(test, ast.Compare | ast.UnaryOp | ast.BoolOp)


def _other_signs(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            for other in SIGNS.get(type(sign), ()):
                changed = copy.deepcopy(node)
                changed.ops[place] = other()  # type: ignore[call-overload]
                yield _from_to(sign, other), changed
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for other in SIGNS.get(type(node.op), ()):
            again = copy.deepcopy(node)
            again.op = other()  # type: ignore[assignment]
            yield _from_to(node.op, other), again


def _from_to(sign: ast.AST, other: type[ast.AST]) -> str:
    return f"{type(sign).__name__} to {other.__name__}"


def _other_words(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Functions and methods called by the other name."""
    if not isinstance(node, ast.Call):
        return
    called = copy.deepcopy(node)
    for part in (called.func, getattr(called.func, "value", None)):  # np.maximum.at as well
        word = {ast.Name: "id", ast.Attribute: "attr"}.get(type(part), "")
        name = getattr(part, word, "")
        if name not in WORDS:
            continue
        setattr(part, word, WORDS[name])
        if name == "sorted":
            called.keywords = []
        yield f"{name} to {WORDS[name]}", called
        return


def _other_constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    other: bool | float | str
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, int | float):
        other = 1 - value if value in (0, 1) else value + 1
    elif isinstance(value, str) and value in WORDS:
        other = WORDS[value]
    else:
        return
    yield f"{value!r} to {other!r}", ast.Constant(other)


def spread(mutants: Sequence[Mutant], most: int | None) -> list[Mutant]:
    """At most so many of some mutants, in even steps from the first line to the last."""
    if most is None or most >= len(mutants):
        return list(mutants)
    return [mutants[number * len(mutants) // most] for number in range(most)]


# --------------------------------------------------------------------------------- who notices it


def _copy(folder: Path) -> None:
    """Copy the package and its tests, with compiled code; the rest is only read."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name in ("returnplan", "tests"):
            shutil.copytree(path, folder / path.name)
        elif not path.name.startswith("."):
            (folder / path.name).symlink_to(path)


@contextmanager
def _instead(path: Path, text: str) -> Iterator[None]:
    """Put another text in the place of a module, of which no bytecode is left."""
    kept = path.with_suffix(".kept")
    path.rename(kept)
    for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        stale.unlink()
    try:
        path.write_text(text, encoding="utf-8")
        yield
    finally:
        kept.replace(path)  # with its time, so that its compiled code is valid again


def _run(folder: Path, module: str) -> None:
    """Run the tests that fit a module, in a process of its own that has loaded no such package."""
    for name in [*sys.modules]:
        if name.split(".")[0] in ("returnplan", "tests"):
            del sys.modules[name]
    sys.path[:] = [str(folder), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    os.chdir(folder)
    sys.dont_write_bytecode = True
    is_compiled = "@compiled" in (ROOT / module).read_text(encoding="utf-8")
    numba.config.DISABLE_JIT = is_compiled  # type: ignore[attr-defined]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    words = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    sys.exit(pytest.main([*words, *FITTING[module]]))


class Trial(NamedTuple):
    """A mutant whose tests are running."""

    number: int
    process: BaseProcess
    until: float
    change: ExitStack


def noticed(
    module: str, texts: Sequence[str], folders: Sequence[Path], limit_s: float
) -> Iterator[tuple[int, str]]:
    """Say of each text in the place of a module, in any order, what becomes of it."""
    waiting, free, running = deque(enumerate(texts)), list(folders), list[Trial]()
    while waiting or running:
        while waiting and free:
            number, text = waiting.popleft()
            folder, change = free.pop(), ExitStack()
            change.callback(free.append, folder)
            change.enter_context(_instead(folder / module, text))
            process = get_context("fork").Process(target=_run, args=(folder, module))
            process.start()
            running.append(Trial(number, process, time.monotonic() + limit_s, change))
        wait([trial.process.sentinel for trial in running], timeout=1)
        for trial in [*running]:
            is_late = time.monotonic() > trial.until
            if trial.process.is_alive() and not is_late:
                continue
            trial.process.kill()
            trial.process.join()
            trial.change.close()
            running.remove(trial)
            is_killed = trial.process.exitcode != 0
            yield trial.number, TOO_SLOW if is_late else KILLED if is_killed else SURVIVED


def judge(
    module: str, lines: Sequence[int], most: int | None, folders: Sequence[Path]
) -> Mapping[str, int]:
    """Print what becomes of the mutants of a module, and return how many of each there were."""
    text = (ROOT / module).read_text(encoding="utf-8")
    began = time.monotonic()
    if dict(noticed(module, [text], folders, math.inf)) != {0: SURVIVED}:
        sys.exit(f"{module}: its tests fail without any change: {' '.join(FITTING[module])}")
    limit_s = PATIENCE * (time.monotonic() - began + 1)
    if dict(noticed(module, ["raise RuntimeError"], folders, limit_s)) != {0: KILLED}:
        sys.exit(f"{module}: its tests do not load it")
    asked = [mutant for mutant in mutants_of(text) if not lines or mutant.line in lines]
    chosen = spread(asked, most)
    found = dict.fromkeys((KILLED, TOO_SLOW, SURVIVED), 0)
    for number, verdict in noticed(module, [one.text for one in chosen], folders, limit_s):
        found[verdict] += 1
        print(f"{verdict:<8} {module}:{chosen[number].line}: {chosen[number].change}", flush=True)
    return found


def main() -> None:
    """Read the command line, and print what becomes of the mutants of each module."""
    parser = argparse.ArgumentParser(description="Change lines and see whether tests notice.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of FITTING (default: all)")
    parser.add_argument("--line", type=int, action="append", default=[], help="only these lines")
    parser.add_argument("--most", type=int, help="mutants a module, spread over it (default: all)")
    asked = parser.parse_args()
    importlib.import_module("tests.conftest")  # what it loads from elsewhere is loaded once
    with tempfile.TemporaryDirectory(prefix="mutants-") as root:
        folders = [Path(root, str(number)) for number in range(PROCESSES)]
        for folder in folders:
            _copy(folder)
        counts = {
            module: judge(module, asked.line, asked.most, folders)
            for module in asked.modules or FITTING
        }
    for module, found in counts.items():
        told = ", ".join(f"{count} {verdict}" for verdict, count in found.items())
        print(f"{module}: {sum(found.values())} mutants: {told}")


if __name__ == "__main__":
    main()
