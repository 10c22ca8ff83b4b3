"""A made-up country as an agency's layers hold it: a national mine map, roads with gaps, a census.

``python -m tests.benchmarks.national DIR`` writes the layers, imports them by the recipe that is
guessed, and says how long each step took and how much memory it held.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import Transformer
from scipy.spatial import Delaunay

Floats = NDArray[np.float64]

LON, LAT = 20.0, 5.0
CRS = "EPSG:32634"
SIDE_M = 300_000.0
AREA_LN_MEAN, AREA_LN_SD = 1.18, 1.80
"""Log-normal of suspected areas in ln ha, measured on public data of Bosnia and Herzegovina."""
AREA_RANGE_HA = (0.01, 500.0)
GAP_SHARE, GAP_M = 0.03, (2.0, 40.0)
"""Share of the ends of roads that miss the road they lead to, and by how much."""
BROKEN_SHARE = 0.01
"""Share of the hazards whose ring crosses itself."""
CLASSES = ("primary", "secondary", "tertiary", "unclassified")


def write_national(
    folder: Path, *, settlements: int = 2_000, lines: int = 20_000, hazards: int = 10_000
) -> list[Path]:
    """Write the layers of a made-up country; the same numbers give the same country."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([settlements, lines, hazards])
    places = rng.uniform(0.03 * SIDE_M, 0.97 * SIDE_M, (settlements, 2))
    roads = _roads(rng, places, lines)
    land = _land(rng, places, hazards)
    files = [folder / name for name in ("villages.gpkg", "roads.gpkg", "hazards.geojson")]
    names = [f"Village {number} {_name(rng)}" for number in range(settlements)]
    districts = [f"District {int(y // (SIDE_M / 5)) + 1}" for y in places[:, 1]]
    kinds = ["town" if number % 100 == 0 else "village" for number in range(settlements)]
    off = places + rng.normal(0, 60, places.shape)
    _write(
        files[0],
        shapely.points(off),
        {"pcode": [f"XX{n:05d}" for n in range(settlements)], "name": names, "place": kinds}
        | {"district": districts},
        "Point",
    )
    classes = rng.choice(CLASSES, len(roads))
    _write(files[1], roads, {"osm_id": list(range(len(roads))), "highway": classes}, "LineString")
    _write_hazards(rng, files[2], land)
    people = folder / "people.csv"
    rows = ["code,district,idps"]
    rows += [
        f"XX{n:05d},{districts[n]},{int(np.exp(rng.normal(6, 1)))}" for n in range(settlements)
    ]
    people.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return [*files, people]


def _name(rng: np.random.Generator) -> str:
    return "".join(chr(97 + int(n)) for n in rng.integers(0, 26, 6)).title()


def _write(path: Path, shapes: Any, columns: dict[str, Any], kind: str) -> None:
    values = [np.array(column, object) for column in columns.values()]
    raw.write(path, shapely.to_wkb(shapes), values, list(columns), geometry_type=kind, crs=CRS)


def _write_hazards(rng: np.random.Generator, path: Path, land: Any) -> None:
    change = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    there = shapely.transform(land, lambda xy: np.column_stack(change.transform(*xy.T)))
    status = rng.choice(["Open", "Closed"], len(land), p=[0.97, 0.03])
    kinds = rng.choice(["SHA", "CHA"], len(land), p=[0.7, 0.3])
    features = [
        {
            "type": "Feature",
            "properties": {"hazard_id": f"HA-{n:05d}", "status": status[n], "class": kinds[n]},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for n, shape in enumerate(there)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    path.write_text(text, encoding="utf-8")


def _roads(rng: np.random.Generator, places: Floats, lines: int) -> Any:
    """Main roads between neighbours in several pieces, and side roads that lead nowhere."""
    graph = nx.Graph()
    for triangle in Delaunay(places).simplices.tolist():
        for one, other in ((0, 1), (1, 2), (0, 2)):
            a, b = sorted((triangle[one], triangle[other]))
            graph.add_edge(a, b, m=float(np.hypot(*(places[a] - places[b]))))
    tree = nx.minimum_spanning_tree(graph, weight="m")
    others = sorted(set(graph.edges) - set(tree.edges), key=lambda pair: graph.edges[pair]["m"])
    pairs = sorted([*tree.edges, *others[: len(others) // 3]])
    pieces: list[Floats] = []
    for a, b in pairs:
        way = _way(rng, places[a], places[b], 31)
        pieces += [way[:11], way[10:21], way[20:]]
    main = len(pieces)
    while len(pieces) < lines:
        way = pieces[int(rng.integers(main))]
        start = way[int(rng.integers(1, len(way) - 1))]
        angle = rng.uniform(0, 2 * np.pi)
        end = start + rng.uniform(200, 3_000) * np.array([np.cos(angle), np.sin(angle)])
        pieces.append(_way(rng, start, end, 9))
    shapes = shapely.linestrings(
        np.concatenate(pieces), indices=np.repeat(np.arange(len(pieces)), list(map(len, pieces)))
    )
    for number in np.flatnonzero(rng.random(len(pieces)) < GAP_SHARE).tolist():
        metres = rng.uniform(*GAP_M)
        way = shapely.get_coordinates(shapes[number])
        back = way[-1] - way[-2]
        way[-1] -= back / np.hypot(*back) * min(metres, float(np.hypot(*back)) / 2)
        shapes[number] = shapely.linestrings(way)
    return shapes


def _way(rng: np.random.Generator, start: Floats, end: Floats, points: int) -> Floats:
    share = np.linspace(0, 1, points)[:, None]
    way = start + share * (end - start)
    length = float(np.hypot(*(end - start)))
    way[1:-1] += rng.normal(0, 0.01 * length, (points - 2, 2))
    return way


def _land(rng: np.random.Generator, places: Floats, hazards: int) -> Any:
    """Areas near settlements, as irregular rings of log-normal size."""
    ha = np.clip(np.exp(rng.normal(AREA_LN_MEAN, AREA_LN_SD, hazards)), *AREA_RANGE_HA)
    middle = places[rng.integers(len(places), size=hazards)] + rng.normal(0, 1_200, (hazards, 2))
    shapes = []
    for number in range(hazards):
        points = int(rng.integers(8, 60))
        angle = np.sort(rng.uniform(0, 2 * np.pi, points))
        radius = np.sqrt(ha[number] * 10_000 / np.pi) * rng.uniform(0.6, 1.3, points)
        ring = middle[number] + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        if rng.random() < BROKEN_SHARE:
            ring[[1, 3]] = ring[[3, 1]]
        shapes.append(shapely.polygons([*ring, ring[0]]))
    return np.array(shapes, object)


def main() -> None:
    folder = Path(sys.argv[1])
    files = write_national(folder / "layers")
    made = folder / "scenario"
    steps = {
        "guess": ["import", "gis", *map(str, files), str(made)],
        "import": ["import", "gis", str(made / "import.toml"), str(made)],
        "check": ["check", str(made)],
        "run": [
            "run",
            str(made),
            "--draws",
            "4",
            "--figures",
            "none",
            "--out",
            str(folder / "run"),
        ],
    }
    for name, words in steps.items():
        began = monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "returnplan", *words],
            stdout=(folder / f"{name}.out").open("w"),
            stderr=(folder / f"{name}.err").open("w"),
        )
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        mib = usage.ru_maxrss // 1024
        print(f"{name}: exit {process.returncode}, {monotonic() - began:.1f} s, {mib:,} MiB")


if __name__ == "__main__":
    main()
