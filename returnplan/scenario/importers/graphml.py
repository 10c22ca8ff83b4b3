"""Street networks as OSMnx saves them: GraphML, in which all attributes are text."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import shapely

from returnplan.scenario.files import RefusedError, bytes_of
from returnplan.scenario.importers.layers import Layer

BROKEN = (
    *(nx.NetworkXException, ParseError, ValueError, LookupError, TypeError, AttributeError),
    *(RecursionError, OverflowError),
)
"""What the reader of networkx raises where it does not understand."""


def read_graphml(path: Path, file: str) -> Iterator[Layer]:
    """Read the edges of a street network as lines; the two directions of a street are one.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        The one layer of lines.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    data = bytes_of(path)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise RefusedError("a document type, which may swell", "GraphML without one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # attributes without a type are text, as all are
            graph = nx.parse_graphml(data.decode("utf-8-sig"))
    except BROKEN as error:
        raise RefusedError(f"broken GraphML ({_first(error)})", "GraphML as OSMnx saves") from None
    edges = _edges(graph)
    if not edges:
        raise RefusedError("no edges", "a network with at least one")
    names = sorted({str(key) for _, values in edges for key in values} - {"geometry"})
    yield Layer(
        file=file,
        columns={name: [values.get(name) for _, values in edges] for name in names},
        rows=list(range(1, len(edges) + 1)),
        shapes=np.array([shape for shape, _ in edges], dtype=object),
        crs=str(graph.graph.get("crs", "EPSG:4326")),
    )


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _edges(graph: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Line and attributes of each edge, those that only turn another one round left out."""
    found: list[tuple[Any, dict[str, Any]]] = []
    seen: set[bytes] = set()
    for one, other, values in graph.edges(data=True):
        shape = _line(graph, one, other, values)
        if shape is not None:
            way = shapely.to_wkb(shapely.normalize(shape))
            if way in seen:
                continue
            seen.add(way)
        found.append((shape, values))
    return found


def _line(graph: Any, one: Any, other: Any, values: dict[str, Any]) -> Any:
    """Line of an edge: its own, or the straight one between its ends; None: neither is told."""
    if "geometry" in values:
        return shapely.from_wkt(str(values["geometry"]), on_invalid="ignore")
    try:
        ends = [(float(graph.nodes[n]["x"]), float(graph.nodes[n]["y"])) for n in (one, other)]
    except (KeyError, ValueError, TypeError):
        return None
    return shapely.linestrings(ends)
