"""The command line: each verb parses its arguments, calls one library function and reports what it answered.

Exit codes: 0 clean, 1 the data has issues, 2 wrong usage or configuration, 3 something outside failed,
4 our bug (a report file is written), 130 interrupted. Heavy imports happen inside the verb that needs them.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from copydesk import __version__
from copydesk.console import Desk, fail
from copydesk.errors import CopydeskError, OutsideError

OUR_BUG = 4
INTERRUPTED = 130


class Verbs(TyperGroup):
    """Runs a verb and turns how it ended into the exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            code = super().invoke(ctx)
        except CopydeskError as error:
            code = fail(error, json=ctx.params["json"])
        except KeyboardInterrupt:
            print("copydesk: interrupted; run the same command again to go on", file=sys.stderr)
            code = INTERRUPTED
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except OSError as error:
            from copydesk import crash

            place = f"{error.filename}: " if error.filename else ""
            told = crash.scrub(f"{place}{error.strerror or error}")
            code = fail(OutsideError(f"the machine refused: {told}"), json=ctx.params["json"])
        except Exception as error:
            from copydesk import crash

            report = crash.report(error)
            print(f"copydesk: a fault of ours ({type(error).__name__}); please send {report}", file=sys.stderr)
            code = OUR_BUG
        raise typer.Exit(code or 0)


app = typer.Typer(
    cls=Verbs,
    name="copydesk",
    help="Turn a pile of news articles into a labelled, versioned dataset that people can trust.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


studio_verbs = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The project's own Label Studio server.")
app.add_typer(studio_verbs, name="studio")

people_verbs = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Who labels, by pseudonym.")
app.add_typer(people_verbs, name="annotators")

Layers = Annotated[list[str] | None, typer.Argument(metavar="LAYER", help="Layers; all when none is named.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"copydesk {__version__}")
        raise typer.Exit


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


@app.command()
def init(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    """Start a new project in DIR, with starter layers and schemas."""
    from copydesk import starter, views

    desk: Desk = ctx.obj
    root = starter.init(desk.root / folder)
    return desk.answer({"project": str(root)}, show=views.init(root))


@app.command()
def build(
    ctx: typer.Context,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core by default.")] = None,
) -> int:
    """Read raw articles into build/: articles, families, rejects."""
    from copydesk import views
    from copydesk.dataset.build import build

    desk: Desk = ctx.obj
    built = build(desk.project(), jobs=jobs, progress=desk.progress)
    return desk.answer(built.as_json(), show=views.built(built), failed=built.rejected > 0)


@app.command()
def show(
    ctx: typer.Context,
    record_id: Annotated[str, typer.Argument(metavar="ID", help="An article, annotation or gold unit.")],
    raw: Annotated[str | None, typer.Option(metavar="START:END", help="The raw bytes behind text[START:END].")] = None,
) -> int:
    """Show a record with its evidence, down to the raw bytes."""
    from copydesk import views
    from copydesk.dataset.show import raw_behind, show

    desk: Desk = ctx.obj
    project = desk.project()
    shown = show(project, record_id)
    if raw is None:
        return desk.answer(shown, show=views.shown(shown))
    words = raw_behind(project, shown, raw).decode("utf-8", "backslashreplace")
    return desk.answer(shown | {"raw": words}, show=views.lines(words))


@app.command()
def families(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="An article, a family, a pair.")] = None,
    review: Annotated[bool, typer.Option("--review", help="The possible band, most doubtful first.")] = False,
) -> int:
    """Show which article derives from which, and why; a pair side by side."""
    from copydesk import views
    from copydesk.dataset.families.asked import look

    desk: Desk = ctx.obj
    seen = look(desk.project(), ids or [], review=review)
    return desk.answer(seen.as_json(), show=views.families(seen))


@studio_verbs.command("start")
def studio_start(ctx: typer.Context) -> int:
    """Start the server on a free port of this machine; the first time it is installed, which takes minutes."""
    from copydesk import views
    from copydesk.labeling import server

    desk: Desk = ctx.obj
    running = server.start(desk.project(), desk.progress)
    return desk.answer(running.as_json(), show=views.running(running))


@studio_verbs.command("stop")
def studio_stop(ctx: typer.Context) -> int:
    """Stop the server; its data stays."""
    from copydesk import views
    from copydesk.labeling import server

    desk: Desk = ctx.obj
    running = server.stop(desk.project())
    return desk.answer(running.as_json(), show=views.running(running))


@studio_verbs.command("status")
def studio_status(ctx: typer.Context) -> int:
    """Say whether the server runs, and where."""
    from copydesk import views
    from copydesk.labeling import server

    desk: Desk = ctx.obj
    running = server.status(desk.project())
    return desk.answer(running.as_json(), show=views.running(running))


@studio_verbs.command("backup")
def studio_backup(
    ctx: typer.Context, to: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")]
) -> int:
    """Copy the server's data, keys and kept exports into one private file."""
    from copydesk import views
    from copydesk.labeling import server

    desk: Desk = ctx.obj
    project = desk.project()
    made = server.backup(project, desk.root / to)
    return desk.answer(server.status(project).as_json() | {"path": str(made)}, show=views.lines(f"backup in {made}"))


@people_verbs.command("list")
def annotators_list(ctx: typer.Context) -> int:
    """List the project's annotators."""
    from copydesk import views
    from copydesk.labeling import annotators

    desk: Desk = ctx.obj
    known = annotators.read(desk.project())
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))


