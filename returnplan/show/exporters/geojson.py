"""GeoJSON: all layers in one collection of features, each of which names its layer."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from returnplan.show.exporters.about import about
from returnplan.show.exporters.layers import Layer, layers_of
from returnplan.show.findings import Findings


def geojson(findings: Findings, allocations: Sequence[str]) -> bytes:
    """Write a run as one collection of features, WGS 84 (RFC 7946).

    Parameters
    ----------
    findings
        The run, for an audience.
    allocations
        Names of those that get features.

    Returns
    -------
    bytes
        The file; what it is stands in ``about``, beside the features.
    """
    features = [one for layer in layers_of(findings, allocations) for one in _features(layer)]
    found = {"type": "FeatureCollection", "about": about(findings), "features": features}
    return (json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _features(layer: Layer) -> Iterator[dict[str, Any]]:
    for row, shape in zip(layer.table.to_dict("records"), layer.shapes, strict=True):
        properties = {str(key): _value(cell) for key, cell in row.items()}
        yield {
            "type": "Feature",
            "geometry": shape,
            "properties": {"layer": layer.name, **properties},
        }


def _value(cell: Any) -> Any:
    """A cell as JSON has it: dates in ISO form, null where there is none."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell
