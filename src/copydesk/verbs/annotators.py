"""``copydesk annotators``: who labels, by pseudonym."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from copydesk.console import Desk
from copydesk.errors import CopydeskError

app = typer.Typer(
    name="annotators",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Who labels, by pseudonym.",
)


@app.command("list")
def annotators_list(ctx: typer.Context) -> int:
    """List the project's annotators."""
    from copydesk.labeling import annotators
    from copydesk.views import annotators as views

    desk: Desk = ctx.obj
    known = annotators.read(desk.project())
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))


@app.command("add")
def annotators_add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Never a person's name.")],
    role: Annotated[str | None, typer.Option(help="human (unless said), model or adjudicator.")] = None,
    user: Annotated[str | None, typer.Option(metavar="EMAIL", help="Whom the server knows already.")] = None,
    to: Annotated[
        Path | None, typer.Option("--sign-in", metavar="FILE", help="Write the sign-in there, for you alone to read.")
    ] = None,
) -> int:
    """Let somebody label, and say how they sign in: in a terminal, or with --sign-in in a private file."""
    from copydesk.files import write_bytes
    from copydesk.labeling import annotators
    from copydesk.labeling.studio import Studio
    from copydesk.views import annotators as views

    desk: Desk = ctx.obj
    project = desk.project()
    private = desk.root / to if to else None
    if private and private.exists():
        raise CopydeskError(f"{to} is there already; it stays as it is", "name another file")
    sign_in = annotators.add(project, name, Studio.connect(project), role, user=user)
    if private:
        write_bytes(private, views.told(sign_in).encode(), mode=0o600)
    added = annotators.get(annotators.read(project), name)
    keys = {"name": name, "role": added.role, "url": sign_in.url}
    return desk.answer({"annotators": [keys]}, show=views.sign_in(sign_in, private))


@app.command("remove")
def annotators_remove(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="PSEUDONYM")]) -> int:
    """Let somebody leave; what they answered stays theirs. The next push deals their open tasks out again."""
    from copydesk.labeling import annotators
    from copydesk.views import annotators as views

    desk: Desk = ctx.obj
    project = desk.project()
    annotators.remove(project, name)
    known = annotators.read(project)
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))


@app.command("reassign")
def annotators_reassign(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="FROM", help="Whose open tasks.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Who takes them over.")],
) -> int:
    """Hand somebody's open tasks over; what they answered stays theirs. The next push moves the tasks."""
    from copydesk.labeling import annotators
    from copydesk.views import annotators as views

    desk: Desk = ctx.obj
    project = desk.project()
    annotators.reassign(project, name, to)
    known = annotators.read(project)
    return desk.answer({"annotators": [asdict(each) for each in known]}, show=views.annotators(known))