@people_verbs.command("add")
def annotators_add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Never a person's name.")],
    role: Annotated[str, typer.Option(help="human, model or adjudicator.")] = "human",
) -> int:
    """Let somebody label, and say how they sign in."""
    from copydesk import views
    from copydesk.labeling import annotators
    from copydesk.labeling.studio import Studio

    desk: Desk = ctx.obj
    project = desk.project()
    sign_in = annotators.add(project, name, Studio.connect(project), role)
    return desk.answer({"annotators": [{"name": name, "role": role, "url": sign_in.url}]}, show=views.sign_in(sign_in))


@people_verbs.command("remove")
def annotators_remove(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="PSEUDONYM")]) -> int:
    """Let somebody leave; what they answered stays theirs. The next push deals their open tasks out again."""
    from copydesk import views
    from copydesk.labeling import annotators

    desk: Desk = ctx.obj
    project = desk.project()
    annotators.remove(project, name)
    known = annotators.read(project)
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))


@people_verbs.command("reassign")
def annotators_reassign(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="FROM", help="Whose open tasks.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Who takes them over.")],
) -> int:
    """Hand somebody's open tasks over; what they answered stays theirs. The next push moves the tasks."""
    from copydesk import views
    from copydesk.labeling import annotators

    desk: Desk = ctx.obj
    project = desk.project()
    annotators.reassign(project, name, to)
    known = annotators.read(project)
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))


@app.command()
def push(
    ctx: typer.Context,
    layers: Layers = None,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Look at every task on the server.")] = False,
) -> int:
    """Send tasks to Label Studio, each exactly once."""
    from copydesk import views
    from copydesk.labeling import annotators
    from copydesk.labeling.layers import load
    from copydesk.labeling.push import push
    from copydesk.labeling.studio import Studio

    desk: Desk = ctx.obj
    project = desk.project()
    chosen = load(project, layers or [])
    studio = Studio.connect(project)
    pushed = push(project, chosen, studio=studio, progress=desk.progress, reconcile=reconcile)
    counts = {name: each.as_json() for name, each in pushed.items()}
    return desk.answer({"layers": counts}, show=views.pushed(counts, studio.url, len(annotators.read(project))))


