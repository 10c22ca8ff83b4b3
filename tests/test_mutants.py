"""Mutants of a few lines: what is changed, and what is left alone."""

from __future__ import annotations

from tests.mutants import FITTING, ROOT, mutants_of, spread

FEW_LINES = '''
"""Words, 1 + 1."""
TWO = 1 + 1

def least(some: list[int], *, more: bool = True) -> int:
    """Say 1 < 2."""
    if some:
        return min(some) - 1
    raise ValueError(f"{1 + 1}")
'''


def test_a_mutant_changes_one_thing_in_the_body_of_a_function() -> None:
    found = mutants_of(FEW_LINES)
    assert sorted((mutant.line, mutant.change) for mutant in found) == [
        (7, "condition negated: some"),
        (8, "1 to 0: 1"),
        (8, "None returned: return min(some) - 1"),
        (8, "Sub to Add: min(some) - 1"),
        (8, "min to max: min(some)"),
    ]
    by_change = {mutant.change.split(":")[0]: mutant.text.splitlines() for mutant in found}
    assert by_change["Sub to Add"][7] == "        return (min(some) + 1)"
    assert by_change["min to max"][7] == "        return (max(some)) - 1"
    assert by_change["condition negated"][6] == "    if (not some):"
    before = FEW_LINES.splitlines()
    for after in by_change.values():
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_mutants_are_code_and_a_few_are_spread_over_their_module() -> None:
    assert all((ROOT / module).is_file() for module in FITTING)
    module = "returnplan/runs/tables/waiting.py"
    mutants = mutants_of((ROOT / module).read_text(encoding="utf-8"))
    for mutant in mutants:
        compile(mutant.text, module, "exec")
    few = spread(mutants, 5)
    assert len(few) == 5
    assert few[0] == mutants[0]
    assert few[-1].line > mutants[len(mutants) // 2].line
