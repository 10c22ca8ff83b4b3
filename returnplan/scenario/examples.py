"""Scenarios to learn from: those that are shipped, and in a checkout those beside the package."""

from importlib.resources import as_file, files
from pathlib import Path

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.scenario.files import TOML
from returnplan.scenario.folder import load

SHIPPED = "data/examples"
"""Where a wheel has them; ``pyproject.toml`` puts them there."""


def example(name: str = "valley") -> Scenario:
    """Give a scenario to learn from.

    Parameters
    ----------
    name
        ``valley``: a made-up mountain valley, small enough to follow by hand. A checkout has more,
        in its folder ``scenarios``.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    ReturnplanError
        When none is called so.

    Examples
    --------
    >>> import returnplan as rp
    >>> rp.example("valley").title
    'A made-up mountain valley'
    """
    with as_file(files("returnplan")) as root:
        places = (root / SHIPPED, Path(root).parent / "scenarios")
        found = {
            path.parent.name: path.parent for place in places for path in place.glob(f"*/{TOML}")
        }
        if name not in found:
            known = ", ".join(sorted(found))
            raise ReturnplanError(f"no example is called {name!r}; there are: {known}")
        return load(found[name])
