"""Scenario folder to :class:`~returnplan.domain.Scenario` and back; every check lives here."""

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from returnplan.chance import default_assumptions
from returnplan.domain import AllocationHeader, Assumption, Scenario, type_of_table
from returnplan.errors import Problem, ScenarioError
from returnplan.policies import POLICIES
from returnplan.readiness import DEFAULT_GATES, GATES
from returnplan.scenario.checks import Draft, run_checks
from returnplan.scenario.files import Sheet, read_sheets
from returnplan.scenario.rows import TableType, cell_text

TOML = "scenario.toml"


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


def load(folder: str | Path) -> Scenario:
    """Read a scenario folder.

    Parameters
    ----------
    folder
        Folder with ``scenario.toml`` and the tables, as CSV files or as sheets of one workbook.

    Returns
    -------
    Scenario
        Everything in it.

    Raises
    ------
    ScenarioError
        When anything is wrong; it holds every problem.
    """
    report = check(folder)
    if report.scenario is None:
        raise ScenarioError(str(folder), report.errors)
    return report.scenario


def check(folder: str | Path) -> Report:
    """Read a scenario folder and report every problem at once.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    Report
        Problems, the scenario if it can be run, and the defaults in use.
    """
    path = Path(folder)
    if not path.is_dir():
        found = "a file" if path.exists() else "no such folder"
        problem = Problem(file=str(folder), found=found, allowed="a folder with scenario.toml")
        return Report(
            problems=(problem,), scenario=None, default_assumptions=(), default_columns=()
        )
    head, problems = _read_toml(path / TOML)
    sheets, found_problems = read_sheets(path)
    problems += found_problems
    rows: dict[str, list[tuple[int, Any]]] = {}
    for table, sheet in sheets.items():
        rows[table], found_problems = TableType(type_of_table[table]).parse(sheet)
        problems += found_problems
    draft = Draft(
        rows=rows,
        raw_ids={table: _raw_ids(sheet) for table, sheet in sheets.items()},
        files={table: sheet.file for table, sheet in sheets.items()},
        start=head.get("start"),
        horizon_years=head.get("horizon_years"),
        allocations=head.get("allocations", ()),
    )
    problems += run_checks(draft)
    problems.sort(key=lambda problem: problem.level)
    scenario = None
    if not any(problem.level == "error" for problem in problems):
        tables = {table: tuple(row for _, row in found) for table, found in rows.items()}
        scenario = Scenario(**head, **tables)
    given = {row.id for _, row in rows.get("assumptions", [])}
    return Report(
        problems=tuple(problems),
        scenario=scenario,
        default_assumptions=tuple(
            row for name, row in default_assumptions().items() if name not in given
        ),
        default_columns=tuple(_blanks(sheets)),
    )


def _raw_ids(sheet: Sheet) -> list[tuple[int, str]]:
    return [(number, cells["id"]) for number, cells in sheet.rows if "id" in cells]


def _blanks(sheets: Mapping[str, Sheet]) -> list[tuple[str, str, str, int]]:
    """Columns in which blank cells take a default that is not itself blank."""
    found: list[tuple[str, str, str, int]] = []
    for table, sheet in sheets.items():
        for col, default in TableType(type_of_table[table]).default.items():
            text = cell_text(default) if not isinstance(default, dict) else ""
            count = sum(col not in cells for _, cells in sheet.rows)
            if text and count:
                found.append((table, col, text, count))
    return found


