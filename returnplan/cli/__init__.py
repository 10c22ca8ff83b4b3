"""The command line: parse words, call the library, show progress, print; no arithmetic.

Each command lives in the file of the package that it calls (``returnplan run`` in
``runs_commands``); what its lines say stands in ``described``, ``explained``, ``compared``,
``driven``, ``published``, ``tabled`` and ``listing``. Commands import what they call only when they
are called. A new one is a function in one of these files, and a name in the list below.
"""

import gc
from typing import Any

import click

from returnplan.cli.insight_commands import explain, hindcast, sensitivity
from returnplan.cli.runs_commands import bench, calibrate, compare, merge, run
from returnplan.cli.scenario_commands import check, new
from returnplan.cli.screen import BAD_INPUT, BAD_USAGE, STOPPED, fail, say, stoppable
from returnplan.cli.show_commands import export, figures, report
from returnplan.errors import ReturnplanError, ScenarioError
from returnplan.version import __version__


class _Group(click.Group):
    """Commands whose foreseeable errors are one message and an exit code, never a traceback."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.help = _marked(self.help)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command; the marks of its examples become those that click knows."""
        cmd.help = _marked(cmd.help)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with stoppable():
                return super().invoke(ctx)
        except ScenarioError as error:
            fail(str(error), BAD_INPUT)
        except ReturnplanError as error:
            fail(str(error), BAD_USAGE)
        except KeyboardInterrupt:
            fail("stopped; nothing was written", STOPPED)
        except BrokenPipeError:  # whoever read the output has enough: no message
            raise
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            fail(f"{name}{error.strerror or error}", BAD_INPUT)


def _marked(text: str | None) -> str:
    """Turn the mark before examples into the one that click knows."""
    return (text or "").replace("\\b\n", "\b\n")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="returnplan")
def main() -> None:
    r"""Plan when conditions for return can be met: clearance, roads, services, teams.

    \b
    First steps:
      returnplan new my_scenario
      returnplan check my_scenario
      returnplan run my_scenario --out runs/first
    """
    # Packages and figures make many things that stay: to look for litter among them again and
    # again takes a tenth of the time of a small run.
    gc.set_threshold(100_000, 20, 100)


@main.command("list")
@click.argument(
    "kind", type=click.Choice(["gates", "causes", "policies", "charts", "assumptions", "columns"])
)
def list_kind(kind: str) -> None:
    r"""List gates, causes of delay, policies, charts, assumptions or columns, with one line each.

    \b
    Example:
      returnplan list gates
    """
    from returnplan.cli.listing import listing

    say("\n".join(listing(kind)))


for _command in (
    *(new, check, calibrate, run, merge, bench, compare),
    *(explain, sensitivity, hindcast, report, figures, export),
):
    main.add_command(_command)
