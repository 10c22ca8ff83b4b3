"""Draw the tables of a run on one ``ax`` each; every chart is a function.

A chart takes its tables in the order it declares in ``needs``, a `View` with what the tables do not
say (start, horizon, names), and an optional ``ax``. It reads no files.
"""

from returnplan.charts.gates import gate_matrix
from returnplan.charts.land import hectares, hectares_by_year
from returnplan.charts.people import conditions_met_over_time
from returnplan.charts.teams import occupation, team_occupation

__all__ = [
    "conditions_met_over_time",
    "gate_matrix",
    "hectares",
    "hectares_by_year",
    "occupation",
    "team_occupation",
]
