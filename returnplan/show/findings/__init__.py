"""What report and brief say alike: sentences and small tables made from a run, for an audience.

In: a run folder, opened once as :class:`Findings` by :func:`open_findings`. Out: plain data, or
finished sentences in their language. Nothing here knows how a page looks.

``findings`` the opened run, and how numbers, dates and ranges are written; ``leader`` which
allocation is ahead, ``headline`` said in sentences; ``options`` allocations side by side,
``numbers`` the biggest of them; ``targets`` how likely each is reached; ``waiting`` causes,
districts, key roads; ``teams`` how busy they are; ``decisions`` what must be decided, by when;
``certainty`` what drives the results; ``past`` published facts beside the draws; ``victims`` those
among all people, beside the model; ``communities`` the profile of one; ``context`` risks, sources,
required wording.

To add a finding: a function here that takes the findings and returns a sentence or a dataclass;
then name it where ``page`` and ``brief`` are to show it. To add a decision: a rule in
``decisions.RULES``.
"""

from returnplan.show.findings.certainty import explained, how_sure
from returnplan.show.findings.communities import (
    CauseRow,
    GateRow,
    Outlook,
    Profile,
    profile,
    standing_words,
)
from returnplan.show.findings.context import (
    assumptions_line,
    conditions,
    mark,
    not_modelled,
    risks,
    source_words,
    sources,
    statements,
)
from returnplan.show.findings.decisions import Decision, decisions, parting
from returnplan.show.findings.findings import (
    Findings,
    Range,
    calibrated_words,
    findings_of,
    on,
    open_findings,
    range_of,
    records,
)
from returnplan.show.findings.headline import headline, standing
from returnplan.show.findings.leader import leader, level_with, ranked, rival
from returnplan.show.findings.numbers import BigNumber, big_numbers
from returnplan.show.findings.options import (
    NONE,
    Difference,
    Option,
    cost_note,
    decimals,
    harm_rate,
    option_headings,
    option_notes,
    options,
    rate_text,
)
from returnplan.show.findings.past import Held, done_so_far, held
from returnplan.show.findings.targets import Reached, target_name, targets
from returnplan.show.findings.teams import TeamUse, idle_most, team_use
from returnplan.show.findings.victims import victims_of_all
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
    "NONE",
    "BigNumber",
    "Bottleneck",
    "CauseRow",
    "Decision",
    "Difference",
    "District",
    "Findings",
    "GateRow",
    "Held",
    "KeyRoad",
    "Option",
    "Outlook",
    "Profile",
    "Range",
    "Reached",
    "TeamUse",
    "assumptions_line",
    "big_numbers",
    "blocks_most",
    "bottlenecks",
    "calibrated_words",
    "conditions",
    "cost_note",
    "decimals",
    "decisions",
    "districts",
    "done_so_far",
    "explained",
    "fairness",
    "findings_of",
    "harm_rate",
    "headline",
    "held",
    "how_sure",
    "idle_most",
    "key_roads",
    "leader",
    "level_with",
    "mark",
    "not_modelled",
    "on",
    "open_findings",
    "option_headings",
    "option_notes",
    "options",
    "parting",
    "profile",
    "range_of",
    "ranked",
    "rate_text",
    "records",
    "risks",
    "rival",
    "source_words",
    "sources",
    "standing",
    "standing_words",
    "statements",
    "target_name",
    "targets",
    "team_use",
    "victims_of_all",
]
