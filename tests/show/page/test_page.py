"""The report as a file: complete, closed against the network, no more than its readers may see."""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.language.words import LANGUAGES, words_of
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.runs.run import Request
from returnplan.runs.tables.judged import CERTAINTIES
from returnplan.scenario.background import Background, read_background
from returnplan.show.audience.withholding import LEAST_PEOPLE
from returnplan.show.findings import Findings, headline, mark, open_findings, statements
from returnplan.show.maps.rough import COARSE_CELLS
from returnplan.show.page import report_page
from returnplan.show.page.data import page_data
from returnplan.show.page.ground import Sheet, district_map, full_map
from returnplan.show.page.packing import lean, packed, policy, unpacked
from returnplan.show.page.pictures import SLOTS
from returnplan.show.page.sentences import formats
from returnplan.show.page.tables import difference_tables, how_made
from tests.leaks import leaks
from tests.running import run_undrawn
from tests.tiny import tiny
from tests.unwatched import unwatched

ROOT = Path(__file__).resolve().parents[3]
DATA = re.compile(r'<script type="application/json" id="data">([^<]*)</script>')
STYLE, SCRIPT = (
    re.compile(r"<style>(.*?)</style>", re.S),
    re.compile(r"<script>(.*?)</script>", re.S),
)
SAFE = re.compile(r"\bsafe\b", re.IGNORECASE)
KM_PER_DEGREE = 6371.0088 * math.pi / 180
MOST_BYTES = 1_500_000
VENDORS = ("returnplan/show/page/vendor", "tests/browser/vendor")


@pytest.fixture(scope="module")
def page(reports: Callable[..., Path]) -> Callable[..., str]:
    """Return a function that gives the report of the valley for an audience."""
    return lambda audience: reports(audience, "en").read_text(encoding="utf-8")


def data_of(text: str) -> Any:
    element = DATA.search(text)
    assert element is not None
    return unpacked(element[1])


