"""What is listed: every member of a family, one line each."""

import pytest

from returnplan.cli.listing import listing
from returnplan.columns import result_columns
from tests.running import call


@pytest.mark.parametrize(
    "kind", ["gates", "causes", "policies", "charts", "assumptions", "columns"]
)
def test_lists_name_every_member_with_one_line(kind: str) -> None:
    result = call("list", kind)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) >= 5
    assert all(len(line.split()) > 1 for line in lines)


def test_list_columns_tells_the_columns_of_scenarios_and_of_results() -> None:
    lines = listing("columns")
    assert any(line.startswith("places.lon_deg ") for line in lines)
    assert "costs.cost_usd_p90              number (USD) [public]: cost: high end of" in "\n".join(
        lines
    )
    after = lines[lines.index("Columns of the results:") + 1 :]
    assert len(after) == len(result_columns())
