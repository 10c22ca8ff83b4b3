"""Displaced people of a table joined to settlements: by code, else by name in the district."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from returnplan.domain import MOST_COUNT
from returnplan.errors import Problem
from returnplan.scenario.importers.ground import Ground, World, clean_name, folded
from returnplan.scenario.importers.places import Settlement

NEAR = 0.75
"""Likeness of names from which one may stand for the other."""
MOST_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Displaced people of one settlement.

    Parameters
    ----------
    settlement
        Number of the settlement.
    people, households
        How many; households None: not said.
    group
        Name of a group; empty: all.
    source
        Id of the source.
    """

    settlement: int
    people: int
    households: int | None
    group: str
    source: str


class _Index:
    """Settlements by code and by folded name."""

    def __init__(self, world: World, settlements: Sequence[Settlement]) -> None:
        self.silent = world.recipe.settings.words_left_out
        self.names = [folded(one.name, self.silent) for one in settlements]
        self.districts = [self.district(one.district) for one in settlements]
        self.by_code: dict[str, list[int]] = {}
        self.by_name: dict[str, list[int]] = {}
        for number, one in enumerate(settlements):
            for code in {_code(one.code), _code(one.id_source)} - {""}:
                self.by_code.setdefault(code, []).append(number)
            self.by_name.setdefault(self.names[number], []).append(number)
        self.name_of_code: dict[str, str] = {}
        for ground in world.of("districts"):
            for name, code in zip(ground.texts("name"), ground.texts("code"), strict=True):
                if name and code:
                    self.name_of_code[self.district(code)] = self.district(name)

    def district(self, text: str) -> str:
        """A district as it is compared."""
        return folded(text, self.silent)

    def find(self, code: str, name: str, district: str) -> list[int]:
        """Settlements that a row means: none, the one, or those among which it does not choose."""
        coded = self.by_code.get(_code(code), []) if code else []
        if coded:
            return coded
        named = self.by_name.get(folded(name, self.silent), []) if name else []
        there = self.district(district)
        there = self.name_of_code.get(there, there)
        if not there:
            return named
        return [n for n in named if self.districts[n] in ("", there)]

    def near(self, name: str) -> list[int]:
        """Settlements with names like one."""
        names = get_close_matches(folded(name, self.silent), self.by_name, MOST_NEAR, NEAR)
        return [number for found in names for number in self.by_name[found]]


def _code(text: str) -> str:
    """A code as it is compared: programs that take it for a number lose zeros before it."""
    plain = text.strip().casefold().removesuffix(".0")
    return plain.lstrip("0") or plain if plain.isdigit() else plain


def people_of(
    world: World, settlements: Sequence[Settlement], problems: list[Problem]
) -> list[Waiting]:
    """Join people to settlements.

    Parameters
    ----------
    world
        The layers.
    settlements
        The settlements.
    problems
        Takes cells that are no numbers.

    Returns
    -------
    list[Waiting]
        By settlement, in its order; hubs have none.
    """
    found: dict[tuple[int, str], Waiting] = {}
    index = _Index(world, settlements)
    for ground in world.of("population"):
        _join(world, ground, index, settlements, found, problems)
    _from_layers(world, settlements, found, problems)
    _assume(world, settlements, found)
    at_hubs = [key for key in found if settlements[key[0]].is_hub]
    count = sum(found[key].people for key in at_hubs)
    ids = list(dict.fromkeys(settlements[key[0]].id for key in at_hubs))
    text = f"hubs with {count:,} people in the layers, left out since nobody waits for a hub"
    world.notes.add("dropped", "people_of_hubs", text, ids, is_warning=True)
    for key in at_hubs:
        del found[key]
    return [found[key] for key in sorted(found)]


