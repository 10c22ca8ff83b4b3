"""Notebooks: they run, say nothing on the error stream, hold no outputs, use what is public."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

import returnplan as rp

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OF_RETURNPLAN = {"charts", "maps"}
"""What a notebook may import from the package, beside the package itself."""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cells(notebook: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return found


def code(notebook: Path) -> str:
    """Code of a notebook as one program; lines for the notebook itself are left out."""
    texts = ["".join(cell["source"]) for cell in cells(notebook) if cell["cell_type"] == "code"]
    return "\n".join(re.sub(r"^%.*$", "", text, flags=re.MULTILINE) for text in texts)


def test_there_are_six_notebooks_in_their_order() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == ["1_", "2_", "3_", "4_", "5_", "6_"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_neither_outputs_nor_traces_of_a_machine(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    assert json.loads(text)["metadata"] == METADATA
    for number, cell in enumerate(cells(notebook), start=1):
        assert cell["id"] == f"cell-{number:02}"
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    form = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    assert text == f"{form}\n", "not in the form in which notebooks are kept"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_uses_what_is_public_only(notebook: Path) -> None:
    tree = ast.parse(code(notebook))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                assert name.name == "returnplan" or not name.name.startswith("returnplan")
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("returnplan"):
            assert node.module == "returnplan"
            assert {name.name for name in node.names} <= OF_RETURNPLAN
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            if isinstance(node.value, ast.Name) and node.value.id == "rp":
                assert node.attr in rp.__all__


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_states_what_a_modelled_date_is_not(notebook: Path) -> None:
    first = "".join(cells(notebook)[0]["source"]).replace("\n> ", " ")
    assert "It does not state that any land, road or building is safe." in first
    assert "Return is voluntary" in first


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """Start a process for all notebooks: it imports the package once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("IPYTHONDIR", "/nonexistent")  # nobody's own settings
        started = KernelManager()
        started.start_kernel(cwd=str(ROOT / "notebooks"))
    yield started
    started.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_warns_of_nothing(notebook: Path, kernel: KernelManager) -> None:
    given = nbformat.read(notebook, as_version=4)
    for cell in given.cells:  # enough draws for ranges and for all that is done with them
        cell.source = re.sub(r"\bdraws=200\b", "draws=20", cell.source)
        cell.source = cell.source.replace("DRAWS = 10", "DRAWS = 2")
    given.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))  # no names of the one before
    client = NotebookClient(given, km=kernel, timeout=600)
    try:
        done = client.execute()
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
    outputs = [out for cell in done.cells for out in cell.get("outputs", [])]
    assert [out["text"] for out in outputs if out.get("name") == "stderr"] == []
    assert any("image/png" in out.get("data", {}) for out in outputs), "shows no picture"
    said = [out["data"].get("text/plain", "") for out in outputs if "data" in out]
    assert [text for text in said if text.startswith(("Text(", "<matplotlib", "[<"))] == []