@app.command()
def pull(
    ctx: typer.Context,
    layers: Layers = None,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Look at every task, for deletions too.")] = False,
) -> int:
    """Fetch changed annotations from Label Studio and check them."""
    from copydesk import views
    from copydesk.labeling.layers import load
    from copydesk.labeling.pull import pull
    from copydesk.labeling.studio import Studio

    desk: Desk = ctx.obj
    project = desk.project()
    chosen = load(project, layers or [])
    studio = Studio.connect(project)
    pulled = pull(project, chosen, studio=studio, now=_now(), reconcile=reconcile, progress=desk.progress)
    return desk.answer(pulled.as_json(), issues=pulled.issues, show=views.per_layer(pulled.layers))


@app.command()
def status(ctx: typer.Context) -> int:
    """Show where every article stands in every layer."""
    from copydesk import views
    from copydesk.status import status

    desk: Desk = ctx.obj
    counted = status(desk.project())
    return desk.answer(counted.as_json(), show=views.status(counted))


@app.command()
def validate(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files; all when none.")] = None,
    schema: Annotated[
        str | None, typer.Option(metavar="NAME", help="Kind of record, whatever the file's name.")
    ] = None,
) -> int:
    """Check record files: their schema, and what a schema cannot say."""
    from copydesk import views
    from copydesk.validate import validate

    desk: Desk = ctx.obj
    named = [desk.root / path for path in paths or []]
    outcome = validate(desk.project_if_any(), named, schema)
    return desk.answer(outcome.as_json(), issues=outcome.issues, show=views.validation(outcome))


@app.command()
def agreement(ctx: typer.Context, layers: Layers = None) -> int:
    """Measure how far annotators agree, with 95 % intervals over articles."""
    from copydesk import views
    from copydesk.labeling import stages
    from copydesk.labeling.layers import load

    desk: Desk = ctx.obj
    project = desk.project()
    agreed = stages.agreement(project, load(project, layers or []))
    return desk.answer(views.agreement_keys(agreed), issues=agreed.issues, show=views.agreement(agreed))


@app.command()
def adjudicate(
    ctx: typer.Context,
    layers: Layers = None,
    review: Annotated[bool, typer.Option("--review", help="Refer what is disputed to an adjudicator.")] = False,
) -> int:
    """Decide what annotators agree on, unit by unit: gold; what they do not agree on is listed as disputed."""
    from copydesk import views
    from copydesk.labeling import stages
    from copydesk.labeling.layers import load
    from copydesk.labeling.referral import refer
    from copydesk.labeling.studio import Studio

    desk: Desk = ctx.obj
    project = desk.project()
    chosen = load(project, layers or [])
    decided = stages.adjudicate(project, chosen)
    referred = {}
    if review:
        referred = refer(project, chosen, decided, studio=Studio.connect(project), progress=desk.progress)
    issues = [issue for each in decided.values() for issue in each.issues]
    shown = views.adjudication(decided, referred)
    return desk.answer(views.adjudication_keys(decided, referred), issues=issues, show=shown)


class Audience(StrEnum):
    """For whom a release is: people who hold the sources, or everyone."""

    local = "local"
    public = "public"


class Format(StrEnum):
    """What a release can be exported as."""

    conll = "conll"
    spacy = "spacy"
    brat = "brat"
    cas = "cas"
    json_ld = "json-ld"


class Bump(StrEnum):
    """How the version is chosen."""

    auto = "auto"


@app.command()
def release(
    ctx: typer.Context,
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="Such as 1.0.0.")] = None,
    bump: Annotated[Bump | None, typer.Option(help="Choose the version that the change calls for.")] = None,
    audience: Annotated[Audience, typer.Option(help="public withholds text that is not cleared.")] = Audience.local,
    sign: Annotated[Path | None, typer.Option(metavar="KEY", help="Sign the sums with this SSH key.")] = None,
) -> int:
    """Cut a version of the dataset into dist/, whole or not at all."""
    from copydesk import views
    from copydesk.dataset.release.write import release

    desk: Desk = ctx.obj
    cut = release(
        desk.project(),
        version,
        audience=audience.value,
        bump_auto=bump is Bump.auto,
        sign=sign,
        now=_now(),
        progress=desk.progress,
    )
    return desk.answer(cut.as_json(), issues=cut.issues, show=views.released(cut))


