"""HXL: a CSV table with hashtags below its header, as humanitarian agencies exchange data."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from returnplan.runs.ensemble import csv_bytes
from returnplan.show.exporters.about import about
from returnplan.show.exporters.layers import district_rows
from returnplan.show.findings import Findings
from returnplan.version import __version__

META: Mapping[str, str] = {
    "scenario": "#meta+scenario",
    "version": "#meta+version",
    "statement": "#meta+statement",
}
COMMUNITIES: Mapping[str, str] = {
    "allocation": "#meta+allocation",
    "community": "#affected+idps+origin+code",
    "settlement": "#loc+settlement+code",
    "name": "#loc+settlement+name",
    "district": "#adm2+name",
    "lat_deg": "#geo+lat",
    "lon_deg": "#geo+lon",
    "people": "#affected+idps+origin+ind",
    "status": "#status+return+readiness",
    "certainty": "#status+return+readiness+certainty",
    "ready_date_p10": "#date+ready+projected+p10",
    "ready_date_p50": "#date+ready+projected+p50",
    "ready_date_p90": "#date+ready+projected+p90",
    "probability_by_horizon": "#indicator+readiness+probability+num",
    "binding_gate": "#indicator+readiness+binding+name",
    "score": "#indicator+readiness+score+num",
    "severity": "#indicator+readiness+severity+num",
}
"""Tag of each column of a table of communities, which is internal."""
DISTRICTS: Mapping[str, str] = {
    "allocation": "#meta+allocation",
    "district": "#adm2+name",
    "people": "#affected+idps+origin+ind",
    "people_met": "#affected+idps+origin+ready+projected+p50+ind",
    "people_not_met": "#affected+idps+origin+not_ready+projected+p50+ind",
    "people_unknown": "#affected+idps+origin+unknown+ind",
    "share_p10": "#indicator+readiness+share+p10+num",
    "share_p50": "#indicator+readiness+share+p50+num",
    "share_p90": "#indicator+readiness+share+p90+num",
    "half_met_date": "#date+ready+projected+half",
    "withheld": "#meta+withheld",
}
"""Tag of each column of a table of districts, for everybody; shares are those at the horizon."""


def hxl(findings: Findings, allocations: Sequence[str]) -> bytes:
    """Write communities, for the public districts, as a tagged CSV table.

    Parameters
    ----------
    findings
        The run, for an audience.
    allocations
        Names of those that get rows.

    Returns
    -------
    bytes
        The file, UTF-8: header, tags, rows.
    """
    tags = DISTRICTS if findings.is_public else COMMUNITIES
    rows = _districts if findings.is_public else _communities
    table = pd.concat([rows(findings, name) for name in allocations], ignore_index=True)
    said = about(findings)
    meta = {
        "scenario": findings.scenario.name,
        "version": __version__,
        "statement": " ".join(said[one] for one in ("statement", "edited") if one in said),
    }
    header, _, cells = csv_bytes(table[list(tags)].assign(**meta)).partition(b"\n")
    return b"\n".join([header, _row([*tags.values(), *META.values()]), cells])


def _communities(findings: Findings, allocation: str) -> pd.DataFrame:
    rows = findings.rows("readiness", allocation)
    places = [findings.scenario.place[one] for one in rows["settlement"]]
    return rows.assign(
        name=[place.name for place in places],
        lat_deg=[place.lat_deg for place in places],
        lon_deg=[place.lon_deg for place in places],
    )


def _districts(findings: Findings, allocation: str) -> pd.DataFrame:
    rows = district_rows(findings, allocation)
    people = [name for name in map(str, rows) if name.startswith("people")]
    return rows.astype(dict.fromkeys(people, "Int64"))


def _row(cells: Sequence[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue().encode("utf-8")
