"""Verbs about the corpus: a project, its articles, their families, where they stand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copydesk.console import Desk
from copydesk.errors import CopydeskError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def init(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    """Start a new project in DIR, with starter layers and schemas."""
    from copydesk import starter
    from copydesk.views import corpus as views

    desk: Desk = ctx.obj
    root = starter.init(desk.root / folder)
    return desk.answer({"project": str(root)}, show=views.init(root))


class EngineName(StrEnum):
    POOL = "pool"
    RAY = "ray"


@app.command()
def build(
    ctx: typer.Context,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core by default.")] = None,
    memory: Annotated[
        int | None, typer.Option(min=300, metavar="MB", help="Memory that all processes may take together.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="This machine's cores, or a Ray cluster.")] = EngineName.POOL,
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running cluster; one is started here by default.")
    ] = None,
    storage: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where all nodes find what stages pass on; build/cache here.")
    ] = None,
) -> int:
    """Read raw articles into build/: articles, families, rejects."""
    from copydesk.dataset.build import build
    from copydesk.executor import Engine
    from copydesk.views import corpus as views

    desk: Desk = ctx.obj
    if ray_address is not None and engine is not EngineName.RAY:
        raise CopydeskError("--ray-address is for --engine ray", "add it, or leave the address out")
    chosen = Engine(engine.value, jobs, memory, ray_address, desk.place(storage))
    built = build(desk.project(), engine=chosen, progress=desk.progress)
    return desk.answer(built.as_json(), issues=built.issues, show=views.built(built), failed=built.rejected > 0)


@app.command()
def show(
    ctx: typer.Context,
    record_id: Annotated[str, typer.Argument(metavar="ID", help="An article, annotation or gold unit.")],
    raw: Annotated[str | None, typer.Option(metavar="START:END", help="The raw bytes behind text[START:END].")] = None,
) -> int:
    """Show a record with its evidence, down to the raw bytes."""
    from copydesk.dataset.show import raw_behind, show
    from copydesk.views import corpus as views
    from copydesk.views import lines

    desk: Desk = ctx.obj
    project = desk.project()
    shown = show(project, record_id)
    if raw is None:
        return desk.answer(shown, show=views.shown(shown))
    words = raw_behind(project, shown, raw).decode("utf-8", "backslashreplace")
    return desk.answer(shown | {"raw": words}, show=lines(words))


@app.command()
def families(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="An article, a family, a pair.")] = None,
    review: Annotated[bool, typer.Option("--review", help="The possible band, most doubtful first.")] = False,
) -> int:
    """Show which article derives from which, and why; a pair side by side."""
    from copydesk.dataset.families.asked import look
    from copydesk.views import corpus as views

    desk: Desk = ctx.obj
    seen = look(desk.project(), ids or [], review=review)
    return desk.answer(seen.as_json(), show=views.families(seen))


@app.command()
def status(ctx: typer.Context) -> int:
    """Show where every article stands in every layer."""
    from copydesk.status import status
    from copydesk.views import corpus as views

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
    jobs: Annotated[int, typer.Option(min=1, help="Processes, each for a file at a time.")] = 1,
) -> int:
    """Check record files: their schema, and what a schema cannot say."""
    from copydesk.executor import executor
    from copydesk.validate import validate
    from copydesk.views import corpus as views

    desk: Desk = ctx.obj
    named = [desk.root / path for path in paths or []]
    outcome = validate(desk.project_if_any(), named, schema, executor(jobs))
    return desk.answer(outcome.as_json(), issues=outcome.issues, show=views.validation(outcome))


@app.command()
def remove(
    ctx: typer.Context,
    article_id: Annotated[str, typer.Argument(metavar="ARTICLE_ID")],
    reason: Annotated[str, typer.Option(help="Why; it is kept and published.")],
    family: Annotated[bool, typer.Option("--family", help="Its whole family with it.")] = False,
    twins: Annotated[bool, typer.Option("--twins", help="Every article of the same text with it.")] = False,
) -> int:
    """Take an article out of all later releases, and name what remains of it where."""
    from copydesk.dataset.removals import remove
    from copydesk.views import corpus as views

    desk: Desk = ctx.obj
    gone = remove(desk.project(), article_id, reason=reason, now=desk.now(), family=family, twins=twins)
    return desk.answer(gone.as_json(), show=views.removed(gone))