def _read_toml(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Head of a scenario: name, title, start, horizon_years, gates, allocations."""
    if not path.is_file():
        return {}, [Problem(file=TOML, found="no such file", allowed="it is required")]
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02X}, which is not UTF-8"
        return {}, [Problem(file=TOML, found=found, allowed="UTF-8 text")]
    except tomllib.TOMLDecodeError as error:
        return {}, [Problem(file=TOML, found=f"broken TOML ({error})", allowed="valid TOML")]
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
    return head, problems


def _complain(problems: list[Problem], key: str, found: object, allowed: str) -> None:
    text = "nothing" if found is None else repr(found)
    problems.append(Problem(file=TOML, column=key, found=text, allowed=allowed))


def _read_name(value: object, problems: list[Problem]) -> str | None:
    if isinstance(value, str) and value.strip():
        return value
    _complain(problems, "name", value, "a short name, as text")
    return None


def _read_title(value: object, problems: list[Problem]) -> str | None:
    if value is None or isinstance(value, str):
        return value or ""
    _complain(problems, "title", value, "text")
    return None


def _read_start(value: object, problems: list[Problem]) -> date | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    _complain(problems, "start", value, "a date as YYYY-MM-DD")
    return None


def _read_horizon(value: object, problems: list[Problem]) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
        return value
    _complain(problems, "horizon_years", value, "a whole number from 1 to 100")
    return None


def _read_gates(value: object, problems: list[Problem]) -> dict[str, dict[str, float]] | None:
    """Gates in force with their parameters; without the table: the four basic ones."""
    if value is None:
        return {name: {} for name in DEFAULT_GATES}
    if not isinstance(value, dict):
        _complain(problems, "gates", value, "a table [gates] with one key a gate")
        return None
    gates: dict[str, dict[str, float]] = {}
    for name, given in value.items():
        if name not in GATES:
            _complain(problems, "gates", name, f"one of {', '.join(GATES)}")
        elif not isinstance(given, dict):
            _complain(problems, f"gates.{name}", given, "a table of parameters, {} for none")
        else:
            gates[name] = _gate_parameters(name, given, problems)
    if not value:
        _complain(problems, "gates", "no gate", f"at least one of {', '.join(GATES)}")
    return gates


def _gate_parameters(
    name: str, given: Mapping[str, object], problems: list[Problem]
) -> dict[str, float]:
    known = GATES[name].parameters
    numbers: dict[str, float] = {}
    for key, value in given.items():
        where = f"gates.{name}.{key}"
        if key not in known:
            allowed = f"one of {', '.join(known)}" if known else "no parameters"
            _complain(problems, where, key, allowed)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            _complain(problems, where, value, "a number")
        elif value < 0 or (key == "required_share" and value > 1) or value != value:  # noqa: PLR0124
            top = " to 1" if key == "required_share" else " or more"
            _complain(problems, where, value, f"a number from 0{top}")
        else:
            numbers[key] = float(value)
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
                _complain(problems, f"{where}.{key}", key, "title or policy")
        policy, title = given.get("policy", "listed"), given.get("title", "")
        if not isinstance(title, str):
            _complain(problems, f"{where}.title", title, "text")
        elif policy not in POLICIES:
            _complain(problems, f"{where}.policy", policy, f"one of {', '.join(POLICIES)}")
        elif "/" in name:
            _complain(problems, where, name, "a name without /")
        else:
            headers.append(AllocationHeader(name=name, title=title, policy=policy))
    return tuple(headers)


_HEAD_READERS = {
    "name": _read_name,
    "title": _read_title,
    "start": _read_start,
    "horizon_years": _read_horizon,
    "gates": _read_gates,
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
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / TOML).write_text(head_text(scenario), encoding="utf-8", newline="\n")
    for table, (header, rows) in tables_as_text(scenario).items():
        with (path / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


def write_workbook(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario as ``scenario.toml`` and one workbook with a sheet a table.

    Parameters
    ----------
    scenario
        The scenario.
    folder
        Folder, made if it does not exist.
    """
    import xlsxwriter

    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / TOML).write_text(head_text(scenario), encoding="utf-8", newline="\n")
    with xlsxwriter.Workbook(str(path / "tables.xlsx")) as workbook:
        bold = workbook.add_format({"bold": True})
        for table, (header, rows) in tables_as_text(scenario).items():
            sheet = workbook.add_worksheet(table)
            sheet.write_row(0, 0, header, bold)
            sheet.freeze_panes(1, 1)
            numeric = _numeric_columns(table, header)
            for number, row in enumerate(rows, start=1):
                for place, text in enumerate(row):
                    if text and header[place] in numeric:
                        sheet.write_number(number, place, float(text))
                    elif text:
                        sheet.write_string(number, place, text)
            sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)


def _numeric_columns(table: str, header: list[str]) -> set[str]:
    kinds = TableType(type_of_table[table]).kind
    return {col for col in header if kinds.get(col) in (int, float)}


def tables_as_text(scenario: Scenario) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Header and cells of each table that has rows; optional columns only where filled.

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
    for table, row_type in type_of_table.items():
        kind = TableType(row_type)
        cells = [kind.cells(row) for row in getattr(scenario, table)]
        columns = dict.fromkeys(col for row in cells for col in row)
        filled = {col for row in cells for col, text in row.items() if text}
        header = [col for col in columns if col in kind.required or col in filled]
        if cells:
            found[table] = (header, [[row.get(col, "") for col in header] for row in cells])
    return found


def head_text(scenario: Scenario) -> str:
    """Text of ``scenario.toml``."""

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'

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
    names += sorted(p.name for p in path.glob("*.xlsx") if not p.name.startswith("~$"))
    total = hashlib.sha256()
    for name in names:
        if (path / name).is_file():
            data = (path / name).read_bytes()
            if not name.endswith(".xlsx"):
                data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
            total.update(f"{name} {len(data)}\n".encode())
            total.update(data)
    return total.hexdigest()