@app.command()
def verify(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    signers: Annotated[Path | None, typer.Option(metavar="FILE", help="Allowed signers, as ssh-keygen reads.")] = None,
) -> int:
    """Check a release from its folder alone: files, rows, labels, splits, numbers, loading."""
    from copydesk import views
    from copydesk.dataset.release.verify import verify

    desk: Desk = ctx.obj
    found = verify(desk.root / folder, signers=signers)
    return desk.answer(found.as_json(), issues=found.issues, show=views.verified(found), failed=not found.ok)


@app.command()
def diff(
    ctx: typer.Context,
    old: Annotated[Path, typer.Argument(metavar="OLD")],
    new: Annotated[Path, typer.Argument(metavar="NEW")],
) -> int:
    """Say what changed between two releases, and the version step it calls for."""
    from copydesk import views
    from copydesk.dataset.release.diff import diff

    desk: Desk = ctx.obj
    found = diff(desk.root / old, desk.root / new)
    return desk.answer(found.as_json(), show=views.diff(found))


@app.command()
def publish(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    repo: Annotated[str | None, typer.Option(metavar="ORG/NAME", help="[hub] repo of the settings if absent.")] = None,
) -> int:
    """Put a release on a Hub: one commit, one tag. Text that is not cleared never leaves."""
    from copydesk import views
    from copydesk.dataset.hub import publish

    desk: Desk = ctx.obj
    sent = publish(desk.root / folder, repo or desk.hub_repo())
    return desk.answer(sent.as_json(), issues=sent.issues, show=views.published(sent), failed=sent.commit is None)


@app.command()
def remove(
    ctx: typer.Context,
    article_id: Annotated[str, typer.Argument(metavar="ARTICLE_ID")],
    reason: Annotated[str, typer.Option(help="Why; it is kept and published.")],
    family: Annotated[bool, typer.Option("--family", help="Its whole family with it.")] = False,
) -> int:
    """Take an article out of all later releases, and name what remains of it where."""
    from copydesk import views
    from copydesk.dataset.removals import remove

    desk: Desk = ctx.obj
    gone = remove(desk.project(), article_id, reason=reason, now=_now(), family=family)
    return desk.answer(gone.as_json(), show=views.removed(gone))


@app.command()
def hydrate(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A public release.")],
    raw: Annotated[Path, typer.Option("--from", metavar="RAW", help="Your own copies of the raw files.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
) -> int:
    """Put withheld words back from one's own copies, and prove them by digest."""
    from copydesk import views
    from copydesk.dataset.release.hydrate import hydrate

    desk: Desk = ctx.obj
    done = hydrate(desk.root / folder, desk.root / raw, desk.root / to, progress=desk.progress)
    keys = done.as_json()
    return desk.answer(keys, issues=done.issues, show=views.hydrated(done), failed=bool(done.missing or done.differing))


@app.command()
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    format_: Annotated[Format, typer.Option("--format")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
) -> int:
    """Write a release as what other tools read."""
    from copydesk import views
    from copydesk.dataset.export import export

    desk: Desk = ctx.obj
    made = export(desk.root / folder, format_.value, desk.root / to)
    shown = views.lines(f"{len(made)} files in {to}; index.tsv lists them")
    return desk.answer({"files": [str(path) for path in made]}, show=shown)


@app.command()
def report(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")]) -> int:
    """Say where a release's report is: one self-contained page with plots and a viewer."""
    from copydesk import views
    from copydesk.dataset.release.papers import report

    desk: Desk = ctx.obj
    page = report(desk.root / folder)
    return desk.answer({"path": str(page)}, show=views.lines(str(page)))
