"""What teams do with their days: idle ones and those that work where no condition asks for it."""

from dataclasses import dataclass

from returnplan.show.findings.findings import Findings, records


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUse:
    """How the teams of an asset type spend the days on which they are present, over the run.

    Parameters
    ----------
    name
        What the asset type is called.
    team_days
        Days on which its teams are present, team-days.
    idle
        Share of them without any work.
    unneeded
        Share of their workable days on work that no condition in force waits for.
    """

    name: str
    team_days: float
    idle: float
    unneeded: float


def team_use(findings: Findings, allocation: str) -> tuple[TeamUse, ...]:
    """Asset types by how idle their teams are, most idle first; none for the public.

    Of the run on expected values.
    """
    if findings.is_public:
        return ()
    rows = findings.rows("team_time", allocation)
    days = ["team_days", "work_days", "idle_days", "unneeded_days"]
    sums = rows.groupby("asset")[days].sum().reset_index()
    found = [
        TeamUse(
            name=findings.view.word(row["asset"]),
            team_days=row["team_days"],
            idle=row["idle_days"] / row["team_days"],
            unneeded=row["unneeded_days"] / row["work_days"] if row["work_days"] > 0 else 0.0,
        )
        for row in records(sums[sums["team_days"] > 0])
    ]
    return tuple(sorted(found, key=lambda use: (-use.idle, use.name)))


def idle_most(findings: Findings, allocation: str) -> str:
    """Say which teams are idle most, and which work most where no condition asks for it."""
    uses = team_use(findings, allocation)
    if not uses:
        return ""
    words, first = findings.words, uses[0]
    most = max(uses, key=lambda use: use.unneeded)
    values = {
        "title": findings.title(allocation),
        "team": first.name,
        "idle": words.percent(first.idle),
    }
    text = words.phrase(
        "Under “{title}” these teams are idle most: {team}, on {idle} of the days they are "
        "present.",
        **values,
    )
    if most.unneeded <= 0:
        return text
    more = words.phrase(
        "Of their workable days, {team} spend {share} on land and works that no condition for "
        "return waits for.",
        team=most.name,
        share=words.percent(most.unneeded),
    )
    return f"{text} {more}"