def visible(text: str) -> str:
    """Words of a page as they are read: no styles, no scripts, no tags."""
    for pattern in (STYLE, SCRIPT, DATA):
        text = pattern.sub("", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


# ---------------------------------------------------------------- the file


def test_the_page_is_one_file_that_may_fetch_nothing(page: Callable[..., str]) -> None:
    text = page("internal")
    rule = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert rule is not None
    rules = html.unescape(rule[1])
    assert rules == policy(STYLE.findall(text), SCRIPT.findall(text))
    assert rules.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in rules
    linked = re.findall(r'(?:src|href|action|poster|srcset|data)="([^"]*)"', SCRIPT.sub("", text))
    assert [link for link in linked if not link.startswith(("#", "data:image/webp;"))] == []
    assert " style=" not in SCRIPT.sub("", text)
    assert len(text.encode("utf-8")) < MOST_BYTES


@pytest.mark.unwatched
def test_the_same_run_gives_the_same_page(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    assert report_page(opened("public"), Background()) == page("public")


@pytest.mark.unwatched
def test_markup_in_names_stays_text(
    opened: Callable[..., Findings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnplan.show.page.pictures", lambda _: dict.fromkeys(SLOTS, ()))
    findings = opened("public")
    evil = "</script><img src=x onerror=alert(1)>"
    scenario = replace(findings.scenario, title=evil)
    titles = dict.fromkeys(findings.allocations, evil)
    changed = replace(
        findings,
        opened=replace(findings.opened, scenario=scenario),
        view=replace(findings.view, titles=titles),
    )
    text = report_page(changed, Background())
    assert evil not in text
    assert data_of(text)["allocations"][0] == evil
    assert "&lt;/script&gt;" in text


def test_data_is_packed_alike_each_time_and_holds_no_sign_of_markup() -> None:
    data = {"a": ["</script>", "ə", 1.5, None]}
    assert packed(data) == packed(data)
    assert unpacked(packed(data)) == data
    assert re.fullmatch(r"\d+ [^<>&\"'`\s]+", packed(data))
    with pytest.raises(ValueError, match="not JSON compliant"):
        packed({"a": math.nan})


def test_code_of_the_page_is_without_comments_but_otherwise_as_it_is_written() -> None:
    code = (
        "// One.\n/** Two\n * lines. */\nfunction f() {\n  // Three.\n  return 4 / 2; // four\n"
        "\n}\n"
        'const a = "// five";\n/* Six. */\n.b { c: url("//d"); }\n'
    )
    assert lean(code) == (
        'function f() {\nreturn 4 / 2; // four\n}\nconst a = "// five";\n.b { c: url("//d"); }\n'
    )


@pytest.mark.parametrize("folder", VENDORS)
def test_the_code_of_others_is_what_its_table_says(folder: str) -> None:
    table = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    digests = dict(re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", table, re.MULTILINE))
    files = [path for path in (ROOT / folder).iterdir() if path.name != "README.md"]
    assert {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files} == digests
    packages = set(re.findall(r"^\| \S+ \| (\S+) \|", table, re.MULTILINE)) - {"package"}
    licensed = set(re.findall(r"^\| \S+LICENSE\S* \| (\S+) \|", table, re.MULTILINE))
    assert packages == licensed


# ---------------------------------------------------------------- what it says


def test_the_page_says_all_that_is_required_in_its_order(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    text, findings = page("internal"), opened("internal")
    words = visible(text)
    assert [re.sub(r"\W.*", "", one) for one in re.findall(r'<section id="([^"]*)"', text)] == [
        "explore", "standing", "options", "time", "community", "waiting", "roads",
        "teams", "differences", "sure", "cost",
        "decisions", "risks", "basis",
    ]  # fmt: skip
    assert (
        words.index(mark(findings)) < words.index(headline(findings)) < words.index("Map and time")
    )
    for statement in statements(findings):
        assert " ".join(statement.split()) in words
    manifest = findings.run.manifest
    for key in ("digest", "scenario_sha256", "command", "returnplan"):
        assert str(manifest[key]) in words
    assert not SAFE.search(words.replace(statements(findings)[0], ""))
    data = data_of(text)
    taken = [*data.pop("foot"), *data.pop("drawn").values()]  # charts carry the statement along
    assert not SAFE.search(json.dumps(data))
    assert all(len(SAFE.findall(one)) <= one.count("Modelled planning estimate") for one in taken)


def test_numbers_of_the_page_are_those_of_the_tables(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    data, run = data_of(page("internal")), opened("internal").run
    for number, name in enumerate(run.allocations):
        rows = run.people_met[run.people_met["allocation"] == name]
        assert data["days"] == rows["day"].tolist()
        assert data["people"][number][1][1] == rows["returned_p50"].round().tolist()
        readiness = run.readiness[run.readiness["allocation"] == name].set_index("community")
        profile = data["profiles"][number]
        for at, (community, *_) in enumerate(data["communities"]):
            row = readiness.loc[community]
            stands, phrase = data["statuses"][profile["status"][at]]
            is_even = row["certainty"] == "about even"
            said = "about even" if is_even else row["status"].partition(":")[0]
            assert phrase.lower().startswith(said)
            assert (stands == 3) == is_even
            assert (stands == 0) == (row["certainty"] == "likely")
            certainty = profile["certainty"][at]
            word = "" if certainty is None else list(CERTAINTIES)[certainty]
            assert word == ("" if pd.isna(row["certainty"]) else row["certainty"])
            dates = [row[f"ready_date_p{p}"] for p in (10, 50, 90)]
            numbers = [days[at] for days in profile["days"]]
            assert [
                None if day is None else date.fromordinal(run.start.toordinal() + day)
                for day in numbers
            ] == [None if pd.isna(day) else day.date() for day in dates]


def test_a_settlement_is_about_even_and_likely_from_the_days_of_the_shares_on() -> None:
    # Alpha on days 100, 200 ... 1000; beta on days 10 to 50 and then never; the fourth and the
    # seventh of ten draws make the share 0.4 and more than 0.6.
    no_roads = pd.DataFrame({"allocation": [], "road": [], "open_day": []})
    days = [100.0 * step for step in range(10, 0, -1)]
    half = [10.0, 20.0, 30.0, 40.5, 50.0] + [math.inf] * 5
    findings = tiny(ready={"plan": (days, half), "never": ([math.inf] * 10, [1.0] * 10)})
    tables = {**findings.run.tables, "roads": no_roads}
    found = full_map(findings.scenario, Background(), tables, findings.run)
    assert found["names"] == ["alpha", "beta"]
    assert found["even"] == [[400, 41], [-1, 1]]
    assert found["likely"] == [[700, -1], [-1, 1]]
    alone = tiny(draws=0)
    tables = {**alone.run.tables, "roads": no_roads}
    keys = full_map(alone.scenario, Background(), tables, alone.run).keys()
    assert not {"even", "likely"} & keys


def test_at_the_end_of_the_slider_the_map_shows_the_certainty_of_the_table(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    data, findings = data_of(page("internal")), opened("internal")
    for number, name in enumerate(findings.allocations):
        rows = findings.rows("readiness", name).drop_duplicates("settlement")
        certainty = rows.set_index("settlement")["certainty"]
        people = findings.scenario.people
        ids = [place.id for place in findings.scenario.places if place.id in people]
        ground = {key: data["map"][key][number] for key in ("even", "likely")}
        for settlement, even, likely in zip(ids, ground["even"], ground["likely"], strict=True):
            if isinstance(certainty[settlement], str):
                word = "likely" if likely >= 0 else "about even" if even >= 0 else "unlikely"
                assert word == certainty[settlement]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_writes_dates_of_few_draws_by_quarter_as_words_do(language: str) -> None:
    words = words_of(language)
    for draws in (0, 1, 255, 256):
        patterns = formats(words, draws)["said"]
        for month in range(1, 13):
            for day in (1, 28):
                shown = formats(words, draws)["first"] if day == 1 else str(day)
                text = patterns[month - 1].replace("{day}", shown).replace("{year}", "2031")
                assert text == words.said_date(date(2031, month, day), draws)


def test_on_expected_values_settlements_of_the_map_hold_the_people_of_the_charts(
    two_villages: rp.Scenario,
    written: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "run"
    names = tuple(one.name for one in two_villages.allocations)
    run_undrawn(
        Request(
            folder=written("two_villages"),
            scenario=two_villages,
            allocations=names,
            out=out,
            draws=0,
            seed=1,
        )
    )
    findings = open_findings(out)
    data = page_data(findings, Background())
    for number in range(len(names)):
        ready = np.array(data["map"]["ready"][number])
        people = np.array(data["map"]["people"])
        for step, day in enumerate(data["days"]):
            met = people[(ready >= 0) & (ready <= day)].sum()
            assert met == data["people"][number][0][0][step]
    monkeypatch.setattr("returnplan.show.page.pictures", lambda _: dict.fromkeys(SLOTS, ()))
    words = visible(report_page(findings, Background()))
    assert "About even" not in words
    assert "Conditions met (modelled) by the date" in words
    assert "none: single-value run" in words
    assert "Paired differences" not in words
    assert "80% of simulations" not in words


def test_each_table_of_differences_holds_all_other_allocations(
    opened: Callable[..., Findings],
) -> None:
    findings = opened("internal")
    tables = difference_tables(findings)
    assert len(tables) == 3  # person-days, people at the near date, people at the horizon
    others = [findings.title(name) for name in findings.allocations[1:]]
    assert all([row[0] for row in table.rows] == others for table in tables)
    first = findings.tables["differences"].iloc[0]
    assert tables[0].rows[0][1] == findings.signed(float(f"{first['mean']:.4g}"))


def test_how_it_was_made_names_the_files_that_were_edited_and_whom_to_ask(
    opened: Callable[..., Findings],
) -> None:
    findings = opened("internal")
    changed = replace(
        findings,
        contact="Planning unit",
        opened=replace(
            findings.opened, run=replace(findings.run, edited=("gates.csv", "roads.csv"))
        ),
    )
    said = [("Edited after the run", "gates.csv, roads.csv"), ("Contact", "Planning unit")]
    assert how_made(changed)[-2:] == tuple(said)
    assert not {name for name, _ in said} & dict(how_made(findings)).keys()


# ---------------------------------------------------------------- the public


def test_the_public_page_holds_no_place_team_or_hazard_in_text_or_data(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    text, scenario = page("public"), opened("public").scenario
    whole = SCRIPT.sub("", STYLE.sub("", text)) + json.dumps(data_of(text), ensure_ascii=False)
    assert leaks(whole, scenario) == []
    assert not {"communities", "profiles", "sentences"} & data_of(text).keys()
    assert data_of(text)["map"].keys() == {"size", "rings", "ring_district", "circles"}
    assert "Internal" not in visible(text)
    assert mark(opened("public")) in visible(text)


@pytest.fixture(scope="module")
def karabakh_public(karabakh_run: Path) -> Findings:
    with unwatched():
        return open_findings(karabakh_run, "public")


@pytest.mark.slow
@pytest.mark.unwatched
def test_the_public_page_of_karabakh_is_clean(karabakh_public: Findings) -> None:
    background, _ = read_background(karabakh_public.folder / SCENARIO_COPY)
    text = report_page(karabakh_public, background)
    whole = SCRIPT.sub("", STYLE.sub("", text)) + json.dumps(data_of(text), ensure_ascii=False)
    assert leaks(whole, karabakh_public.scenario) == []
    assert data_of(text)["map"]["rings"]


@pytest.mark.long
@pytest.mark.unwatched
def test_the_internal_page_of_karabakh_is_small_enough(karabakh_run: Path) -> None:
    background, _ = read_background(karabakh_run / SCENARIO_COPY)
    findings = open_findings(karabakh_run)
    internal = report_page(findings, background)
    assert len(internal.encode("utf-8")) < MOST_BYTES
    assert len(data_of(internal)["communities"]) == len(findings.scenario.communities)


@pytest.mark.unwatched
def test_no_count_of_people_on_the_public_page_is_small(karabakh_public: Findings) -> None:
    data = page_data(karabakh_public, Background())
    counted = [data["people"], data["districts"]["people"], data["district_gates"]]
    counts = [count for count in flat(counted) if count is not None]
    assert len(counts) > 1000
    assert [count for count in counts if 0 < count < LEAST_PEOPLE] == []
    assert all(count % 10 == 0 for count in counts)


def flat(values: Any) -> Iterator[Any]:
    """All that is in lists of lists."""
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value


# ---------------------------------------------------------------- the map


def test_a_sheet_is_true_in_kilometres_at_its_middle() -> None:
    sheet = Sheet([(46.0, 39.0), (47.0, 41.0)], decimals=2)
    assert sheet.km([(46.0, 39.0)]) == [[0.0, 0.0]]
    east, north = sheet.size_km
    assert north == pytest.approx(2 * KM_PER_DEGREE, abs=0.01)
    assert east == pytest.approx(KM_PER_DEGREE * math.cos(math.radians(40.0)), abs=0.01)


def test_a_circle_does_not_tell_where_in_its_cell_a_district_lies(
    opened: Callable[..., Findings],
) -> None:
    places = opened("internal").scenario.places
    areas = {"Lower Valley": "Lower Valley", "Upper Valley": "Upper Valley"}
    shown = sorted(areas)
    before = district_map(places, Background(), areas, shown)["circles"]
    step = 0.34 / COARSE_CELLS
    moved = [
        replace(one, lat_deg=one.lat_deg + 0.01 * step) if one.id == "terrace" else one
        for one in places
    ]
    assert district_map(moved, Background(), areas, shown)["circles"] == before
    assert [circle[0] for circle in before] == [0, 1]


def test_districts_of_one_cell_stand_side_by_side_and_places_without_one_nowhere(
    opened: Callable[..., Findings],
) -> None:
    places = opened("internal").scenario.places
    near = [replace(one, district=one.id) for one in places if one.id in ("mill", "orchard")]
    far = [replace(one, district="") for one in places if one.id == "ridge"]
    areas = {"mill": "mill", "orchard": "orchard", "nowhere": "nowhere"}
    circles = district_map([*near, *far], Background(), areas, sorted(areas))["circles"]
    assert [circle[0] for circle in circles] == [0, 2]
    assert circles[0][1] < circles[1][1]
    assert circles[0][2] == circles[1][2]
    assert district_map([], Background(), areas, sorted(areas))["circles"] == []


def test_outlines_take_the_number_of_the_district_under_which_theirs_is_counted(
    opened: Callable[..., Findings],
) -> None:
    ring = [[0.0, 0.0], [0.3, 0.0], [0.3, 0.3], [0.0, 0.0]]
    background = Background(rings=(ring, ring), districts=("Lower Valley", "Elsewhere"))
    places = opened("internal").scenario.places
    areas = {"Lower Valley": "other districts", "Upper Valley": "Upper Valley"}
    shown = district_map(places, background, areas, ["Upper Valley", "other districts"])
    assert shown["ring_district"] == [1, -1]
    assert [circle[0] for circle in shown["circles"]] == [0]


# ---------------------------------------------------------------- districts


def test_districts_of_the_public_page_add_up_to_what_its_tables_show(
    page: Callable[..., str], opened: Callable[..., Findings]
) -> None:
    data, findings = data_of(page("public")), opened("public")
    for number, name in enumerate(findings.allocations):
        rows = findings.rows("district_gates", name)
        for at, district in enumerate(data["districts"]["names"]):
            mine = rows[rows["district"] == district].set_index("gate")
            cells = data["district_gates"][number][at]
            assert len(cells) == len(data["gates"]) == len(mine)
            met = [None if math.isnan(people) else round(people) for people in mine["people_met"]]
            assert [people[0] for people in cells] == met
            days = [count for _, count in data["district_causes"][number][at]]
            assert days == sorted(days, reverse=True)
