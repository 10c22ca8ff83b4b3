"""Allocations of a run beside each other: paired differences, shares of districts."""

from returnplan.comparison.districts import district_shares
from returnplan.comparison.paired import differences
from returnplan.comparison.spread import LEAST_DRAWS

__all__ = ["LEAST_DRAWS", "compare", "differences", "district_shares"]

compare = differences
"""What ``rp.compare`` calls."""
