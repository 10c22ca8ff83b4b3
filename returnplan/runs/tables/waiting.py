"""What holds communities up: causes of delay, and the roads that keep people waiting (§7.1)."""

import numpy as np
import pandas as pd

from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S

DAY_MINUTES = 24 * 60


@of_draws
def delays(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, community and cause: days of waiting.

    Causes without a day are left out; ``days_mean`` of a community sums to the mean of
    min(ready, horizon).
    """
    days = drawn.read("delay_s") / (DAY_S * drawn.draws)
    at_home = zip(drawn.scenario.communities, drawn.prepared.settlements.community, strict=True)
    rows = [
        (drawn.name, community.id, cause, days[at, number], community.people * days[at, number])
        for community, at in at_home
        for number, cause in enumerate(drawn.prepared.reasons.causes)
        if days[at, number] > 0
    ]
    columns = ["allocation", "community", "cause", "days_mean", "person_days_mean"]
    types = {"days_mean": float, "person_days_mean": float}
    return pd.DataFrame(rows, columns=columns).astype(types)


@of_draws
def key_roads(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and road that keeps people waiting, most people first.

    People and person-days are means over the draws; the date of opening has a range.
    """
    roads, draws = drawn.scenario.roads, drawn.draws
    people, person_minutes = drawn.read("road_people"), drawn.read("road_person_minutes")
    order = sorted(
        np.flatnonzero(people).tolist(),
        key=lambda i: (-people[i], -person_minutes[i], roads[i].id),
    )
    beyond = drawn.prepared.people_beyond
    drive_s, open_s = drawn.read("road_drive_s"), drawn.read("road_open_s")
    opened = drawn.ends(open_s[:, order])
    return pd.DataFrame(
        {
            "allocation": drawn.name,
            "rank": np.arange(1, len(order) + 1),
            "road": [roads[i].id for i in order],
            "from_place": [roads[i].from_place for i in order],
            "to_place": [roads[i].to_place for i in order],
            "people_mean": people[order] / draws,
            "person_days_mean": person_minutes[order] / (DAY_MINUTES * draws),
            "people_without_other_route": [beyond.get(roads[i].id, 0) for i in order],
            "drive_date_p50": drawn.dates(drawn.ends(drive_s[:, order])["p50"]),
            **{f"open_date_{end}": drawn.dates(times) for end, times in opened.items()},
        }
    )