def _join(  # what is read, and what takes it
    world: World,
    ground: Ground,
    index: _Index,
    settlements: Sequence[Settlement],
    found: dict[tuple[int, str], Waiting],
    problems: list[Problem],
) -> None:
    """Take the rows of a table of people."""
    texts = {key: ground.texts(key) for key in ("code", "name", "district", "people", "group")}
    households = ground.texts("households")
    unmatched: list[int] = []
    unclear: list[int] = []
    twice: list[str] = []
    joined = 0
    for number, name in enumerate(texts["name"]):
        people = _count(ground, number, "people", texts["people"][number], problems)
        homes = _count(ground, number, "households", households[number], problems)
        if people is None:
            continue
        code, district = texts["code"][number], texts["district"][number]
        meant = index.find(code, name, district)
        if len(meant) != 1:
            (unclear if meant else unmatched).append(number)
            continue
        joined += 1
        key = (meant[0], clean_name(texts["group"][number]))
        if key in found:
            twice.append(settlements[meant[0]].id)
            people += found[key].people
            before = found[key].households
            homes = None if homes is None or before is None else homes + before
        found[key] = Waiting(
            settlement=meant[0],
            people=people,
            households=homes,
            group=key[1],
            source=ground.source,
        )
    notes, title = world.notes, ground.title
    notes.add(
        "read", "people_joined", "rows of people joined to a settlement", layer=title, count=joined
    )
    text = "settlements with several rows of people, added up"
    notes.add("look", "people_twice", text, twice, layer=title, is_warning=True)
    lost = sum(_whole(texts["people"][number]) or 0 for number in unmatched)
    ids = [
        _named(texts, number, settlements, index.near(texts["name"][number]))
        for number in unmatched
    ]
    text = f"rows of settlements that no layer has in that district, with {lost:,} people"
    notes.add("dropped", "people_unmatched", text, ids, layer=title, is_warning=True)
    ids = [
        _named(
            texts,
            n,
            settlements,
            index.find(texts["code"][n], texts["name"][n], texts["district"][n]),
        )
        for n in unclear
    ]
    lost = sum(_whole(texts["people"][number]) or 0 for number in unclear)
    text = f"rows that could mean several settlements, with {lost:,} people"
    notes.add("dropped", "people_unclear", text, ids, layer=title, is_warning=True)


def _named(
    texts: Mapping[str, Sequence[str]],
    number: int,
    settlements: Sequence[Settlement],
    near: Iterable[int],
) -> str:
    """What a row is called in the report, with settlements that may be meant."""
    name = texts["name"][number] or texts["code"][number] or "no name"
    district = f", {texts['district'][number]}" if texts["district"][number] else ""
    others = [
        f"{settlements[n].name}{f', {settlements[n].district}' if settlements[n].district else ''}"
        for n in list(near)[:MOST_NEAR]
    ]
    return f"{name}{district}{' [near: ' + ' / '.join(others) + ']' if others else ''}"


def _from_layers(
    world: World,
    settlements: Sequence[Settlement],
    found: dict[tuple[int, str], Waiting],
    problems: list[Problem],
) -> None:
    """Take people that the layer of settlements says itself, where no table does."""
    told = {settlement for settlement, _ in found}
    count = 0
    for number, one in enumerate(settlements):
        if not one.people or number in told:
            continue
        people = _whole(one.people)
        if people is None:
            found_text = repr(one.people[:60])
            problem = Problem(
                file=one.file, row=one.row, column="people", found=found_text, allowed=_ALLOWED
            )
            problems.append(problem)
            continue
        count += 1
        found[number, ""] = Waiting(
            settlement=number, people=people, households=None, group="", source=one.source
        )
    world.notes.add(
        "read", "people_in_layer", "settlements whose layer says their people", count=count
    )


def _assume(
    world: World, settlements: Sequence[Settlement], found: dict[tuple[int, str], Waiting]
) -> None:
    """Settlements without a figure."""
    told = {settlement for settlement, _ in found}
    silent = [n for n, one in enumerate(settlements) if n not in told and not one.is_hub]
    ids = [settlements[number].id for number in silent]
    default = world.recipe.settings.default
    if default:
        for number in silent:
            found[number, ""] = Waiting(
                settlement=number, people=default, households=None, group="", source="assumed"
            )
        text = f"settlements without a figure of people, taken for {default:,} each"
        world.notes.add("guessed", "people_assumed", text, ids, is_warning=True)
    else:
        text = "settlements without a figure of people: nobody waits there in the plan"
        world.notes.add("look", "people_unknown", text, ids, is_warning=True)


_ALLOWED = f"a whole number of people from 0 to {MOST_COUNT:,}"


def _count(
    ground: Ground, number: int, meaning: str, text: str, problems: list[Problem]
) -> int | None:
    """A number of people of a cell; None: none, or a wrong one."""
    value = _whole(text)
    if value is None and text:
        column = ground.recipe.columns.get(meaning, meaning)
        row = ground.layer.rows[number]
        found = repr(text[:60])
        problems.append(
            Problem(file=ground.title, row=row, column=column, found=found, allowed=_ALLOWED)
        )
    return value


def _whole(text: str) -> int | None:
    """A count as people write it, with marks between thousands.

    Examples
    --------
    >>> [_whole(text) for text in ("1,234", "1 234", "12.0", "12.5", "-3", "x", "1.234.567")]
    [1234, 1234, 12, None, None, None, 1234567]
    """
    plain = "".join(text.split()).replace("\u202f", "").replace("'", "")
    parts = plain.replace(".", ",").split(",")
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]):  # noqa: PLR2004 # thousands
        plain = "".join(parts)
    plain = plain.removesuffix(".0")
    is_count = plain.isascii() and plain.isdigit() and len(plain) <= 10  # noqa: PLR2004
    return int(plain) if is_count and int(plain) <= MOST_COUNT else None
