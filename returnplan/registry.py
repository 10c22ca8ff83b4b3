"""Named families: gates, policies, charts. A new member is one decorated function.

And what nouns and results can do by packages that they must not import, since these lie above them.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


class Family(Mapping[str, T]):
    """Members of one kind by name, in the order in which they were declared.

    Parameters
    ----------
    kind
        What a member is called in messages, for instance ``gate``.
    renamed
        New names of members by their old ones, which messages answer with.
    """

    def __init__(self, kind: str, renamed: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._renamed = dict(renamed or {})
        self._members: dict[str, T] = {}

    def add(self, name: str, member: T) -> T:
        """Put a member in; a name that is taken is a programming error.

        Parameters
        ----------
        name
            What scenarios and commands call it.
        member
            The member itself.

        Returns
        -------
        T
            The member, so that decorators can end with this call.

        Raises
        ------
        ValueError
            When the name is taken.
        """
        if name in self._members:
            raise ValueError(f"{self.kind} {name} is declared twice")
        self._members[name] = member
        return member

    def __getitem__(self, name: str) -> T:
        try:
            return self._members[name]
        except KeyError:
            if name in self._renamed:
                new = self._renamed[name]
                raise KeyError(f"the {self.kind} {name} is now called {new}") from None
            known = ", ".join(self._members)
            raise KeyError(f"no {self.kind} is called {name}; there are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


ABOVE: dict[str, str] = {}
"""Modules of functions that methods of nouns and results call, by their names. The package itself,
which is loaded before any of its modules, fills it in."""


def above(name: str) -> Callable[..., Any]:
    """Give a function of a package above, loaded when it is asked for.

    Parameters
    ----------
    name
        Its name, in ``ABOVE``.
    """
    found: Callable[..., Any] = getattr(import_module(ABOVE[name]), name)
    return found
