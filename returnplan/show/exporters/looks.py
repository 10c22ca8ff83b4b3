"""How a layer looks in QGIS: its classes as a QML style, which a GeoPackage carries along."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

VERSION = "3.28.0"
"""Of QGIS, whose form of styles this is; later versions read it too."""
INK = "#222222"
PAPER = "#FFFFFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Rows that look alike.

    Parameters
    ----------
    value
        What stands in the column of the look.
    label
        What the legend says.
    colour
        ``#RRGGBB``.
    """

    value: str
    label: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a layer looks: in classes by words, or in steps by a share.

    Parameters
    ----------
    column
        Column that decides.
    classes
        Its values.
    steps
        Upper end of each class of a number, with its colour; then there are no ``classes``.
    label
        Column that is written beside each thing; empty: none.
    marker
        Shape of points.
    """

    column: str
    classes: tuple[Class, ...] = ()
    steps: tuple[tuple[float, str], ...] = ()
    label: str = ""
    marker: str = "circle"


def qml(look: Look, kind: str) -> str:
    """Write a look as a style of QGIS.

    Parameters
    ----------
    kind
        ``Point``, ``LineString`` or ``MultiPolygon``.

    Returns
    -------
    str
        XML.
    """
    root = Element(
        "qgis", version=VERSION, styleCategories="Symbology|Labeling",
        labelsEnabled=str(int(bool(look.label))),
    )  # fmt: skip
    colours = _steps(root, look) if look.steps else _categories(root, look)
    symbols = SubElement(root[0], "symbols")
    for number, colour in enumerate(colours):
        _symbol(symbols, str(number), kind, colour, look.marker)
    if look.label:
        _labels(root, look.label)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


def _categories(root: Element, look: Look) -> list[str]:
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr=look.column)
    categories = SubElement(renderer, "categories")
    for number, one in enumerate(look.classes):
        SubElement(
            categories, "category", type="string", value=one.value, label=one.label,
            symbol=str(number), render="true",
        )  # fmt: skip
    return [one.colour for one in look.classes]


def _steps(root: Element, look: Look) -> list[str]:
    """Classes of a share; what is withheld is in none, and has no colour."""
    renderer = SubElement(
        root, "renderer-v2", type="graduatedSymbol", attr=look.column,
        graduatedMethod="GraduatedColor",
    )  # fmt: skip
    ranges = SubElement(renderer, "ranges")
    lower = 0.0
    for number, (upper, _) in enumerate(look.steps):
        ends = dict.fromkeys((f"{100 * lower:.0f}", f"{100 * upper:.0f}"))
        SubElement(
            ranges, "range", lower=f"{lower:.2f}", upper=f"{upper:.2f}", symbol=str(number),
            label=f"{'–'.join(ends)} %", render="true",
        )  # fmt: skip
        lower = upper
    return [colour for _, colour in look.steps]


def _symbol(symbols: Element, name: str, kind: str, colour: str, marker: str) -> None:
    form, layer, options = {
        "Point": ("marker", "SimpleMarker", {"name": marker, "color": _rgba(colour), "size": "3"}),
        "LineString": ("line", "SimpleLine", {"line_color": _rgba(colour), "line_width": "0.8"}),
        "MultiPolygon": ("fill", "SimpleFill", {"color": _rgba(colour), "style": "solid"}),
    }[kind]
    if form != "line":
        options |= {"outline_color": _rgba(INK), "outline_style": "solid", "outline_width": "0.2"}
    symbol = SubElement(symbols, "symbol", type=form, name=name, alpha="1")
    holder = SubElement(symbol, "layer", attrib={"class": layer}, enabled="1", locked="0")
    table = SubElement(holder, "Option", type="Map")
    for key, value in options.items():
        SubElement(table, "Option", type="QString", name=key, value=value)


def _labels(root: Element, column: str) -> None:
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings")
    style = SubElement(
        settings, "text-style", fieldName=column, isExpression="0", fontSize="8",
        textColor=_rgba(INK),
    )  # fmt: skip
    SubElement(style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor=_rgba(PAPER))


def _rgba(colour: str) -> str:
    """Colour as QGIS writes it.

    Examples
    --------
    >>> _rgba("#0B3754")
    '11,55,84,255'
    """
    return ",".join(map(str, (*_parts(colour), 255)))


def _parts(colour: str) -> Iterator[int]:
    return (int(colour[at : at + 2], 16) for at in (1, 3, 5))
