"""How each verb's answer looks in a terminal. Library functions return values; this only draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.console import table
from copydesk.issues import errors

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.dataset.build import Built
    from copydesk.dataset.families.asked import Seen
    from copydesk.dataset.hub import Published
    from copydesk.dataset.release.diff import Diff
    from copydesk.dataset.release.hydrate import Hydrated
    from copydesk.dataset.release.verify import Verification
    from copydesk.dataset.release.write import Released
    from copydesk.dataset.removals import Removed
    from copydesk.labeling.adjudicate import Adjudication
    from copydesk.labeling.agreement import Metric
    from copydesk.labeling.annotators import Annotator, SignIn
    from copydesk.labeling.push import Pushed
    from copydesk.labeling.server import Running
    from copydesk.labeling.stages import Agreed
    from copydesk.labeling.training import Turns
    from copydesk.status import PersonStatus, Status
    from copydesk.validate import Validation

Keys = dict[str, Any]
MINUTE = 60
View = Callable[["Console"], None]


def lines(*texts: str) -> View:
    """Plain lines."""
    return lambda console: console.print("\n".join(texts))


def counted(n: int, one: str, many: str = "") -> str:
    """Such as ``1 file``, ``2 files``."""
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def init(root: Path) -> View:
    """A new project and what to do in it."""
    return lines(
        f"new project in {root}",
        "  put articles into   dataset/raw/articles/   (.txt .html .csv .jsonl …)",
        "  then run            copydesk build",
        "  name targets in     labeling/stance/layer.toml",
    )


def built(outcome: Built) -> View:
    """Counts of a build and its rejects."""

    def draw(console: Console) -> None:
        row = (outcome.read, outcome.kept, outcome.rejected, outcome.families, outcome.links)
        table(console, ("read", "kept", "rejected", "families", "links"), [row])
        if outcome.rejects:
            rows = _rejected(outcome.rejects)
            table(console, ("code", "where", "what"), rows[:20], title="Rejected (all of them: build/rejects.jsonl)")
            if len(rows) > 20:
                console.print(f"… and {len(rows) - 20} more")

    return draw


def _rejected(rejects: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """A row for all rejects of one file that say the same: a table without its texts has one for each of its rows."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in rejects:
        file = each["where"].partition("#")[0]
        alike.setdefault((file, each["code"], each["message"]), []).append(each["where"])
    return [
        (code, places[0] + (f" and {len(places) - 1} more" if len(places) > 1 else ""), message)
        for (_, code, message), places in alike.items()
    ]


def shown(record: Mapping[str, Any]) -> View:
    """A record with its evidence."""
    from copydesk.dataset.show import render

    return lambda console: render(record, console)


def families(seen: Seen) -> View:
    """Links with their relation, singles counted; a pair side by side; links in doubt with their articles."""
    from copydesk.dataset.families import render_families, render_pair, render_review

    if seen.pair:
        a, b = (seen.articles[each] for each in seen.pair)
        return lambda console: render_pair(a, b, next(iter(seen.links), None), seen.score, console)
    if seen.review:
        return lambda console: render_review(seen.links, seen.articles, console)
    return lambda console: render_families(seen.families, seen.links, seen.articles, console)


def annotators(known: Sequence[Annotator]) -> View:
    """Pseudonyms and roles, and who takes over from whom."""
    if not known:
        return lines("nobody labels yet; `copydesk annotators add PSEUDONYM` adds somebody")
    rows = [(each.name, each.role, each.hands_over_to) for each in known]
    columns = ("annotator", "role", "hands over to")
    shown = 3 if any(heir for _, _, heir in rows) else 2
    return lambda console: table(console, columns[:shown], [row[:shown] for row in rows])


def told(entry: SignIn) -> str:
    """What somebody has to know to sign in."""
    return f"{entry.name} signs in at {entry.url}\n  e-mail    {entry.email}\n  password  {entry.password}\n"


