"""What the shell may complete: folders of scenarios and runs, allocations, communities."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

TOML, COPY, COMMUNITIES = "scenario.toml", "scenario", "communities.csv"


def folders(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Let the shell complete names of folders."""
    return [CompletionItem(begun, type="dir")]


def allocations(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the allocations of the scenario or run that was typed before, with their titles."""
    for folder in _scenarios(ctx):
        try:
            known = tomllib.loads((folder / TOML).read_text(encoding="utf-8"))["allocations"]
            titles = {str(name): str(header.get("title", "")) for name, header in known.items()}
        except (OSError, ValueError, KeyError, AttributeError):
            continue
        return [
            CompletionItem(name, help=titles[name]) for name in titles if name.startswith(begun)
        ]
    return []


def communities(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Name the communities of the run that was typed before."""
    for folder in _scenarios(ctx):
        try:
            with (folder / COMMUNITIES).open(encoding="utf-8-sig", newline="") as stream:
                ids = [row["id"] for row in csv.DictReader(stream)]
        except (OSError, ValueError, KeyError):
            continue
        return [CompletionItem(name) for name in ids if name.startswith(begun)]
    return []


def _scenarios(ctx: click.Context) -> Iterator[Path]:
    """Folders of a scenario among the words before: the folder itself, or the copy in a run."""
    words = [value for value in ctx.params.values() if isinstance(value, Path)]
    for folder in (*words, *map(Path, ctx.args)):  # args: what stands before an open option
        yield folder
        yield folder / COPY
