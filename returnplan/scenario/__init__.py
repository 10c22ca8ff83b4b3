"""Scenario folder to :class:`~returnplan.domain.Scenario` and back; every check lives here."""

import csv
import hashlib
import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from returnplan.domain import (
    OPTIONAL_TABLES,
    AllocationHeader,
    Assumption,
    Scenario,
    type_of_table,
)
from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.model.conditions.gates import GATES, PRESETS, preset_gates
from returnplan.model.work.policies import POLICIES
from returnplan.scenario.background import read_background
from returnplan.scenario.checks import Draft, run_checks
from returnplan.scenario.files import LARGEST, Sheet, read_sheets, workbooks_of
from returnplan.scenario.rows import MOST_SHOWN, cell_text, table_type

Gates = Mapping[str, Mapping[str, float]]
TOML = "scenario.toml"
WORKBOOK = "tables.xlsx"
MOST_YEARS = 100
"""Longest horizon: work that ends later is not begun (model §6)."""
MOST_LETTERS = 80
"""Longest name of an allocation: files are called after it."""
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
"""Limits of a sheet of a workbook."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years in which a scenario may start: dates far from them cannot be counted or shown."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Result of checking a scenario folder.

    Parameters
    ----------
    problems
        Errors first, then warnings.
    scenario
        The scenario; None when there are errors.
    default_assumptions
        Shipped assumptions that are in use because the scenario has no row of its own.
    default_columns
        Table, column, default as text, and number of rows that take it.
    """

    problems: tuple[Problem, ...]
    scenario: Scenario | None
    default_assumptions: tuple[Assumption, ...]
    default_columns: tuple[tuple[str, str, str, int], ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that forbid a run."""
        return tuple(p for p in self.problems if p.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that a planner should look at."""
        return tuple(p for p in self.problems if p.level == "warning")


def load(folder: str | Path, gates: Gates | None = None) -> Scenario:
    """Read a scenario folder.

    Parameters
    ----------
    folder
        Folder with ``scenario.toml`` and the tables, as CSV files or as sheets of one workbook.
    gates
        Gates in force instead of those that the scenario names.

    Returns
    -------
    Scenario
        Everything in it.

    Raises
    ------
    ScenarioError
        When anything is wrong; it holds every problem.
    """
    report = check(folder, gates=gates)
    if report.scenario is None:
        raise ScenarioError(str(folder), report.errors)
    return report.scenario


def check(folder: str | Path, gates: Gates | None = None) -> Report:
    """Read a scenario folder and report every problem at once.

    Parameters
    ----------
    folder
        Folder of the scenario.
    gates
        Gates in force instead of those that the scenario names.

    Returns
    -------
    Report
        Problems, the scenario if it can be run, and the defaults in use.
    """
    path = Path(folder)
    try:
        if path.is_dir():
            return _check_folder(path, gates)
        found = "a file" if path.exists() else "no such folder"
    except OSError as error:
        found = f"a folder that cannot be read ({error.strerror})"
    problem = Problem(file=str(folder), found=found, allowed="a folder with scenario.toml")
    return Report(problems=(problem,), scenario=None, default_assumptions=(), default_columns=())


def _check_folder(path: Path, gates: Gates | None) -> Report:
    head, names, problems = _read_toml(path / TOML)
    if gates is not None:
        head["gates"] = {name: dict(parameters) for name, parameters in gates.items()}
    reading = read_sheets(path)
    problems += reading.problems
    problems += read_background(path)[1]
    rows: dict[str, list[tuple[int, Any]]] = {}
    for table, sheet in reading.sheets.items():
        rows[table], found = table_type(table).parse(sheet)
        problems += found
    draft = Draft(
        rows=rows,
        sheets=reading.sheets,
        files=reading.files,
        absent=reading.absent,
        start=head.get("start"),
        horizon_years=head.get("horizon_years"),
        allocations=head.get("allocations", ()),
        allocation_names=names,
        gates=head.get("gates", {}),
    )
    problems += run_checks(draft)
    problems.sort(key=lambda problem: problem.level)
    scenario = None
    if not any(problem.level == "error" for problem in problems):
        tables = {table: tuple(row for _, row in found) for table, found in rows.items()}
        given: dict[str, Any] = {**head, **tables}
        scenario = Scenario(**given)
    own = draft.ids("assumptions")
    return Report(
        problems=tuple(problems),
        scenario=scenario,
        default_assumptions=tuple(
            row for name, row in default_assumptions().items() if name not in own
        ),
        default_columns=tuple(_blanks(reading.sheets)),
    )


def _blanks(sheets: Mapping[str, Sheet]) -> list[tuple[str, str, str, int]]:
    """Columns in which blank cells mean something: a default, or what "empty:" says of them."""
    found: list[tuple[str, str, str, int]] = []
    for table, sheet in sheets.items():
        kind = table_type(table)
        for col, default in kind.default.items():
            text = cell_text(default) if not isinstance(default, dict) else ""
            _, _, empty = (kind.info[col].description or "").partition("empty: ")
            count = sum(col not in cells for _, cells in sheet.rows)
            if (text or empty) and count:
                found.append((table, col, text or f"empty ({empty})", count))
    return found


def _parse_toml(path: Path) -> dict[str, Any] | Problem:
    found, allowed = "no such file", "it is required"
    if path.is_dir():
        found, allowed = "a folder", "a file"
    elif path.exists():
        try:
            return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except OSError as error:
            found, allowed = f"a file that cannot be read ({error.strerror})", "a readable file"
        except UnicodeDecodeError as error:
            found = f"byte 0x{error.object[error.start]:02X}, which is not UTF-8"
            allowed = "UTF-8 text"
        except (ValueError, RecursionError) as error:  # also numbers and nests too large
            found, allowed = f"broken TOML ({error})", "valid TOML"
    return Problem(file=TOML, found=found, allowed=allowed)


def _read_toml(
    path: Path,
) -> tuple[dict[str, Any], tuple[str, ...] | None, list[Problem]]:
    """Head of a scenario, the names of its allocations (None: unknown), and what is wrong."""
    raw = _parse_toml(path)
    if isinstance(raw, Problem):
        return {}, None, [raw]
    problems: list[Problem] = []
    known = ("name", "title", "start", "horizon_years", "gates", "allocations")
    for key in raw:
        if key not in known:
            problems.append(
                Problem(
                    level="warning",
                    file=TOML,
                    column=key,
                    found="a key that is not read",
                    allowed=f"keys are {', '.join(known)}",
                )
            )
    head: dict[str, Any] = {}
    for key, read in _HEAD_READERS.items():
        value = read(raw.get(key), problems)
        if value is not None:
            head[key] = value
    given = raw.get("allocations")
    return head, tuple(given) if isinstance(given, dict) else None, problems


def _complain(problems: list[Problem], key: str, found: object, allowed: str) -> None:
    text = "nothing" if found is None else _shown(found)
    problems.append(Problem(file=TOML, column=key, found=text, allowed=allowed))


def _shown(value: object) -> str:
    """A value of a TOML file in a few words."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date):
        return value.isoformat()
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a very large number"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _read_name(value: object, problems: list[Problem]) -> str | None:
    """Name of the scenario, which also names the folders of its runs."""
    text = value.strip() if isinstance(value, str) else ""
    if text and text.isprintable() and not set(text) & set("/\\") and text[0] != ".":
        return text
    allowed = "a short name as text, without / and \\ and without a dot at the start"
    _complain(problems, "name", value, allowed)
    return None


def _read_title(value: object, problems: list[Problem]) -> str | None:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    _complain(problems, "title", value, "text")
    return None


def _read_start(value: object, problems: list[Problem]) -> date | None:
    day = value
    if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
        with suppress(ValueError):
            day = date.fromisoformat(value)
    if isinstance(day, datetime) or not isinstance(day, date):
        _complain(problems, "start", value, "a date as YYYY-MM-DD")
    elif FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    else:
        _complain(problems, "start", value, f"a date from {FIRST_YEAR} to {LAST_YEAR}")
    return None


def _read_horizon(value: object, problems: list[Problem]) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_YEARS:
        return value
    allowed = f"a whole number from 1 to {MOST_YEARS}"
    _complain(problems, "horizon_years", value, allowed)
    return None


def read_gates(value: object, problems: list[Problem]) -> dict[str, dict[str, float]] | None:
    """Read the gates in force with their parameters.

    Parameters
    ----------
    value
        What stands in a file: a table, the name of a preset, or nothing (the essential ones).
    problems
        Takes what is wrong.

    Returns
    -------
    dict[str, dict[str, float]] | None
        The gates that can be read; None: neither a table nor a preset.
    """
    if value is None:
        return preset_gates(PRESETS[0])
    if isinstance(value, str) and value in PRESETS:
        return preset_gates(value)
    if not isinstance(value, dict):
        words = ", ".join(f'"{preset}"' for preset in PRESETS)
        allowed = f"{words}, or a table [gates] with one key a gate"
        _complain(problems, "gates", value, allowed)
        return None
    gates: dict[str, dict[str, float]] = {}
    for name, given in value.items():
        if name not in GATES:
            _complain(problems, f"gates.{name}", "no such gate", f"one of {', '.join(GATES)}")
        elif given is True or isinstance(given, dict):
            gates[name] = _gate_parameters(name, {} if given is True else given, problems)
        else:
            _complain(problems, f"gates.{name}", given, "a table of parameters, {} for none")
    if not value:
        problem = Problem(
            file=TOML,
            column="gates",
            found="an empty table",
            allowed=f"at least one of {', '.join(GATES)}",
        )
        problems.append(problem)
    return gates


def _gate_parameters(
    name: str, given: Mapping[str, object], problems: list[Problem]
) -> dict[str, float]:
    known = GATES[name].parameters
    numbers: dict[str, float] = {}
    for key, value in given.items():
        where = f"gates.{name}.{key}"
        top = 1.0 if key == "required_share" else LARGEST
        if key not in known:
            allowed = f"one of {', '.join(known)}" if known else "no parameters"
            _complain(problems, where, "no such parameter", allowed)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            _complain(problems, where, value, "a number")
        elif 0 <= value <= top:  # which nan is not
            numbers[key] = float(value)
        else:
            _complain(problems, where, value, f"a number from 0 to {top:g}")
    return numbers


def _read_allocations(
    value: object, problems: list[Problem]
) -> tuple[AllocationHeader, ...] | None:
    if not isinstance(value, dict) or not value:
        _complain(problems, "allocations", value, "a table [allocations.NAME] for each allocation")
        return None
    headers: list[AllocationHeader] = []
    for name, given in value.items():
        where = f"allocations.{name}"
        if not isinstance(given, dict):
            _complain(problems, where, given, "a table with title and policy")
            continue
        for key in given:
            if key not in ("title", "policy"):
                _complain(problems, f"{where}.{key}", "no such key", "title or policy")
        policy, title = given.get("policy", "listed"), given.get("title", "")
        if not isinstance(title, str):
            _complain(problems, f"{where}.title", title, "text")
        if not isinstance(policy, str) or policy not in POLICIES:
            _complain(problems, f"{where}.policy", policy, f"one of {', '.join(POLICIES)}")
        if not _can_name_a_file(name):
            allowed = f"at most {MOST_LETTERS} letters, without / and without spaces at the ends"
            _complain(problems, where, name, allowed)
        elif isinstance(title, str) and isinstance(policy, str) and policy in POLICIES:
            headers.append(AllocationHeader(name=name, title=title, policy=policy))
    return tuple(headers)


def _can_name_a_file(name: str) -> bool:
    is_short = 0 < len(name) <= MOST_LETTERS
    return is_short and name == name.strip() and name.isprintable() and "/" not in name


_HEAD_READERS = {
    "name": _read_name,
    "title": _read_title,
    "start": _read_start,
    "horizon_years": _read_horizon,
    "gates": read_gates,
    "allocations": _read_allocations,
}


def write(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario as a folder of CSV tables; loading it gives an equal scenario.

    Parameters
    ----------
    scenario
        The scenario.
    folder
        Folder, made if it does not exist; tables in it are replaced.
    """
    path = _cleared(folder, scenario)
    for table, (header, rows) in tables_as_text(scenario).items():
        with (path / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


def _cleared(folder: str | Path, scenario: Scenario) -> Path:
    """Folder with the head of a scenario and without tables that were there before."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    for name in (*(f"{table}.csv" for table in type_of_table), WORKBOOK):
        (path / name).unlink(missing_ok=True)
    (path / TOML).write_text(head_text(scenario), encoding="utf-8", newline="\n")
    return path


def write_workbook(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario as ``scenario.toml`` and one workbook with a sheet a table.

    Parameters
    ----------
    scenario
        The scenario.
    folder
        Folder, made if it does not exist; tables in it are replaced.

    Raises
    ------
    ReturnplanError
        When a text or a table is too long for a sheet.
    """
    import xlsxwriter

    tables = tables_as_text(scenario)
    for table, (_, rows) in tables.items():
        longest = max((len(text) for row in rows for text in row), default=0)
        if len(rows) >= MOST_ROWS or longest > MOST_CHARACTERS:
            raise ReturnplanError(
                f"table {table} does not fit a workbook ({len(rows):,} rows, longest text "
                f"{longest:,} characters): write CSV files"
            )
    path = _cleared(folder, scenario)
    with xlsxwriter.Workbook(str(path / WORKBOOK)) as workbook:
        bold = workbook.add_format({"bold": True})
        for table, (header, rows) in tables.items():
            sheet = workbook.add_worksheet(table)
            sheet.write_row(0, 0, header, bold)
            sheet.freeze_panes(1, 1)
            numeric = _numeric_columns(table, header)
            for number, row in enumerate(rows, start=1):
                for place, text in enumerate(row):
                    if text and header[place] in numeric and _fits_a_cell(text):
                        sheet.write_number(number, place, float(text))
                    elif text:
                        sheet.write_string(number, place, text)
            sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)


def _fits_a_cell(number: str) -> bool:
    """True when a workbook's cell, which holds 16 digits, gives the number back as it is."""
    return float(f"{float(number):.16G}") == float(number)


def _numeric_columns(table: str, header: list[str]) -> set[str]:
    kinds = table_type(table).kind
    return {col for col in header if kinds.get(col) in (int, float)}


def tables_as_text(scenario: Scenario) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Header and cells of each table that must be there or has rows.

    Optional columns stand only where they are filled.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    dict[str, tuple[list[str], list[list[str]]]]
        By table.
    """
    found: dict[str, tuple[list[str], list[list[str]]]] = {}
    for table in type_of_table:
        kind = table_type(table)
        cells = [kind.cells(row) for row in getattr(scenario, table)]
        columns = dict.fromkeys(col for row in cells for col in row) or kind.required
        filled = {col for row in cells for col, text in row.items() if text}
        header = [col for col in columns if col in kind.required or col in filled]
        if cells or table not in OPTIONAL_TABLES:
            found[table] = (header, [[row.get(col, "") for col in header] for row in cells])
    return found


def head_text(scenario: Scenario) -> str:
    """Text of ``scenario.toml``."""

    def quoted(text: str) -> str:
        # JSON's escapes are TOML's, but for the one control character that JSON leaves alone.
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    lines = [
        f"name = {quoted(scenario.name)}",
        f"title = {quoted(scenario.title)}",
        f"start = {scenario.start.isoformat()}",
        f"horizon_years = {scenario.horizon_years}",
        "",
        "[gates]",
    ]
    for name, parameters in scenario.gates.items():
        inner = ", ".join(f"{key} = {value!r}" for key, value in parameters.items())
        lines.append(f"{name} = {{{' ' + inner + ' ' if inner else ''}}}")
    for header in scenario.allocations:
        lines += [
            "",
            f"[allocations.{quoted(header.name)}]",
            f"title = {quoted(header.title)}",
            f"policy = {quoted(header.policy)}",
        ]
    return "\n".join(lines) + "\n"


def digest(folder: str | Path) -> str:
    """SHA-256 of the files that a scenario is read from, names included.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    str
        64 hexadecimal digits; line ends and byte order marks do not matter.
    """
    path = Path(folder)
    names = [TOML, *(f"{table}.csv" for table in type_of_table)]
    names += [workbook.name for workbook in workbooks_of(path)]
    total = hashlib.sha256()
    for name in names:
        if (path / name).is_file():
            data = (path / name).read_bytes()
            if name.endswith((".csv", ".toml")):
                data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
            total.update(f"{name} {len(data)}\n".encode())
            total.update(data)
    return total.hexdigest()
