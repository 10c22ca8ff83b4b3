"""A scenario in the words of a reader's language: titles and names change, numbers never do."""

from dataclasses import replace
from functools import cache
from typing import Any

from returnplan.domain import ANY_LANGUAGE, Scenario, columns_of, type_of_table


def in_language(scenario: Scenario, language: str) -> Scenario:
    """Say a scenario in a language, as far as it has words for it.

    Ids, names of districts that tables are joined by, numbers and the order of rows stay.

    Parameters
    ----------
    language
        Code of a language; what has no words in it stays as the planner's team writes it.

    Returns
    -------
    Scenario
        With titles, names and units in the language. The planner's own words stay among those by
        language, under no code.
    """
    tables: dict[str, Any] = {
        table: tuple(_said(row, language) for row in getattr(scenario, table))
        for table, row_type in type_of_table.items()
        if _spoken(row_type) and table != "allocations"
    }
    return replace(
        scenario,
        title=scenario.titles.get(language) or scenario.title,
        allocations=tuple(
            replace(one, title=one.titles.get(language) or one.title)
            for one in scenario.allocations
        ),
        not_covered=_said(scenario.not_covered, language),
        **tables,
    )


def district_names(scenario: Scenario) -> dict[str, str]:
    """What pages call the districts that have a name of their own there.

    Parameters
    ----------
    scenario
        As :func:`in_language` gives it.
    """
    return {row.district: row.name for row in scenario.districts if row.name}


@cache
def _spoken(row_type: type) -> tuple[str, str] | None:
    """Field that is said in languages, and the field with the words by language."""
    for name, column, _ in columns_of(row_type):
        if column.endswith(ANY_LANGUAGE):
            return column.removesuffix(ANY_LANGUAGE), name
    return None


def _said(row: Any, language: str) -> Any:
    """A row, its words in a language."""
    kind: type = type(row)
    spoken = _spoken(kind)
    if spoken is None:
        return row
    own, by_language = spoken
    given = getattr(row, by_language)
    if language not in given:
        return row
    return replace(row, **{own: given[language], by_language: {"": getattr(row, own), **given}})
