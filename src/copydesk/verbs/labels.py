"""Verbs about labels: out to the annotators, back, and to gold."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.console import Desk

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Layers = Annotated[list[str] | None, typer.Argument(metavar="LAYER", help="Layers; all when none is named.")]


@app.command()
def push(
    ctx: typer.Context,
    layers: Layers = None,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Look at every task on the server.")] = False,
    training: Annotated[bool, typer.Option("--training", help="The training round, in place of real work.")] = False,
) -> int:
    """Send tasks to Label Studio, each exactly once."""
    from copydesk.labeling import annotators
    from copydesk.labeling.layers import load
    from copydesk.labeling.push import push
    from copydesk.labeling.studio import Studio
    from copydesk.labeling.training import train, turns
    from copydesk.views import labels as views

    desk: Desk = ctx.obj
    project = desk.project()
    chosen = load(project, layers or [])
    studio = Studio.connect(project)
    if training:
        pushed = train(project, chosen, studio=studio, progress=desk.progress)
    else:
        pushed = push(project, chosen, studio=studio, progress=desk.progress, reconcile=reconcile)
    counts = {name: each.as_json() for name, each in pushed.items()}
    if training:
        return desk.answer({"layers": counts}, show=views.trained(counts, studio.url, turns(project, chosen)))
    n_people = sum(each.role == "human" for each in annotators.read(project))
    return desk.answer({"layers": counts}, show=views.pushed(counts, studio.url, n_people))


@app.command()
def pull(
    ctx: typer.Context,
    layers: Layers = None,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Look at every task, for deletions too.")] = False,
) -> int:
    """Fetch changed annotations from Label Studio and check them."""
    from copydesk.labeling.layers import load
    from copydesk.labeling.pull import pull
    from copydesk.labeling.studio import Studio
    from copydesk.views import labels as views

    desk: Desk = ctx.obj
    project = desk.project()
    chosen = load(project, layers or [])
    studio = Studio.connect(project)
    pulled = pull(project, chosen, studio=studio, now=desk.now(), reconcile=reconcile, progress=desk.progress)
    return desk.answer(pulled.as_json(), issues=pulled.issues, show=views.per_layer(pulled.layers))


@app.command()
def agreement(ctx: typer.Context, layers: Layers = None) -> int:
    """Measure how far annotators agree, with 95 % intervals over articles."""
    from copydesk.labeling import stages
    from copydesk.labeling.layers import load
    from copydesk.views import labels as views

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
    from copydesk.labeling import stages
    from copydesk.labeling.layers import load
    from copydesk.labeling.referral import refer
    from copydesk.labeling.studio import Studio
    from copydesk.views import labels as views

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
