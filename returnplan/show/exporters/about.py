"""What every exported file says of itself: required wording, and how it was made."""

from returnplan.runs.reading import UNCHECKED, edited_line
from returnplan.show.findings import Findings, mark, statements


def about(findings: Findings) -> dict[str, str]:
    """Say what a file is, whom it is for, and what it does not say.

    Parameters
    ----------
    findings
        The run, for an audience and in a language.

    Returns
    -------
    dict[str, str]
        Texts by what they are about.
    """
    run, words = findings.run, findings.words
    statement, *notes = statements(findings)
    found = {
        "statement": statement,
        "audience": mark(findings),
        "title": findings.scenario.title or findings.scenario.name,
        "made": findings.view.provenance,
        "start": findings.scenario.start.isoformat(),
        "horizon": findings.horizon.isoformat(),
        "notes": " ".join(notes),
        "data": findings.made_of,
        "not_covered": findings.not_counted,
        "edited": edited_line(run) if run.edited else "" if run.is_checked else UNCHECKED,
    }
    if not findings.is_public:
        found["single_values"] = words.phrase(
            "Dates of roads, hazards and tasks are from the single-value run: it ignores "
            "unrecorded hazardous areas, and its dates are usually too early."
        )
    return {key: text for key, text in found.items() if text}
