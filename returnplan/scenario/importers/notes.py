"""What an import read, guessed, mended and dropped: counts and ids, as a table and in words."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from returnplan.errors import CONTROL, Problem, ReturnplanError, listed

Kind = Literal["read", "guessed", "mended", "dropped", "look"]
"""What was done; ``look``: kept as it is, and a planner should look."""
HEADINGS: dict[Kind, str] = {
    "read": "What was read",
    "guessed": "What was guessed or assumed",
    "mended": "What was mended",
    "dropped": "What was left out",
    "look": "What to look at",
}
HEADER = ("what", "kind", "warning", "layer", "count", "ids", "text")
MOST_IDS = 200
"""Ids in one row of the table; more take further rows, so that counts of rows add up."""
MOST_NAMED = 12
"""Ids that the words name."""
MOST_LETTERS = 120
_FORMULA = re.compile("^\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")


class ImportProblemsError(ReturnplanError):
    """Layers or a recipe that cannot be imported, with every problem found in them.

    Parameters
    ----------
    problems
        All of them.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        noun = "problem" if len(self.problems) == 1 else "problems"
        lines = [f"nothing was imported: {len(self.problems):,} {noun}"]
        lines += [f"  {line}" for line in listed(self.problems)]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the report.

    Parameters
    ----------
    what
        A short name that scripts may look for, such as ``duplicate_shapes``.
    kind
        What was done.
    is_warning
        Whether ``returnplan check`` repeats it.
    layer
        Layer that it is about; empty: all together.
    count
        How many things.
    ids
        Which, as the layer or the folder calls them; may be fewer than the count.
    text
        The same in words.
    """

    what: str
    kind: Kind
    is_warning: bool = False
    layer: str = ""
    count: int
    ids: tuple[str, ...] = ()
    text: str


@dataclass(slots=True)
class Notes:
    """The report while an import goes on.

    Parameters
    ----------
    found
        Lines in the order in which they came up.
    tables
        Further paragraphs for the words, such as the table of tolerances.
    """

    found: list[Note] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def add(  # noqa: PLR0913 # what, and about what
        self,
        kind: Kind,
        what: str,
        text: str,
        ids: Sequence[str] = (),
        *,
        layer: str = "",
        count: int | None = None,
        is_warning: bool = False,
    ) -> None:
        """Take a line, unless it is about nothing.

        Parameters
        ----------
        kind
            What was done.
        what
            Short name.
        text
            Which things, in words; the count is put behind it.
        ids
            Which things.
        layer
            Layer that it is about.
        count
            How many; None: as many as ids.
        is_warning
            Whether ``returnplan check`` repeats it.
        """
        number = len(ids) if count is None else count
        if number:
            note = Note(
                what=what,
                kind=kind,
                is_warning=is_warning,
                layer=layer,
                count=number,
                ids=tuple(ids),
                text=f"{text}: {number:,}",
            )
            self.found.append(note)

    def as_csv(self) -> str:
        """Return the table of the report."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for note in self.found:
            spans = range(0, max(len(note.ids), 1), MOST_IDS)
            for start in spans:
                part = note.ids[start : start + MOST_IDS]
                is_last = start == spans[-1]
                count = note.count - start if is_last else len(part)
                warning = "true" if note.is_warning else "false"
                ids = plain_cell(";".join(id_.replace(";", ",") for id_ in part))
                row = (note.what, note.kind, warning, plain_cell(note.layer), count, ids)
                writer.writerow((*row, plain_cell(note.text)))
        return stream.getvalue()

    def as_words(self, title: str) -> str:
        """Return the report as a text.

        Parameters
        ----------
        title
            Title of the scenario.
        """
        lines = [f"# Import of {_in_markdown(title)}", ""]
        lines.append(
            "Locations of hazards and the places they lie on: internal, not for the public."
        )
        for kind, heading in HEADINGS.items():
            notes = [note for note in self.found if note.kind == kind]
            if notes:
                lines += ["", f"## {heading}", ""]
                lines += [_line(note) for note in notes]
        for table in self.tables:
            lines += ["", table]
        return "\n".join(lines) + "\n"


def _line(note: Note) -> str:
    where = f"{_in_markdown(note.layer)}: " if note.layer else ""
    shown = [_in_markdown(one) for one in note.ids[:MOST_NAMED]]
    more = f" and {note.count - len(shown):,} more" if note.count > len(shown) else ""
    ids = f" ({', '.join(shown)}{more})" if shown else ""
    return f"- {where}{_in_markdown(note.text)}{ids}"


def _in_markdown(text: str) -> str:
    """A text of a foreign file in one line that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", one_line(text))


def one_line(text: str, most: int = 10 * MOST_LETTERS) -> str:
    r"""Write controls of a foreign text as blanks, and cut it.

    Parameters
    ----------
    text
        Any text.
    most
        Letters that stay.

    Examples
    --------
    >>> one_line("a\tb\n")
    'a b'
    """
    return CONTROL.sub(" ", text[: 2 * most]).strip()[:most]


def plain_cell(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> plain_cell("-123"), plain_cell("a=b")
    ("'-123", 'a=b')
    """
    line = one_line(text, 30_000)
    return f"'{line}" if _FORMULA.search(line) else line
