"""Years in classes, from dark to pale: what colours that stand for years share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

from returnplan.language.words import Words
from returnplan.show.drawing.style import MET, PALE, PART

MOST_CLASSES = 7
NOT_MET_HATCH = "////"
"""Of what is not met within the horizon, on white: no class of years looks so, in grey neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClass:
    """First and last year that share a colour."""

    first: int
    last: int
    shade: str

    def words(self, words: Words) -> str:
        """Return the years; words stand between them, which no language turns round."""
        if self.first == self.last:
            return str(self.first)
        return words.phrase("{low} to {high}", low=self.first, high=self.last)


def classes_of(years: Iterable[float]) -> list[YearClass]:
    """Return at most 7 classes of equal length, from dark to pale, for years; inf counts not."""
    known = [int(year) for year in years if math.isfinite(year)]
    if not known:
        return []
    first, last = min(known), max(known)
    step = math.ceil((last - first + 1) / MOST_CLASSES)
    begins = range(first, last + 1, step)
    blues = LinearSegmentedColormap.from_list("years", [MET, PART, PALE])
    shades = [to_hex(blues(share)) for share in np.linspace(0, 1, len(begins))]
    return [
        YearClass(first=year, last=min(year + step - 1, last), shade=shade)
        for year, shade in zip(begins, shades, strict=True)
    ]


def class_of(year: float, classes: Sequence[YearClass]) -> YearClass:
    """Return the class of a year."""
    return next(one for one in classes if one.first <= year <= one.last)
