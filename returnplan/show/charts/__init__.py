"""Draw the tables of a run on one ``ax`` each; every chart is a function.

In: tables in the order that the chart declares as its ``needs``, a `View` with what they do not say
(start, horizon, names), and an optional ``ax``. Out: the axes. A chart reads no files.

A file a question: ``people`` and ``returns`` how many, when; ``cost`` for how much money;
``paired`` which allocation is better; ``drivers`` what results hang on; ``dates``, ``waits`` and
``gates`` when, and what holds each community back, ``district_gates`` each district; ``causes`` and
``roads`` what people wait for; ``districts`` who is served when; ``land`` hectares; ``past`` what
was published; ``teams`` what teams do; ``victims`` victims among all people, beside the model.

To add a chart: one function under ``@chart`` in a file here. The decorator takes title, tables, alt
text (the same in words) and which figures a run has of it. Name it below; figures, list of charts
and tests follow. Words go through ``view.words``.
"""

from returnplan.show.charts.causes import waiting_by_cause
from returnplan.show.charts.cost import people_against_cost
from returnplan.show.charts.dates import ready_dates
from returnplan.show.charts.district_gates import gates_by_district
from returnplan.show.charts.districts import share_by_district
from returnplan.show.charts.drivers import what_drives
from returnplan.show.charts.gates import gate_matrix
from returnplan.show.charts.land import hectares, hectares_by_year
from returnplan.show.charts.paired import paired_differences
from returnplan.show.charts.past import released_and_published
from returnplan.show.charts.people import conditions_met_over_time
from returnplan.show.charts.returns import returns_over_time
from returnplan.show.charts.roads import key_roads
from returnplan.show.charts.teams import (
    occupation,
    team_occupation,
    time_no_condition_asks_for,
    unneeded,
)
from returnplan.show.charts.victims import victims_and_power_law
from returnplan.show.charts.waits import waits_by_community

__all__ = [
    "conditions_met_over_time",
    "gate_matrix",
    "gates_by_district",
    "hectares",
    "hectares_by_year",
    "key_roads",
    "occupation",
    "paired_differences",
    "people_against_cost",
    "ready_dates",
    "released_and_published",
    "returns_over_time",
    "share_by_district",
    "team_occupation",
    "time_no_condition_asks_for",
    "unneeded",
    "victims_and_power_law",
    "waiting_by_cause",
    "waits_by_community",
    "what_drives",
]
