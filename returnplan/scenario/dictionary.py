"""The data dictionary: what every column of a scenario holds, and every uncertain number."""

from returnplan.domain import Assumption, Scenario, type_of_table
from returnplan.model.chance.assumptions import centre_name
from returnplan.model.chance.distributions import mean, mean_shares
from returnplan.model.conditions.gates import GATES
from returnplan.model.work.policies import POLICIES
from returnplan.scenario.files import cell_text
from returnplan.scenario.rows import table_type

WRITTEN_OUT_FROM = 1_000
"""Numbers from here on are written whole, with marks between thousands."""


def dictionary(table: str) -> list[tuple[str, str, str, str, str]]:
    """Describe the columns of a table.

    Returns
    -------
    list[tuple[str, str, str, str, str]]
        Column, what is allowed, default, meaning, sensitivity.
    """
    kind = table_type(table)
    rows = []
    for name, info in kind.info.items():
        default = "required" if name in kind.required else _default_text(kind.default[name])
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        sensitivity = str(extra.get("sensitivity", ""))
        rows.append((name, kind.allowed(name), default, info.description or "", sensitivity))
    return rows


def _default_text(default: object) -> str:
    return cell_text(default) if default not in ("", None) and not isinstance(default, dict) else ""


def guide(scenario: Scenario) -> str:
    """Text of the README of a new scenario: what to do, and the data dictionary.

    Parameters
    ----------
    scenario
        The new scenario.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        f"# {scenario.title or scenario.name}",
        "",
        "Say here what is observed, what is derived and what is assumed; every row names its",
        "source. Then:",
        "",
        "    returnplan check .",
        "    returnplan run . --out ../runs/first",
        "",
        "`scenario.toml` holds name, start, horizon, the gates in force and the allocations. The",
        "tables are CSV files (UTF-8, one header row), or sheets of one workbook `tables.xlsx`.",
        "A blank cell takes the default; where the default is `required` the cell must be filled.",
        "Numbers have a decimal point and no marks between thousands, dates are YYYY-MM-DD;",
        "`decimal` and `thousands` in `scenario.toml` say other marks. A table that is to have no",
        'rows is named there: `left_out = ["hazards"]`. `as_of = 2025-06-30` is the date of the',
        'data; `[not_covered]` says what the scenario leaves out, with `text = "..."` and',
        '`places = ["..."]`, so that nobody takes it for nothing there.',
        '`title_az = "..."` beside a title, and columns such as `name_az`, say it in the language',
        "of readers (en, az, ru, uk, fr, es, ar); names of districts stand in `districts`.",
        "To compare, add an allocation: a section in `scenario.toml` (or a row of `allocations`),",
        "and its teams in `deployments`. One that is `like` another states only what differs.",
        "Sensitivity: public; restricted to partners (schedules of teams, single hazards, small",
        "counts); confidential (locations of hazards).",
        "",
        "Modelled planning estimates do not state that any land, road or building may be used",
        "without danger. Only the national mine action authority can release land.",
    ]
    for table in type_of_table:
        lines += [
            "",
            f"## {table}",
            "",
            "| column | allowed | default | meaning | sensitivity |",
            "|---|---|---|---|---|",
        ]
        for name, allowed, default, meaning, sensitivity in dictionary(table):
            cells = (f"`{name}`", allowed, default, meaning, sensitivity)
            lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    lines += ["", "## gates", ""]
    lines += [f"- `{gate.name}`: {gate.meaning}" for gate in GATES.values()]
    lines += ["", "## policies", ""]
    lines += [f"- `{name}`: {(rule.__doc__ or '').strip()}" for name, rule in POLICIES.items()]
    return "\n".join(lines) + "\n"


def expected(row: Assumption) -> str:
    """Say the mean of an assumption, and the distribution of its draws."""
    given = [f"{v:g}" for v in (row.a, row.b, row.c) if v is not None]
    spread = f"{row.distribution} {', '.join(given)}"
    if row.low is not None or row.high is not None:
        ends = ["" if end is None else f"{end:g}" for end in (row.low, row.high)]
        spread += f" in {' to '.join(ends)}"
    if row.distribution == "dirichlet":
        return f"{' / '.join(f'{share:.3g}' for share in mean_shares(row))} ({spread})"
    value = mean(row)
    if centre_of := centre_name(row.id):
        return f"1 ({spread}, divided by its {centre_of})"
    text = f"{value:,.0f}" if value >= WRITTEN_OUT_FROM else f"{value:.4g}"
    return text if row.distribution == "fixed" else f"{text} ({spread})"