def sign_in(entry: SignIn, written: Path | None) -> View:
    """How somebody signs in: in a terminal, or where it was ``written``; never in --json, a log or a pipe."""

    def draw(console: Console) -> None:
        if written:
            console.print(f"{entry.name} signs in at {entry.url}; how, stands in {written}, for you alone to read")
        elif console.is_terminal:
            console.print(told(entry), end="")
        else:
            console.print(f"{entry.name} signs in at {entry.url}")
            console.print("  the password is shown in a terminal only, or written by --sign-in FILE: run this again")

    return draw


def pushed(layers: Mapping[str, Mapping[str, Any]], url: str, people: int) -> View:
    """What was sent, and where people find it."""

    def draw(console: Console) -> None:
        per_layer(layers)(console)
        if people:
            console.print(f"{counted(people, 'annotator')} can label at {url}")
        else:
            console.print("nobody labels yet: `copydesk annotators add PSEUDONYM` says how to sign in; then push again")

    return draw


def trained(layers: Mapping[str, Mapping[str, Any]], url: str, turns: Turns) -> View:
    """What was sent for a training round, who has something to answer, and what comes after."""
    told = []
    if turns.leads:
        told.append(f"{', '.join(turns.leads)}: say what is right, at {url}")
        told.append("  then `copydesk pull`, `copydesk adjudicate` and `copydesk push --training` again")
    if turns.newcomers:
        told.append(f"{', '.join(turns.newcomers)}: answer at {url}")
        told.append("  then `copydesk pull`; `copydesk status` shows how they did, `copydesk push` starts real work")
    if turns.is_disputed:
        told.append("some of it is disputed: `copydesk adjudicate --review` brings that before an adjudicator")
    if not told:
        told = ["all have answered: `copydesk status` shows how they did, `copydesk push` starts real work"]

    def draw(console: Console) -> None:
        per_layer(layers)(console)
        lines(*told)(console)

    return draw


def per_layer(layers: Mapping[str, Mapping[str, Any]]) -> View:
    """One row per layer, one column per count."""
    columns = list(next(iter(layers.values()), {}))
    rows = [(name, *counts.values()) for name, counts in layers.items()]
    return lambda console: table(console, ("layer", *columns), rows)


def running(server: Running) -> View:
    """Where the server is."""
    if not server.running:
        return lines("Label Studio is not running; start it with `copydesk studio start`")
    return lines(f"Label Studio {server.version} at {server.url} (process {server.pid})")


def status(found: Status) -> View:
    """Where everything stands."""
    columns = ("layer", "tasks", "annotated", "gold", "disputed")
    rows = [(name, *asdict(layer).values()) for name, layer in found.layers.items()]

    def draw(console: Console) -> None:
        removed = f" ({found.removed} removed)" if found.removed else ""
        articles, families = counted(found.articles, "article"), counted(found.families, "family", "families")
        console.print(f"{articles} in {families}{removed}")
        table(console, columns, rows)
        if found.people:
            named = ("layer", "annotator", "answered", "median", "left", "training")
            table(console, named, [_person(each) for each in found.people], title="Annotators")

    return draw


def _person(each: PersonStatus) -> tuple[object, ...]:
    pace, trained = each.pace, each.training
    is_shared = pace.asked > 0 and pace.answered == pace.asked and pace.left_s is None  # all that is known: how many
    score = None if trained is None else f"{trained.answered} of {trained.asked}"
    if trained and trained.score is not None:
        score = f"{trained.score:.2f} ({score})"
    return (
        each.layer,
        each.annotator,
        f"{pace.answered}" if is_shared else f"{pace.answered} of {pace.asked}",
        _time(pace.median_s),
        "done" if pace.left_s == 0 and pace.asked else _time(pace.left_s or None),
        score,
    )


def _time(seconds: float | None) -> str | None:
    """Such as ``40 s``, ``25 min``, ``3 h 10 min``."""
    if seconds is None or seconds < MINUTE:
        return None if seconds is None else f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def validation(outcome: Validation) -> View:
    """How much was looked at, and how much of it is wrong; the issues themselves follow on stderr."""
    wrong = len(errors(outcome.issues))
    warned = counted(len(outcome.issues) - wrong, "warning")
    return lines(f"{counted(outcome.checked, 'record')} checked: {counted(wrong, 'error')}, {warned}")


