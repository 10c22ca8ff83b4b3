"""A scenario with a posterior: whether it may be used as it stands, and what is said of it."""

import hashlib
from dataclasses import replace
from typing import Any

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.model.chance.posterior import Resampled, draw_weights
from returnplan.scenario.files import POSTERIOR
from returnplan.version import __version__

MADE_FOR_DIGITS = 16
POSTERIOR_FILE = f"{POSTERIOR}.csv"


def made_for(scenario: Scenario, allocations: set[str]) -> str:
    """Digest of what the weights of a posterior hang on.

    That is every table but the posterior; of facts those that are fitted, and of allocations,
    deployments and orders those that were the past, so that other ones may be added. Titles,
    names in other languages, targets, money and the gates that are in force do not matter.

    Parameters
    ----------
    allocations
        Names of those that were the past.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    kept = replace(
        scenario,
        name="",
        title="",
        gates={},
        places=tuple(replace(one, names={}, name_source="") for one in scenario.places),
        allocations=tuple(one for one in scenario.allocations if one.name in allocations),
        deployments=tuple(one for one in scenario.deployments if one.allocation in allocations),
        orders=tuple(one for one in scenario.orders if one.allocation in allocations),
        funding=(),
        targets=(),
        facts=tuple(one for one in scenario.facts if one.use == "fit"),
        sources=(),
        posterior=(),
        horizon_years=1,
    )
    data = repr(kept).encode("utf-8", "backslashreplace")
    return hashlib.sha256(data).hexdigest()[:MADE_FOR_DIGITS]


def stale(scenario: Scenario, folder: str = "") -> str:
    """Say why the posterior of a scenario may not be used; empty: it may, or there is none.

    Parameters
    ----------
    folder
        Folder of the scenario, for the command that mends it; empty: nobody knows.
    """
    if not scenario.posterior:
        return ""
    first = scenario.posterior[0]
    names = {one.allocation for one in scenario.posterior}
    if first.returnplan != __version__:
        what = f"returnplan {first.returnplan} made {POSTERIOR_FILE}, and this is {__version__}"
    elif made_for(scenario, names) != first.made_for:
        what = f"the scenario was changed after it was calibrated ({POSTERIOR_FILE} is of another)"
    else:
        return ""
    shown = ",".join(sorted(names))
    again = f"returnplan calibrate {folder or scenario.name} -a {shown} --draws {first.draws}"
    return f"{what}: calibrate it again ({again}), or leave the calibration aside with --prior"


def in_force(
    scenario: Scenario, *, prior: bool, has_precision: bool = False, folder: str = ""
) -> Scenario:
    """Give a scenario with the posterior that is to be used, or with none.

    Parameters
    ----------
    prior
        Whether a posterior is left aside.
    has_precision
        Whether as many draws are asked for as a precision needs.
    folder
        As for :func:`stale`.

    Returns
    -------
    Scenario
        The same, without its posterior when it is left aside.

    Raises
    ------
    ReturnplanError
        When the posterior is of another scenario, or with a precision.
    """
    if not scenario.posterior:
        return scenario
    if prior:
        return replace(scenario, posterior=())
    reason = stale(scenario, folder)
    if reason:
        raise ReturnplanError(reason)
    if has_precision:
        raise ReturnplanError(
            "--precision needs draws that all weigh the same, and the scenario is calibrated: say "
            "--draws, or leave the calibration aside with --prior"
        )
    return scenario


def told(scenario: Scenario, taken: Resampled | None) -> dict[str, Any]:
    """What a manifest says of a calibration.

    Parameters
    ----------
    taken
        Draws of the run; None: a run on expected values.

    Returns
    -------
    dict[str, Any]
        How the draws were weighted, and how many of them count.
    """
    first = scenario.posterior[0]
    weights = draw_weights(scenario)
    found: dict[str, Any] = {
        "facts": first.facts,
        "last_fact": first.last_fact.isoformat(),
        "allocations": sorted({one.allocation for one in scenario.posterior}),
        "draws": first.draws,
        "seed": first.seed,
        "discrepancy_log_sd": first.discrepancy_log_sd,
        "effective_sample": round(float(1 / (weights**2).sum()), 3),
    }
    if taken is not None:
        found["different_draws"] = len(taken.draws)
        found["effective_draws"] = round(taken.effective, 3)
    return found


def manifest(scenario: Scenario, taken: Resampled | None) -> dict[str, Any]:
    """Say of a calibrated run what facts it has seen; nothing of another one."""
    return {"calibration": told(scenario, taken)} if scenario.posterior else {}


def words(made: dict[str, Any]) -> str:
    """Say in a few words that a run is calibrated.

    Parameters
    ----------
    made
        What :func:`told` gave.
    """
    noun = "fact" if made["facts"] == 1 else "facts"
    return f"calibrated on {made['facts']} {noun} to {made['last_fact']}"
