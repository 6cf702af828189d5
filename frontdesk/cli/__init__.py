"""The command line for operators: one module a topic, put together here.

Exit codes: 0 done, 1 not found or refused, 2 wrong usage or settings, 3 a server is not usable (the message says the
next step), 4 another process holds what is needed.
"""

from __future__ import annotations

import os
import signal
import sys

import typer

from frontdesk import __version__
from frontdesk.cli import clinics, conversations, evaluation, operations, processes
from frontdesk.cli.session import until_the_end

app = typer.Typer(
    name="frontdesk",
    help="The WhatsApp front desk for clinics: answers, books, follows up, hands over.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    if version:
        print(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


for topic in (processes, clinics, conversations, evaluation, operations):
    topic.register(app)


def _end(number: int, _frame: object) -> None:
    """End as by Ctrl-C: what a command has begun is put in order first."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line; a broken pipe ends quietly, Ctrl-C with 130, SIGTERM and SIGHUP with 128 and their number."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        with until_the_end:
            try:
                app()
            finally:
                sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except (BrokenPipeError, SystemExit) as error:
        # The command line's libraries make an exit code 1 of it.
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains while it ends
        sys.exit(141)
