"""Sheets of A4 paper: text that is never cut, bars, pictures, from either side."""

import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib as mpl
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode, XPos, YPos

from returnplan.language.words import Words
from returnplan.show.drawing import INK, MET, PALE, QUIET

WIDTH, HEIGHT, MARGIN, TOP, BOTTOM = 210.0, 297.0, 14.0, 12.0, 284.0
"""A4 and what is printed on, mm; the footer stands below the bottom."""
INNER = WIDTH - 2 * MARGIN
POINT = 25.4 / 72
LEADING = 1.22
"""Height of a line by the size of its letters."""
GAP = 1.6
"""Between things that stand below each other, mm."""
INDENT = 2.6
"""Room for the bullet before an item of a list, mm."""
ROUNDING = 1e-6
"""By what sums of heights may differ, mm."""
FONT = "DejaVu Sans"
FONTS = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
RIGHT_TO_LEFT, LEFT_TO_RIGHT = ("R", "AL"), "L"
"""Classes of letters by the direction in which they are written (Unicode Annex 9)."""
MARKS = "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
"""They lend a direction to their neighbours, and are no words of a language."""
BODY, SMALL, LEAST = 7.6, 6.4, 5.8
"""Sizes of letters, points."""
SCALES = (1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.75, 0.7, 0.6, 0.5)
"""By what all letters of a page may become smaller, where its words need more room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a page, mm from its beginning edge and its top.

    Parameters
    ----------
    x
        From the left edge; for languages written from right to left from the right one.
    y
        From the top.
    w, h
        Width and height.
    """

    x: float
    y: float
    w: float
    h: float

    def below(self, y: float) -> "Box":
        """What is left of the box from a height on."""
        return replace(self, y=y, h=max(0.0, self.y + self.h - y))

    def split(self, share: float, gap: float = 5.0) -> tuple["Box", "Box"]:
        """Two boxes beside each other; the first takes a share of the width."""
        first = (self.w - gap) * share
        rest = replace(self, x=self.x + first + gap, w=self.w - gap - first)
        return replace(self, w=first), rest


def direction(text: str, of_page: str) -> str:
    """From which side a text is read: ``ltr`` or ``rtl``.

    On a page that is read from right to left, every text is but one in other letters only, such as
    a title: whatever letter comes first, numbers of a range then follow each other rightly.

    Parameters
    ----------
    of_page
        Direction of the language of the page.

    Examples
    --------
    >>> direction("114 (101 to 127)", "ltr"), direction("114 (101 – 127)", "rtl")
    ('ltr', 'rtl')
    """
    kinds = [unicodedata.bidirectional(sign) for sign in text if sign not in MARKS]
    strong = [kind for kind in kinds if kind in (*RIGHT_TO_LEFT, LEFT_TO_RIGHT)]
    if of_page == "rtl":
        return "rtl" if not strong or any(kind in RIGHT_TO_LEFT for kind in strong) else "ltr"
    return "rtl" if strong and strong[0] in RIGHT_TO_LEFT else "ltr"


