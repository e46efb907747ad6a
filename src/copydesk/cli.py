"""The command line: which verbs there are, the options before the verb, and how a verb's end becomes an exit code.

Exit codes: 0 clean, 1 the data has issues, 2 wrong usage or configuration, 3 something outside failed,
4 our bug (a report file is written), 130 interrupted. A verb's module is imported when that verb is asked for, and
heavy libraries inside the verb that needs them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from copydesk import __version__
from copydesk.console import Desk, fail, say_error
from copydesk.errors import CopydeskError, OutsideError

OUR_BUG = 4
INTERRUPTED = 130

#: Each verb in the order of work: its module under ``copydesk.verbs``, and its line in ``copydesk --help``.
VERBS = {
    "init": ("corpus", "Start a new project: settings, starter layers, schemas."),
    "build": ("corpus", "Read raw articles: articles, families, rejects."),
    "show": ("corpus", "A record with its evidence, down to the raw bytes."),
    "families": ("corpus", "Which article derives from which, and why."),
    "studio": ("studio", "The project's own Label Studio server."),
    "annotators": ("annotators", "Who labels, by pseudonym."),
    "push": ("labels", "Send tasks to Label Studio, each exactly once."),
    "pull": ("labels", "Fetch changed annotations, and check them."),
    "status": ("corpus", "Where every article stands in every layer."),
    "validate": ("corpus", "Check record files: schema, and what none can say."),
    "agreement": ("labels", "How far annotators agree, with 95 % intervals."),
    "adjudicate": ("labels", "Decide what is agreed, refer what is disputed."),
    "release": ("releases", "Cut a version into dist/, whole or not at all."),
    "verify": ("releases", "Check a release from its folder alone."),
    "diff": ("releases", "What changed between two releases."),
    "publish": ("releases", "Put a release on a Hub: one commit, one tag."),
    "remove": ("corpus", "Take an article out of all later releases."),
    "hydrate": ("releases", "Put withheld words back from one's own copies."),
    "export": ("releases", "Write a release as what other tools read."),
    "report": ("releases", "Where a release's report page is."),
}


class Verbs(TyperGroup):
    """Loads the verb that is asked for, runs it, and turns how it ended into the exit code."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: dict[str, Any] = dict.fromkeys(VERBS)  # typer suggests from these names

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return None
        module = VERBS[cmd_name][0]
        group: Any = get_command(import_module(f"copydesk.verbs.{module}").app)
        return group if module == cmd_name else group.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])

    def invoke(self, ctx: Any) -> Any:
        try:
            code = super().invoke(ctx)
        except CopydeskError as error:
            code = fail(error, json=ctx.params["json"])
        except KeyboardInterrupt:
            code = _ended(ctx, INTERRUPTED, "Interrupted", "interrupted", "; run the same command again to go on")
        except (typer.Exit, typer.Abort):
            raise
        except typer.TyperException as error:  # which shows itself on stderr
            error.message = _in_our_words(error.message)
            if ctx.params["json"]:
                say_error("WrongUsage", error.format_message(), "see `copydesk --help`, or that of the verb")
            raise
        except OSError as error:
            from copydesk import crash

            place = f"{error.filename}: " if error.filename else ""
            told = crash.scrub(f"{place}{error.strerror or error}")
            code = fail(OutsideError(f"the machine refused: {told}"), json=ctx.params["json"])
        except Exception as error:
            from copydesk import crash

            report = crash.report(error)
            said = f"a fault of ours ({type(error).__name__})"
            code = _ended(ctx, OUR_BUG, type(error).__name__, said, f"; please send {report}")
        raise typer.Exit(code or 0)


def _ended(ctx: Any, code: int, kind: str, said: str, next_step: str) -> int:
    """Say that the verb broke off; the exit code for it."""
    if ctx.params["json"]:
        say_error(kind, said, next_step.strip("; "))
    print(f"copydesk: {said}{next_step}", file=sys.stderr)
    return code


def _in_our_words(message: str) -> str:
    """What the parser says of wrong usage, without its library's words, and where an option before the verb belongs."""
    option = message.removeprefix("No such option: ")
    if option in ("-C", "--json", "-v", "--verbose"):
        return f"{option} goes before the verb, such as copydesk {option}{' DIR' if option == '-C' else ''} status"
    return message.replace("Value error, ", "")


app = typer.Typer(
    cls=Verbs,
    name="copydesk",
    help="Turn a pile of news articles into a labelled, versioned dataset that people can trust.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"copydesk {__version__}")
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    root: Annotated[Path, typer.Option("-C", metavar="DIR", help="Run as if started in DIR.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout; all else on stderr.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    ctx.obj = Desk(root, json, verbose)
