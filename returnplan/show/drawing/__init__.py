"""What charts and maps share: the house style, what a chart must know, layout, and its files.

In: tables, and a :class:`View` (start, names, language, targets). Out: matplotlib axes and figures,
PNG and SVG with the statement below. The global settings of matplotlib stay alone. Grey prints
stay legible: colour always comes with a line style, marker, hatch or word. Status colours follow
the status, and none of them is green.

``view`` what a chart must know beside its tables (``rp.view``); ``family`` the family of charts;
``style`` colours and sizes; ``axes`` titles, dates, notes, legends; ``rows`` rows of communities;
``causes`` stacks of causes; ``targets`` diamonds; ``files`` whole figures, and their files.

What a second chart draws alike moves here from the first.
"""

from returnplan.language.words import capital
from returnplan.show.drawing.axes import (
    Floats,
    beside,
    blank,
    coarse_note,
    columns_of,
    date_axis,
    even_note,
    horizon,
    legend_below,
    line_between,
    note,
    numbers,
    only,
    range_words,
    ranged,
    state_word,
    states,
    total_people,
    under,
)
from returnplan.show.drawing.causes import (
    DARK,
    MISSING,
    REST,
    Causes,
    cause_in_sentence,
    cause_legend,
    causes_of,
    draw_stacks,
)
from returnplan.show.drawing.family import CHARTS, chart
from returnplan.show.drawing.files import (
    SCREEN_DPI,
    authority,
    boundaries,
    figure,
    picture,
    save,
    statement,
    vector,
)
from returnplan.show.drawing.rows import (
    ROW_INCHES,
    Rows,
    community_labels,
    community_names,
    district_rows,
    label_rows,
)
from returnplan.show.drawing.style import (
    A4_INCHES,
    EVEN,
    INK,
    LINES,
    MARKERS,
    MET,
    NOT_MET,
    PALE,
    PART,
    QUIET,
    SMALL,
    STATUS,
    UNKNOWN,
    house_style,
    mark,
)
from returnplan.show.drawing.targets import draw_targets, target_key, target_sentence, targets_of
from returnplan.show.drawing.view import View, map_tables, view_of

__all__ = [
    "A4_INCHES",
    "CHARTS",
    "DARK",
    "EVEN",
    "INK",
    "LINES",
    "MARKERS",
    "MET",
    "MISSING",
    "NOT_MET",
    "PALE",
    "PART",
    "QUIET",
    "REST",
    "ROW_INCHES",
    "SCREEN_DPI",
    "SMALL",
    "STATUS",
    "UNKNOWN",
    "Causes",
    "Floats",
    "Rows",
    "View",
    "authority",
    "beside",
    "blank",
    "boundaries",
    "capital",
    "cause_in_sentence",
    "cause_legend",
    "causes_of",
    "chart",
    "coarse_note",
    "columns_of",
    "community_labels",
    "community_names",
    "date_axis",
    "district_rows",
    "draw_stacks",
    "draw_targets",
    "even_note",
    "figure",
    "horizon",
    "house_style",
    "label_rows",
    "legend_below",
    "line_between",
    "map_tables",
    "mark",
    "note",
    "numbers",
    "only",
    "picture",
    "range_words",
    "ranged",
    "save",
    "state_word",
    "statement",
    "states",
    "target_key",
    "target_sentence",
    "targets_of",
    "total_people",
    "under",
    "vector",
    "view_of",
]
