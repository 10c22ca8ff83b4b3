"""Who waits, and what roads lead to them and to the work."""

from collections.abc import Iterable, Iterator

from returnplan.errors import Problem
from returnplan.scenario.checks.draft import Draft, check

ANYWHERE = "?/"
"""A place that a faulty cell names: it may be any. No id holds a slash."""


@check
def there_is_a_hub(draft: Draft) -> Iterator[Problem]:
    """Without a hub nobody has access; without communities nobody waits."""
    kinds = {place.kind for _, place in draft.all("places")}
    if draft.is_read("places") and kinds and kinds.isdisjoint(("hub", None)):
        note = "no road leads to the network in use today: no community can be reached"
        yield draft.doubt("places", None, "kind", "no hub", note)
    if draft.is_read("communities") and not draft.all("communities"):
        yield draft.problem("communities", None, None, "no rows", "at least one community")


class _Parts:
    """The connected parts of the graph."""

    def __init__(self, places: Iterable[str], ends: Iterable[tuple[str, str]]) -> None:
        self._parent = {name: name for name in places}
        for one, other in ends:
            self._parent[self.of(one)] = self.of(other)

    def of(self, name: str | None) -> str:
        """The part of a place."""
        parent = self._parent
        if name not in parent:
            return ANYWHERE
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name


@check
def places_are_reached(draft: Draft) -> Iterator[Problem]:
    """Roads connect the communities with a hub, and the bases with the places of work."""
    if not draft.is_read("places", "roads"):
        return
    places = draft.ids("places")
    ends = [(road.from_place, road.to_place) for _, road in draft.all("roads")]
    if not places.issuperset(end for pair in ends for end in pair):
        return  # a road without a known end may lead to whatever has none
    parts = _Parts(places, ends)
    hubs = {parts.of(p.id) for _, p in draft.all("places") if p.kind in ("hub", None)}
    hubs.add(ANYWHERE)
    for row, community in draft.of("communities"):
        if parts.of(community.settlement) not in hubs:
            note = "no road leads there from a hub: road_access will never be met"
            yield draft.doubt("communities", row, "settlement", repr(community.settlement), note)
    with_hazards = {hazard.road for _, hazard in draft.all("hazards")}
    sites = {parts.of(c.settlement) for _, c in draft.all("communities")}
    sites |= {parts.of(w.settlement) for _, w in draft.all("works")}
    sites |= {parts.of(h.place) for _, h in draft.all("hazards") if h.place}
    for _, road in draft.all("roads"):
        if road.id in with_hazards or road.repair_crew_days != 0:
            sites |= {parts.of(road.from_place), parts.of(road.to_place)}
    sites.add(ANYWHERE)
    for row, line in draft.of("deployments"):
        if parts.of(line.base) not in sites:
            note = "no road leads from this base to any place of work"
            yield draft.doubt("deployments", row, "base", repr(line.base), note)


@check
def people_and_roads_make_sense(draft: Draft) -> Iterator[Problem]:
    """A community has people; a road leads elsewhere."""
    for row, community in draft.of("communities"):
        if community.people == 0:
            note = "nobody waits: no community survey, and gates that need people are unknown"
            yield draft.doubt("communities", row, "people", "0", note)
    for row, road in draft.of("roads"):
        if road.from_place is not None and road.from_place == road.to_place:
            note = "both ends are one place"
            yield draft.doubt("roads", row, "to_place", repr(road.to_place), note)
