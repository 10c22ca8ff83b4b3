"""The page ``index.html`` of the figures of a run: each with its title and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from returnplan.language.words import Words
from returnplan.show.drawing import View, boundaries, statement

INDEX = "index.html"
DOTS_PER_CSS_INCH = 96
COMMAND = "returnplan figures RUN --figures all"
"""Draws all figures; RUN stands for the folder of the run."""


@dataclass(frozen=True, kw_only=True)
class Pictured:
    """One figure as it stands on the page.

    Parameters
    ----------
    file
        Name of its files, without the ending.
    title
        What is to be seen, or what is shown.
    shows
        What is shown, if the title says what is to be seen; else empty.
    under
        Title of the only allocation that it shows; empty: it shows all.
    """

    file: str
    title: str
    shows: str
    under: str


def write_index(
    folder: Path, figures: Sequence[Pictured], others: Sequence[Pictured], view: View
) -> None:
    """Write the page that shows the figures of a folder; it opens offline and runs no script.

    Parameters
    ----------
    folder
        Folder with the figures as PNG and SVG.
    figures
        The figures, in the order of the page.
    others
        Figures that the run can have, but that are not drawn: they are named.
    view
        Language, and how the results were made.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("gallery.html.j2").render(
        words=view.words,
        phrase=view.words.phrase,
        heading=heading(view.words),
        statements=(statement(view), boundaries(view), view.provenance),
        figures=[_shown(folder, one) for one in figures],
        others=[
            {"file": one.file, "title": one.shows or one.title, "under": one.under}
            for one in others
        ],
        command=COMMAND,
    )
    (folder / INDEX).write_text(page, encoding="utf-8")


def heading(words: Words) -> str:
    """Title of the page."""
    return words.phrase("Charts and maps of the run")


def _shown(folder: Path, one: Pictured) -> dict[str, object]:
    """Name, title, and what its file says: description, and size in CSS pixels."""
    with Image.open(folder / f"{one.file}.png") as image:
        across = DOTS_PER_CSS_INCH / float(image.info["dpi"][0])
        return {
            "file": one.file,
            "title": one.title,
            "shows": one.shows,
            "under": one.under,
            "alt": image.info.get("Description", ""),
            "width": round(image.width * across),
            "height": round(image.height * across),
        }
