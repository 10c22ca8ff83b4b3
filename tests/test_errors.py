"""Messages are short, in one line, and few enough to be read."""

from __future__ import annotations

from returnplan.errors import MOST_LISTED, Problem, ScenarioError, harmless, listed


def problem(file: str, row: int, found: str = "'x'") -> Problem:
    return Problem(file=file, row=row, column="a", found=found, allowed="a number")


def test_a_list_shows_the_first_problems_of_each_file_and_counts_the_others() -> None:
    many = [problem("hazards.csv", row) for row in range(4_341)]
    lines = list(listed([*many, problem("roads.csv", 2)]))
    assert lines[:MOST_LISTED] == [str(one) for one in many[:MOST_LISTED]]
    assert lines[MOST_LISTED:] == [str(problem("roads.csv", 2)), "hazards.csv: and 4,321 more"]
    text = str(ScenarioError("world", many))
    assert text.startswith("world cannot be run: 4,341 problems\n  hazards.csv, row 0, column a: ")
    assert text.endswith("\n  hazards.csv: and 4,321 more")


def test_a_message_is_one_line_that_a_terminal_only_prints() -> None:
    one = Problem(file="a\x1b[31m", column="b\n" * 999, found="c\udcff" * 999, allowed="d" * 9_999)
    assert str(one).isprintable()
    assert len(str(one)) < 4_000


def test_isolates_in_pairs_go_to_a_terminal_and_others_are_written_out() -> None:
    assert harmless("a \u2068b\u2069 \u2066−5\u2069") == "a \u2068b\u2069 \u2066−5\u2069"
    assert harmless("a \u2068b\nc \u2069") == "a \\u2068b\nc \\u2069"
    assert harmless("\u2069a\u2068") == "\\u2069a\\u2068"
    assert harmless("\u2067a\u2069") == "\\u2067a\\u2069"
