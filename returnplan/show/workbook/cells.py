"""Sheets with a frozen header, filters, widths and formats; cells that are what they look like."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.columns import Column, ColumnType
from returnplan.domain import AUTHORITY, STATEMENT

DIGITS = 8
"""Digits of a number that are kept."""
DAY_0 = pd.Timestamp("1899-12-30")
"""Day 0 of Excel."""
MOST_LETTERS = 32_767
"""Longest text of a cell."""
WIDEST, NARROWEST = 48, 9
"""Widths of columns, in letters."""
SAMPLE = 500
"""Cells of a column by which its width is chosen."""
OF_TYPE: Mapping[ColumnType, str] = {
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "year": "0",
    "count": "#,##0",
    "number": "#,##0.0##",
}
OF_UNIT: Mapping[str, str] = {
    "people": "#,##0",
    "person-days": "#,##0",
    "USD": "#,##0",
    "USD per person": "#,##0",
    "m2": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "team-days": "#,##0",
    "casualties": "#,##0.00",
    "accidents": "#,##0.00",
    "deaths per person-year": "0.0E+00",
}
"""Formats of numbers by their unit; other numbers are shares and scores."""
WIDE: Mapping[ColumnType, int] = {"date": 12, "month": 10, "year": 8, "count": 11, "number": 14}


class Sheets:
    """Writes tables into a workbook.

    Parameters
    ----------
    book
        A workbook of XlsxWriter, in which every cell can be written at any time.
    """

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[str, Any] = {}
        self.heading = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#D3E5F3"}
        )
        self.bold = book.add_format({"bold": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(self, name: str) -> Any:
        """Add a sheet that prints one page wide with the statement below.

        Parameters
        ----------
        name
            Name of the sheet.

        Returns
        -------
        Any
            The sheet of XlsxWriter.
        """
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{STATEMENT.format(authority=AUTHORITY)}&R&8&A, &P / &N")
        return sheet

    def write(self, name: str, table: pd.DataFrame, columns: Sequence[Column]) -> Any:
        """Add a sheet with one table: its header in the first row, nothing else.

        Parameters
        ----------
        name
            Name of the sheet.
        columns
            What each of its columns is.

        Returns
        -------
        Any
            The sheet of XlsxWriter.
        """
        sheet = self.sheet(name)
        self.put(sheet, 0, table, columns)
        for at, (heading, column) in enumerate(zip(table, columns, strict=True)):
            sheet.set_column(at, at, _width(str(heading), table[heading], column))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
        return sheet

    def put(self, sheet: Any, row: int, table: pd.DataFrame, columns: Sequence[Column]) -> None:
        """Write a header and the rows below it.

        Parameters
        ----------
        sheet
            Sheet of XlsxWriter.
        row
            Row of the header, from 0.
        columns
            What each of its columns is.
        """
        for at, (name, column) in enumerate(zip(table, columns, strict=True)):
            sheet.write_string(row, at, str(name), self.heading)
            style = self.style(column)
            write = _writer(sheet, column.type)
            for number, value in enumerate(_values(table[name], column.type), row + 1):
                if value is not None:
                    write(number, at, value, style)

    def style(self, column: Column) -> Any:
        """Format of the cells of a column; None: that of Excel."""
        code = OF_TYPE.get(column.type, "")
        if column.type == "number":
            code = OF_UNIT.get(column.unit, code)
        return self.format(code) if code else None

    def format(self, code: str) -> Any:
        """Format of cells by its code in Excel."""
        if code not in self._formats:
            self._formats[code] = self.book.add_format({"num_format": code})
        return self._formats[code]


def _writer(sheet: Any, kind: ColumnType) -> Callable[..., Any]:
    if kind == "text":
        return sheet.write_string  # type: ignore[no-any-return]
    return sheet.write_boolean if kind == "flag" else sheet.write_number  # type: ignore[no-any-return]


def _values(cells: "pd.Series[Any]", kind: ColumnType) -> Iterable[Any]:
    """Cells as Excel has them; None: empty."""
    if kind in ("date", "month"):
        dates = pd.to_datetime(cells)
        return [
            (day - DAY_0).days if there else None
            for day, there in zip(dates, dates.notna(), strict=True)
        ]
    if kind == "text":
        return [_text(cell) for cell in cells.tolist()]
    if kind == "flag":
        return [bool(cell) if cell in (True, False) else None for cell in cells.tolist()]
    numbers: NDArray[np.float64] = cells.to_numpy(np.float64, na_value=np.nan)
    kept = np.isfinite(numbers)
    return [n if is_there else None for n, is_there in zip(digits(numbers), kept, strict=True)]


def _text(cell: object) -> str | None:
    if not isinstance(cell, str):
        return None if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - nan
    return cell if len(cell) <= MOST_LETTERS else f"{cell[: MOST_LETTERS - 1]}…"


def digits(numbers: NDArray[np.float64]) -> list[float]:
    """Numbers to eight digits, which makes the file a third smaller.

    Examples
    --------
    >>> digits(np.array([1234.567891234, 0.0, 1e-6 / 3]))
    [1234.5679, 0.0, 3.3333333e-07]
    """
    return [float(f"{number:.{DIGITS}g}") for number in numbers.tolist()]


def _width(name: str, cells: "pd.Series[Any]", column: Column) -> int:
    width = WIDE.get(column.type, 0)
    if column.type in ("text", "flag"):
        width = max((len(str(cell)) for cell in cells.head(SAMPLE).dropna()), default=0) + 2
    return min(max(width, NARROWEST, min(len(name) + 4, 24)), WIDEST)
