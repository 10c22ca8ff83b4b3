"""A network without what leads nowhere: dead ends without places dropped, chains merged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A road between two nodes.

    Parameters
    ----------
    one, other
        Its ends.
    length_m
        Its length.
    hours
        Time of a drive.
    all_season
        Whether all of it can be counted on in winter.
    parts
        Numbers of the segments that it consists of.
    is_connector
        Whether it is a straight line to a village off the roads.
    """

    one: int
    other: int
    length_m: float
    hours: float
    all_season: bool
    parts: tuple[int, ...] = ()
    is_connector: bool = False

    def beyond(self, node: int) -> int:
        """The end that is not a node; of a loop the node itself."""
        return self.other if node == self.one else self.one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A network without what leads nowhere.

    Parameters
    ----------
    edges
        Those that stay, and those that chains became.
    dropped_m
        Length of what is dropped.
    dropped
        Number of edges that are dropped.
    merged
        Number of nodes at which two edges became one.
    """

    edges: tuple[Edge, ...]
    dropped_m: float
    dropped: int
    merged: int


def reduced(edges: Iterable[Edge], places: Collection[int]) -> Reduced:
    """Drop dead ends, loops and parts without places, and merge edges in a row.

    Parameters
    ----------
    edges
        The network.
    places
        Nodes that stay whatever leads there.

    Examples
    --------
    >>> def edge(one: int, other: int) -> Edge:
    ...     return Edge(one=one, other=other, length_m=1000.0, hours=0.5, all_season=True)
    >>> found = reduced([edge(1, 2), edge(2, 3), edge(3, 4), edge(3, 5)], {1, 4})
    >>> [(one.one, one.other, one.length_m) for one in found.edges], found.dropped, found.merged
    ([(1, 4, 3000.0)], 1, 2)
    """
    work = _Work(places)
    for edge in edges:
        work.add(edge)
    work.drop_parts_without_places()
    work.tidy(list(work.at))
    return Reduced(
        edges=tuple(work.edges.values()),
        dropped_m=work.dropped_m,
        dropped=work.dropped,
        merged=work.merged,
    )


class _Work:
    """The network while it is changed."""

    def __init__(self, places: Collection[int]) -> None:
        self.places = frozenset(places)
        self.edges: dict[int, Edge] = {}
        self.at: dict[int, dict[int, None]] = {}
        self.dropped_m, self.dropped, self.merged = 0.0, 0, 0
        self._next = 0

    def add(self, edge: Edge) -> None:
        """Take an edge; one that leads back to its own beginning is dropped."""
        if edge.one == edge.other:
            self.dropped += 1
            self.dropped_m += edge.length_m
            return
        number = self._next
        self._next += 1
        self.edges[number] = edge
        for node in (edge.one, edge.other):
            self.at.setdefault(node, {})[number] = None

    def _take(self, number: int) -> Edge:
        edge = self.edges.pop(number)
        for node in (edge.one, edge.other):
            del self.at[node][number]
        return edge

    def _drop(self, number: int) -> Edge:
        edge = self._take(number)
        self.dropped += 1
        self.dropped_m += edge.length_m
        return edge

    def drop_parts_without_places(self) -> None:
        """Drop what no place can be reached from."""
        reached = {node for node in self.places if node in self.at}
        stack = sorted(reached)
        while stack:
            node = stack.pop()
            for number in self.at[node]:
                beyond = self.edges[number].beyond(node)
                if beyond not in reached:
                    reached.add(beyond)
                    stack.append(beyond)
        for number in [n for n, edge in self.edges.items() if edge.one not in reached]:
            self._drop(number)

    def tidy(self, stack: list[int]) -> None:
        """Drop and merge at nodes until nothing changes."""
        while stack:
            node = stack.pop()
            numbers = list(self.at[node])
            if node in self.places or not 0 < len(numbers) <= 2:  # noqa: PLR2004 # a junction
                continue
            beyond = [self.edges[number].beyond(node) for number in numbers]
            if len(numbers) == 1 or beyond[0] == beyond[1]:
                for number in numbers:
                    self._drop(number)
                stack += beyond
            else:
                first, second = (self._take(number) for number in numbers)
                self.merged += 1
                self.add(_joined(first, second, *beyond))


def _joined(first: Edge, second: Edge, one: int, other: int) -> Edge:
    """Two edges in a row as one."""
    long, short = (first, second) if len(first.parts) >= len(second.parts) else (second, first)
    return Edge(
        one=one,
        other=other,
        length_m=first.length_m + second.length_m,
        hours=first.hours + second.hours,
        all_season=first.all_season and second.all_season,
        parts=long.parts + short.parts,
        is_connector=first.is_connector and second.is_connector,
    )
