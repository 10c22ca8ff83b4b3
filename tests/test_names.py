"""Names that look like something else stay names: in figures, workbook, brief and terminal."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
from python_calamine import CalamineWorkbook

import returnplan as rp
from returnplan.errors import CONTROL
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.show.brief import brief
from returnplan.show.findings import open_findings
from tests.hostile import ALLOCATIONS, MARKUP, Texts
from tests.running import call

SVG = "{http://www.w3.org/2000/svg}"
DOES_SOMETHING = re.compile(r"/(JavaScript|JS|AA|Launch|URI|SubmitForm|EmbeddedFile)\b")


def solid(text: str) -> str:
    """A text without blanks: charts and pages break lines."""
    return re.sub(r"\s", "", text)


def test_figures_are_svg_that_holds_names_as_they_are_written(
    hostile_run: Path, hostile_texts: Texts
) -> None:
    kinds: set[str] = set()
    for path in sorted((hostile_run / "figures").glob("*.svg")):
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        kinds |= {one.tag for one in root.iter() if one.tag.startswith(SVG)}
        assert not [key for one in root.iter() for key in one.attrib if key.startswith("on")]
    wanted = ("style", "defs", "path", "g", "text", "use", "rect", "clipPath", "metadata", "svg")
    assert kinds - {f"{SVG}{tag}" for tag in (*wanted, "image", "pattern", "tspan")} == set()
    root = ElementTree.parse(hostile_run / "figures" / "people_against_cost.svg").getroot()
    shown = solid("".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")))
    for title in hostile_texts["allocations.title"]:
        assert solid(title) in shown


OWN_FORMULA = re.compile(
    r'IF\((?P<cell>INDEX\([^"]+\)|[^"(),]+)="","",(?P=cell)(/1000000)?\)'
    r'|VALUE\(LEFT\(\$B\$2,FIND\("\.",\$B\$2\)-1\)\)'
)
"""A formula of the summary: it looks a number up, and holds no text."""


def test_the_workbook_holds_names_and_no_formula_or_link_of_theirs(
    hostile_run: Path, hostile_texts: Texts
) -> None:
    path = hostile_run / "results.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        assert not re.search("extern|macro|vba|hyperlink", name, re.IGNORECASE)
        if name.endswith((".xml", ".rels")):
            found = list(ElementTree.fromstring(part).iter())
            assert "hyperlink" not in {one.tag.rpartition("}")[2] for one in found}
            if "/worksheets/" in name:
                formulas = [str(one.text) for one in found if one.tag.endswith("}f")]
                assert bool(formulas) == name.endswith("/sheet2.xml")  # the summary
                assert [one for one in formulas if not OWN_FORMULA.fullmatch(one)] == []
    book = CalamineWorkbook.from_path(path)
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    texts = {cell for row in rows for cell in row if isinstance(cell, str)}
    for field in ("district", "Assumption.unit", "SourceLine.title"):
        assert set(hostile_texts[field]) <= texts
    titles = {re.sub(r"^\d+\. ", "", text) for text in texts}  # plans have their number before
    assert set(hostile_texts["allocations.title"]) <= titles


def test_tables_hold_ids_and_districts_as_they_are_written(
    hostile_run: Path, hostile_texts: Texts
) -> None:
    run = rp.load_run(hostile_run)
    scenario = rp.load(hostile_run / SCENARIO_COPY)
    assert run.allocations == tuple(ALLOCATIONS)
    assert set(run.readiness["district"]) == set(hostile_texts["district"])
    assert set(run.readiness["community"]) == {one.id for one in scenario.communities}
    with (hostile_run / "readiness.csv").open(encoding="utf-8", newline="") as file:
        assert {row["district"] for row in csv.DictReader(file)} == set(hostile_texts["district"])


@pytest.mark.unwatched
def test_the_brief_prints_names_and_can_do_nothing(hostile_run: Path, hostile_texts: Texts) -> None:
    document = brief(open_findings(hostile_run))
    pdf = pypdf.PdfReader(io.BytesIO(document))
    shown = solid("".join(page.extract_text() for page in pdf.pages))
    for field in ("district", "Target.title"):
        assert [one for one in hostile_texts[field] if solid(one) not in shown] == []
    assert pdf.metadata is not None
    assert hostile_texts["title"][0] in str(pdf.metadata.title)
    objects = [str(pdf.get_object(number)) for number in range(1, len(pdf.xref[0]) + 1)]
    assert not [one for one in objects if DOES_SOMETHING.search(one)]


@pytest.mark.unwatched
def test_the_terminal_shows_names_and_gets_no_control(
    hostile_run: Path, hostile_texts: Texts
) -> None:
    run = rp.load_run(hostile_run)
    said = [hostile_run.with_name("hostile.txt").read_text(encoding="utf-8")]
    for words in (
        ("check", hostile_run.with_name("hostile")),
        ("compare", hostile_run),
        *(("explain", hostile_run, one, "--no-what-if") for one in run.communities),
    ):
        done = call(*words)
        assert done.exit_code == 0, done.output
        said.append(done.output)
    whole = "\n".join(said)
    assert CONTROL.findall(whole.replace("\n", "")) == []
    assert hostile_texts["title"][0] in whole
    for title in hostile_texts["allocations.title"]:
        assert title in whole
    reasons = rp.why(rp.load(hostile_run / SCENARIO_COPY), "NA", run.communities[0])
    assert CONTROL.findall(reasons.to_csv().replace("\n", "")) == []


@pytest.mark.parametrize("sign", ["\x1b", "\r", "\x07", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_controls_in_the_name_of_a_folder_reach_no_terminal(tmp_path: Path, sign: str) -> None:
    done = call("check", tmp_path / f"a{sign}b")
    assert CONTROL.findall(done.output.replace("\n", "")) == []
    assert repr(sign)[1:-1] in done.output


@pytest.mark.parametrize(
    "name", ["\ufffe", "a\uffff", "\x1b[2J", "\u202eabc", "\uff1d1+1", "a;=1", "a; @x"]
)
def test_a_name_that_is_no_line_of_text_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="line of text"):
        rp.Place(id="p", kind="hub", name=name, lon_deg=0, lat_deg=0, source="s")


def test_each_kind_of_markup_stands_in_some_place_name(hostile_texts: Texts) -> None:
    everything = "".join(one for texts in hostile_texts.values() for one in texts)
    assert all(one in everything for one in MARKUP)