def agreement_keys(agreed: Agreed) -> Keys:
    """``layers{NAME{metrics[…], people[…]}}``."""
    return {
        "layers": {
            name: {
                "metrics": [asdict(each) for each in found],
                "people": [asdict(each) for each in agreed.people.get(name, ())],
            }
            for name, found in agreed.layers.items()
        }
    }


def agreement(agreed: Agreed) -> View:
    """Each figure with its interval, each annotator beside the others; breakdowns and all confusions are in --json."""
    columns = ("layer", "metric", "value", "95 % interval", "units", "people", "what it says")
    rows = [
        (name, each.name, each.value, _interval(each), each.units, each.annotators, each.says)
        for name, found in agreed.layers.items()
        for each in found
        if "." not in each.name and (each.value is not None or each.units or each.annotators > 1)
    ]
    if not rows:
        return lines("nothing to compare yet: no article, target or span has answers of two people")
    people = [
        (name, each.annotator, each.answers, each.median_lead_time_s, each.agreement, each.among_others, each.says)
        for name, found in agreed.people.items()
        for each in found
    ]

    def draw(console: Console) -> None:
        table(console, columns, rows)
        named = ("layer", "annotator", "answers", "median s", "with the others", "among the others", "what it says")
        table(console, named, people, title="Annotators")

    return draw


def _interval(metric: Metric) -> str:
    return "" if metric.low is None else f"{metric.low:.3f} to {metric.high:.3f}"


def adjudication_keys(decided: Mapping[str, Adjudication], referred: Mapping[str, Pushed]) -> Keys:
    """``layers{NAME{gold, disputed, by{…}, unclear[…]}}``, in units; with ``review{…}`` in tasks when referred."""
    keys = {}
    for name, each in decided.items():
        counts = {"gold": len(each.gold), "disputed": len(each.disputed), "by": each.by, "waiting": each.waiting}
        review = {"review": referred[name].as_json()} if name in referred else {}
        keys[name] = counts | {"unclear": each.unclear} | review
    return {"layers": keys}


def adjudication(decided: Mapping[str, Adjudication], referred: Mapping[str, Pushed]) -> View:
    """Units decided and disputed, tasks referred to adjudicators, and cases for the guideline's author."""
    columns = ("layer", "gold", "disputed", "waiting", "decided by")
    rows = [
        (name, len(each.gold), len(each.disputed), each.waiting, ", ".join(f"{how} {n}" for how, n in each.by.items()))
        for name, each in decided.items()
    ]
    unclear = [(name, *case.values()) for name, each in decided.items() for case in each.unclear]

    def draw(console: Console) -> None:
        table(console, columns, rows)
        if referred:
            tasks = [(name, *each.as_json().values()) for name, each in referred.items()]
            table(console, ("layer", "created", "unchanged", "superseded", "total"), tasks, title="Referred, in tasks")
        if unclear:
            named = ("layer", "answer", "article", "target", "adjudicator", "sure", "error", "unclear")
            table(console, named[:-1], [row[:-1] for row in unclear], title="For the guideline's author")

    return draw


def released(cut: Released) -> View:
    """Where a release is, or that there is none."""
    if cut.path is None:
        return lines("nothing was released; the issues say what stands open")
    splits = ", ".join(f"{split} {n}" for split, n in cut.splits.items())
    return lines(
        f"{cut.path}",
        f"  version {cut.version} ({cut.bump}), for the {cut.audience} audience",
        f"  articles: {splits}",
        f"  digest {cut.digest}",
        *_unchanged(cut),
    )


def _unchanged(cut: Released) -> list[str]:
    """That a release repeats what was released, where it does."""
    if cut.unchanged_since is None:
        return []
    if cut.unchanged_since == cut.version:
        return ["  it was cut before and nothing changed since: this is the same release again"]
    return [f"  no row differs from {cut.unchanged_since}; at most its documents do"]


def verified(found: Verification) -> View:
    """Each check and how it went."""
    rows = [("ok" if check.ok else "FAILED", check.name, check.detail) for check in found.checks]

    def draw(console: Console) -> None:
        table(console, ("", "check", "detail"), rows)
        console.print("every check holds" if found.ok else "this release does not hold what it says")

    return draw