class Sheets:
    """Pages of one document.

    Parameters
    ----------
    words
        The language; it decides from which side a page is read.
    title, author
        Of the document, for those who list or read it aloud.
    created
        Date of its making; with the same date the same bytes come out.
    foot
        Takes the number of a page; returns the words at its foot.
    """

    def __init__(
        self,
        words: Words,
        *,
        title: str,
        author: str,
        created: dt.datetime,
        foot: Callable[[int], Sequence[str]],
    ) -> None:
        self.words = words
        self._foot = foot
        self._scale = 1.0
        self.is_trial = False
        self._counted: dict[tuple[str, float, float, bool], int] = {}
        self._pdf = pdf = FPDF(format="A4")
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
        for style, file in FONTS.items():
            pdf.add_font(FONT, style, folder / file)
        pdf.set_lang(words.language)
        pdf.set_title(title)
        pdf.set_author(author)
        pdf.set_creator(author)
        pdf.set_creation_date(created)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return int(self._pdf.pages_count)

    def page(self) -> Box:
        """Begin a page, and give what may be printed on."""
        self._scale = 1.0
        self._pdf.add_page()
        below = Box(x=MARGIN, y=BOTTOM + 2, w=INNER, h=HEIGHT - BOTTOM - 4)
        self.rule(below)
        words = "  ·  ".join(self._foot(self.pages))
        self.fitted(below.below(below.y + 1), words, SMALL, colour=QUIET)
        return Box(x=MARGIN, y=TOP, w=INNER, h=BOTTOM - TOP)

    def output(self) -> bytes:
        """Return the document, which is closed with that."""
        return bytes(self._pdf.output())

    # Room

    def end(self, parts: Callable[[], float]) -> float:
        """Return where parts of a page would end; they are not printed."""
        with self._trial():
            return parts()

    def scale_to(self, room: float, parts: Callable[[], float]) -> None:
        """Take the largest letters for a page with which its parts end no later than that.

        Parameters
        ----------
        room
            Height on the page, mm.
        parts
            Prints what cannot be left out, and returns where it ends.
        """
        for scale in SCALES:
            self._scale = scale
            if self.end(parts) <= room:
                return

    @contextmanager
    def _trial(self) -> Iterator[None]:
        """Print nothing meanwhile."""
        was_trial, self.is_trial = self.is_trial, True
        try:
            yield
        finally:
            self.is_trial = was_trial

    # Text

    def height(
        self, text: str, width: float, size: float = BODY, *, is_bold: bool = False
    ) -> float:
        """Height of a text in a width, mm."""
        key = (text, width, size * self._scale, is_bold)
        if key not in self._counted:
            self._counted[key] = self._lines(text, width, size, is_bold)
        return self._counted[key] * self._leading(size)

    def text(
        self,
        box: Box,
        text: str,
        size: float = BODY,
        *,
        is_bold: bool = False,
        colour: str = INK,
    ) -> float:
        """Print a text from the top of a box on, and return where it ends."""
        if not text:
            return box.y
        if self.is_trial:
            return box.y + self.height(text, box.w, size, is_bold=is_bold)
        self._dress(text, size, is_bold)
        self._pdf.set_text_color(colour)
        self._pdf.set_xy(self._left(box), box.y)
        self._pdf.multi_cell(
            box.w, self._leading(size), text, align=self._align(), wrapmode=WrapMode.WORD,
            new_x=XPos.LEFT, new_y=YPos.NEXT,
        )  # fmt: skip
        return float(self._pdf.get_y())

    def fitted(
        self,
        box: Box,
        text: str,
        size: float = BODY,
        *,
        is_bold: bool = False,
        colour: str = INK,
    ) -> float:
        """Print the whole of a text, smaller where its box is too small for it."""
        while size > LEAST and self.height(text, box.w, size, is_bold=is_bold) > box.h:
            size = max(LEAST, size - 0.2)
        return self.text(box, text, size, is_bold=is_bold, colour=colour)

    def left_out(self, number: int) -> str:
        """Say how many things stand in the report only."""
        return self.words.plural(
            "{number} more in the report", "{number} more in the report", number
        )

    def joined(
        self,
        box: Box,
        items: Sequence[str],
        size: float = SMALL,
        *,
        between: str = " ",
        said: Callable[[str], str] = str,
        colour: str = QUIET,
    ) -> float:
        """Print items one after another, as many whole ones as find room; the rest is counted.

        Parameters
        ----------
        items
            Sentences, or parts of one.
        between
            Stands between two items.
        said
            Makes a sentence of all of them.
        """

        def text(kept: int) -> str:
            shown = list(items[:kept])
            if rest := len(items) - kept:
                shown.append(self.left_out(rest))
            return said(between.join(shown))

        few, many = 0, len(items)
        while few < many:  # the most whole items that find room
            half = (few + many + 1) // 2
            if self.height(text(half), box.w, size) <= box.h + ROUNDING:
                few = half
            else:
                many = half - 1
        return self.text(box, text(few), size, colour=colour)

    def listed(self, box: Box, items: Sequence[str], size: float = BODY) -> float:
        """Print items below each other, smaller if needed; what finds no room is counted."""
        while size > LEAST and self._list_height(box, items, size) > box.h + ROUNDING:
            size = max(LEAST, size - 0.2)
        y = box.y
        rest_height = self._leading(size)
        for number, item in enumerate(items):
            here = replace(box.below(y), x=box.x + INDENT, w=box.w - INDENT)
            is_last = number == len(items) - 1
            room = here.h - (0 if is_last else rest_height + GAP / 2)
            if self.height(item, here.w, size) > room + ROUNDING:
                return self.text(here, self.left_out(len(items) - number), size, colour=QUIET)
            self.text(replace(here, x=box.x, w=INDENT), "•", size, colour=QUIET)
            y = self.text(here, item, size) + GAP / 2
        return y

    def heading(self, box: Box, text: str) -> float:
        """Print a heading of a part, and return where it ends."""
        return self.text(box, text, BODY + 1, is_bold=True, colour=MET) + GAP / 2

    def _list_height(self, box: Box, items: Sequence[str], size: float) -> float:
        return sum(self.height(item, box.w - INDENT, size) + GAP / 2 for item in items)

    def _lines(self, text: str, width: float, size: float, is_bold: bool) -> int:
        """How many lines a text takes in a width."""
        if not text:
            return 0
        self._dress(text, size, is_bold)
        height = self._pdf.multi_cell(
            width, 1, text, align=self._align(), wrapmode=WrapMode.WORD, dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )  # fmt: skip
        return round(float(str(height)))

    def _dress(self, text: str, size: float, is_bold: bool) -> None:
        """Take font and direction."""
        self._pdf.set_font(FONT, "B" if is_bold else "", size * self._scale)
        self._pdf.set_text_shaping(True, direction=direction(text, self.words.direction))

    def _leading(self, size: float) -> float:
        return size * self._scale * POINT * LEADING

    def _align(self) -> Align:
        return Align.R if self._is_turned else Align.L

    @property
    def _is_turned(self) -> bool:
        return self.words.direction == "rtl"

    def _left(self, box: Box) -> float:
        return WIDTH - box.x - box.w if self._is_turned else box.x

    # Shapes

    def fill(self, box: Box, colour: str = PALE) -> None:
        """Fill a box."""
        if self.is_trial:
            return
        self._pdf.set_fill_color(colour)
        self._pdf.rect(self._left(box), box.y, box.w, box.h, style="F")

    def frame(self, box: Box, colour: str = QUIET) -> None:
        """Draw the outline of a box."""
        if self.is_trial:
            return
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(0.2)
        self._pdf.rect(self._left(box), box.y, box.w, box.h, style="D")

    def rule(self, box: Box, colour: str = QUIET) -> None:
        """Draw a thin line along the top of a box."""
        if self.is_trial:
            return
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(0.15)
        left = self._left(box)
        self._pdf.line(left, box.y, left + box.w, box.y)

    def picture(self, box: Box, png: bytes, alt: str) -> None:
        """Place a picture that fills a box; it is not mirrored."""
        self._pdf.image(io.BytesIO(png), x=self._left(box), y=box.y, w=box.w, h=box.h, alt_text=alt)
