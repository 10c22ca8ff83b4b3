"""What report and brief say alike: sentences and small tables made from a run, for an audience.

Each function takes :class:`Findings`, opened once by :func:`open_findings`, and returns plain data
or finished sentences in their language. Nothing here knows how a page looks.
"""

from returnplan.show.findings.communities import CauseRow, GateRow, Outlook, Profile, profile
from returnplan.show.findings.context import (
    assumptions_line,
    conditions,
    mark,
    not_modelled,
    risks,
    sources,
    statements,
)
from returnplan.show.findings.decisions import Decision, decisions, parting
from returnplan.show.findings.leader import close, compared_with, headline, leader, ranked, standing
from returnplan.show.findings.opened import AUDIENCES, Audience, Findings, Spread, open_findings
from returnplan.show.findings.options import (
    Difference,
    Option,
    option_headings,
    option_notes,
    options,
)
from returnplan.show.findings.targets import Reached, targets
from returnplan.show.findings.waiting import (
    Bottleneck,
    District,
    KeyRoad,
    blocks_most,
    bottlenecks,
    districts,
    fairness,
    key_roads,
)

__all__ = [
    "AUDIENCES",
    "Audience",
    "Bottleneck",
    "CauseRow",
    "Decision",
    "Difference",
    "District",
    "Findings",
    "GateRow",
    "KeyRoad",
    "Option",
    "Outlook",
    "Profile",
    "Reached",
    "Spread",
    "assumptions_line",
    "blocks_most",
    "bottlenecks",
    "close",
    "compared_with",
    "conditions",
    "decisions",
    "districts",
    "fairness",
    "headline",
    "key_roads",
    "leader",
    "mark",
    "not_modelled",
    "open_findings",
    "option_headings",
    "option_notes",
    "options",
    "parting",
    "profile",
    "ranked",
    "risks",
    "sources",
    "standing",
    "statements",
    "targets",
]