def diff(found: Diff, *, whole: bool = False) -> View:
    """Rows and labels that came, went and changed, per config, and the version step. ``whole``: every row by name."""
    configs, tables = found.configs.items(), list[tuple[Sequence[str], Sequence[Sequence[object]]]]()
    fields = {name: (*each.summary()["fields"], *each.fields_added, *each.fields_removed) for name, each in configs}
    counts = [(n, len(each.added), len(each.removed), len(each.changed), ", ".join(fields[n])) for n, each in configs]
    tables.append((("config", "added", "removed", "changed", "fields that changed"), counts))
    labels = [(name, *each.labels.values()) for name, each in configs if each.labels and any(each.labels.values())]
    tables.append((("labels in", "gained", "lost", "relabelled"), labels))
    splits = [
        (config, name, before, after)
        for config, each in found.splits.items()
        for name, (before, after) in each.items()
        if before != after
    ]
    tables.append((("config", "split", "rows before", "after"), splits))

    def draw(console: Console) -> None:
        for columns, rows in tables:
            if rows:
                table(console, columns, rows)
        for what, column in (("family", "family_id"), ("split", "split")):
            moved = found.moved(column)
            console.print(f"articles that moved {what}: {len(moved)}")
            for row in moved:
                console.print(f"  {row['article_id']}: {row['before']} → {row['after']}")
        named = [line for name, each in configs for line in _rows(name, each.rows())]
        console.print("\n".join(named) if whole else "-v names the rows") if named else None
        same = ", as no row and no field differs" if found.is_empty else ""
        console.print(f"from {found.old} to {found.new}: a {found.bump} step{same}")

    return draw


def _rows(config: str, rows: Mapping[str, Any]) -> list[str]:
    """A line for each row that differs."""
    said = [f"  {config} {sign} {row}" for sign, what in (("+", "added"), ("-", "removed")) for row in rows[what]]
    return said + [f"  {config} ~ {each['row']}: {', '.join(each['fields'])}" for each in rows["changed"]]


def published(sent: Published) -> View:
    """Where a release went."""
    if sent.commit is None:
        return lines("nothing was published: the release does not verify")
    return lines(f"{sent.url}", f"  tag {sent.tag}, commit {sent.commit}")


def hydrated(done: Hydrated) -> View:
    """How many texts came back, and which did not."""
    if not done.withheld:
        return lines(
            f"{done.release} withholds no text: there was nothing to put back, and {done.path} is a copy of it"
        )
    lost = [f"  missing    {article_id}" for article_id in done.missing]
    other = [f"  differing  {article_id}: your copy is not the text that was labelled" for article_id in done.differing]
    near = [
        f"  near copy  {row['article_id']}: {row['spans']} spans of answers moved with it, {row['lost']} left out"
        for row in done.reanchored
    ]
    back = f"{counted(done.hydrated, 'text is', 'texts are')} back in {done.path}"
    return lines(back, *near, *lost, *other)


def exported(made: Sequence[Path], to: Path) -> View:
    """How much was written; formats that hold labels only have nothing for articles without gold."""
    if len(made) == 1:
        return lines(f"no article has gold that this format holds; {to / 'index.tsv'} lists the articles")
    return lines(f"{len(made)} files in {to}; index.tsv lists the articles")


def removed(gone: Removed) -> View:
    """What is out of later releases, and where something of it remains."""
    rows = [(each.where, each.what, each.clear) for each in gone.remains]

    def draw(console: Console) -> None:
        articles, answers = counted(len(gone.articles), "article"), counted(gone.labels, "answer")
        console.print(f"out of all later releases: {articles} with {answers}")
        if gone.twins:
            console.print(
                f"the same text stands in {', '.join(gone.twins)}: no release can be cut until they go, too; "
                "add --twins to remove them"
            )
        if gone.kin:
            console.print(f"of its family there stay {', '.join(gone.kin)}: add --family to remove them, too")
        if rows:
            table(console, ("where", "what remains", "how to clear it"), rows)

    return draw
