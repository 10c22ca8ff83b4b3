"""What is known: a folder of small tables becomes a `Scenario`, and a `Scenario` a folder.

In comes a folder with ``scenario.toml`` and one table a file or sheet; out come the scenario, or
every problem that it has with file, row and column. ``folder`` does it; ``header`` reads
``scenario.toml``; ``tables`` says which tables are there, ``files`` and ``workbook`` read their
cells, ``shape`` tells a table from notes around it, ``rows`` turns text into nouns, by the marks of
``numerals``; ``checks`` judges what no single row can tell and doubts what can hardly be meant,
``funding`` compares plans with envelopes of money, ``background`` reads outlines for maps,
``shapes`` those of hazards. ``dictionary`` says what the columns mean; ``starter`` and
``synthetic`` make scenarios to begin with, ``library`` holds starting values with their ranges and
sources, ``examples`` are to learn from; ``frames`` turns tables into DataFrames and back.

To add a column, describe it beside its field in ``domain``: reader, checks of a cell, dictionary
and writer follow. To add a check, see ``checks``. An importer will be a file of ``importers``:
foreign files in, nouns out, which `write` puts into a folder that `check` judges like any other.
"""

from returnplan.scenario.files import TOML
from returnplan.scenario.folder import Report, check, digest, load, write, write_workbook
from returnplan.scenario.header import Gates, read_gates

__all__ = [
    "TOML",
    "Gates",
    "Report",
    "check",
    "digest",
    "load",
    "read_gates",
    "write",
    "write_workbook",
]
