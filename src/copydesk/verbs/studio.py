"""``copydesk studio``: the project's own Label Studio server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copydesk.console import Desk

app = typer.Typer(
    name="studio",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The project's own Label Studio server.",
)


@app.command("start")
def studio_start(ctx: typer.Context) -> int:
    """Start the server on a free port of this machine; the first time it is installed, which takes minutes."""
    from copydesk.labeling import server
    from copydesk.views import studio as views

    desk: Desk = ctx.obj
    running = server.start(desk.project(), desk.progress)
    return desk.answer(running.as_json(), show=views.running(running))


@app.command("stop")
def studio_stop(ctx: typer.Context) -> int:
    """Stop the server; its data stays."""
    from copydesk.labeling import server
    from copydesk.views import lines

    desk: Desk = ctx.obj
    project = desk.project()
    was, running = server.status(project), server.stop(project)
    told = f"Label Studio at {was.url} is stopped; its data stays" if was.running else "Label Studio was not running"
    return desk.answer(running.as_json(), show=lines(told))


@app.command("status")
def studio_status(ctx: typer.Context) -> int:
    """Say whether the server runs, and where."""
    from copydesk.labeling import server
    from copydesk.views import studio as views

    desk: Desk = ctx.obj
    running = server.status(desk.project())
    return desk.answer(running.as_json(), show=views.running(running))


@app.command("backup")
def studio_backup(
    ctx: typer.Context, to: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")]
) -> int:
    """Copy the server's data, keys and kept exports into one private file."""
    from copydesk.labeling import server
    from copydesk.views import lines

    desk: Desk = ctx.obj
    project = desk.project()
    made = server.backup(project, desk.root / to)
    return desk.answer(server.status(project).as_json() | {"path": str(made)}, show=lines(f"backup in {made}"))


@app.command("restore")
def studio_restore(
    ctx: typer.Context, backup: Annotated[Path, typer.Argument(metavar="FILE", help="What `studio backup` made.")]
) -> int:
    """Put a backup in place of the server's data; what was there is moved aside. The server must be stopped."""
    from copydesk.labeling import server
    from copydesk.views import lines

    desk: Desk = ctx.obj
    project = desk.project()
    aside = server.restore(project, desk.root / backup, desk.now())
    said = {"path": str(project.private), "aside": str(aside) if aside.exists() else None}
    told = [f"the backup stands in {project.private}"] + [f"what was there is in {aside}"] * aside.exists()
    return desk.answer(server.status(project).as_json() | said, show=lines(*told))
