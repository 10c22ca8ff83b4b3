"""Allocations of a run beside each other: paired differences, shares of districts."""

from returnplan.comparison.districts import district_shares
from returnplan.comparison.paired import differences
from returnplan.comparison.spread import check_comparable

__all__ = ["check_comparable", "compare", "differences", "district_shares"]

compare = differences
"""What ``rp.compare`` calls."""
