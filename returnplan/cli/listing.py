"""What ``returnplan list`` prints: the members of a family, one line each."""

from collections.abc import Callable, Iterator, Mapping

from returnplan.columns import result_columns
from returnplan.domain import type_of_table
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.model.conditions.gates import GATES, PRESETS, USER, preset_gates
from returnplan.model.work.policies import POLICIES
from returnplan.scenario.dictionary import dictionary, expected


def listing(kind: str) -> list[str]:
    """Members of a family with one line each.

    Parameters
    ----------
    kind
        ``gates``, ``causes``, ``policies``, ``charts``, ``assumptions`` or ``columns``.

    Returns
    -------
    list[str]
        Lines to print.
    """
    return list(_LINES[kind]())


def _gates() -> Iterator[str]:
    for gate in GATES.values():
        given = f" Parameters: {', '.join(gate.parameters)}." if gate.parameters else ""
        yield f"{gate.name:<15} {gate.meaning}{given}"
    yield 'Presets (gates = "essential" in scenario.toml, or returnplan run SCENARIO --gates full):'
    for preset in PRESETS:
        names = ", ".join(preset_gates(preset))
        yield f"{preset:<15} {'all of the above' if preset == 'full' else names}"
    yield f"{USER:<15} what the scenario names, with its parameters; nothing: {PRESETS[0]}"


def _causes() -> Iterator[str]:
    from returnplan.model.reasons.causes import CAUSES

    return (f"{name:<15} {cause.meaning}" for name, cause in CAUSES.items())


def _policies() -> Iterator[str]:
    return (f"{name:<12} {(rule.__doc__ or '').strip()}" for name, rule in POLICIES.items())


def _charts() -> Iterator[str]:
    from returnplan.show import figures

    return (f"{name:<26} {figures.title(name)}" for name in figures.NAMES)


def _assumptions() -> Iterator[str]:
    for row in default_assumptions().values():
        yield f"{row.id:<27} {expected(row)} {row.unit} ({row.mark}): {row.source}"


def _columns() -> Iterator[str]:
    for table in type_of_table:
        for name, allowed, default, meaning, _ in dictionary(table):
            kept = f" [{default}]" if default else ""
            yield f"{f'{table}.{name}':<31} {allowed}{kept}: {meaning}"
    yield "Columns of the results:"
    for one in result_columns():
        unit = f" ({one.unit})" if one.unit else ""
        kind = f"{one.type}{unit} [{one.sensitivity}]"
        yield f"{f'{one.table}.{one.column}':<31} {kind}: {one.meaning}"


_LINES: Mapping[str, Callable[[], Iterator[str]]] = {
    "gates": _gates,
    "causes": _causes,
    "policies": _policies,
    "charts": _charts,
    "assumptions": _assumptions,
    "columns": _columns,
}
