"""The sections of the report, each from the summary alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from copydesk.dataset.release.papers.figures.contents import shared_passages
from copydesk.dataset.release.papers.report_page import plots
from copydesk.dataset.release.papers.report_page.markup import count, section, table, text
from copydesk.dataset.release.papers.summary import Summary
from copydesk.project import SPLITS

TOP = 12  #: names in a plot; the rest are added up


def overview(summary: Summary) -> str:
    """How much there is, in tiles, and rows per config and split."""
    decided = sum(sum(counts.values()) for counts in summary.decided.values())
    tiles = (
        ("articles", summary.n_articles),
        ("families", len(summary.families)),
        ("links", summary.n_links),
        ("answers", summary.n_answers),
        ("annotators", len(summary.annotators)),
        ("gold units", decided),
        ("disputed units", len(summary.facts.disputes)),
        ("held out", len(summary.facts.held_out)),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{count(value)}</dd></div>" for name, value in tiles)
    facts = summary.facts
    rows = {config: {split: facts.n_rows(config, split) for split in facts.splits} for config in facts.configs}
    plot = plots.stacked("Rows per config and split", rows, facts.splits)
    return section("overview", "What is in it", f'<dl class="tiles">{shown}</dl>', plot, _absent(summary))


def _absent(summary: Summary) -> str:
    said = []
    if summary.left_out:
        said.append(f"Empty splits, left out: {', '.join(summary.left_out)}.")
    if summary.facts.audience == "public":
        said.append("This is a public release: words of sources that are not cleared are withheld.")
    return "".join(f'<p class="note">{line}</p>' for line in said)


def sources(summary: Summary) -> str:
    """Where articles come from."""
    body = [
        (text(source), text(licence), "yes" if may else "no", count(size))
        for (source, licence, may), size in sorted(summary.count("rights").items())
    ]
    header = ("source", "licence of its texts", "may be redistributed", "articles")
    return section(
        "sources",
        "Sources",
        plots.bars("Articles per publisher", _top(summary.count("publishers"))),
        table(header, body),
    )


def time(summary: Summary) -> str:
    """When articles were published, as far as they say so."""
    days, bounded = summary.count("days"), summary.count("known")["published_earliest"]
    unknown = summary.n_articles - days.total()
    note = f'<p class="note">{count(unknown)} of {count(summary.n_articles)} articles state no date; none is guessed. '
    note += f"For {count(bounded)} of these, the text names a day before which they cannot be.</p>"
    if not days:
        return section("time", "Timeline", note)
    return section("time", "Timeline", plots.timeline("Articles by time of publication", _periods(days)), note)


def _periods(days: Counter[str]) -> dict[str, int]:
    """Articles per month, or per year when they span more than four; empty periods are there too."""
    first, last = ((int(day[:4]), int(day[5:7])) for day in (min(days), max(days)))
    found: Counter[str] = Counter()
    if last[0] - first[0] > 4:
        for day, size in days.items():
            found[day[:4]] += size
        return {f"{year:04d}": found[f"{year:04d}"] for year in range(first[0], last[0] + 1)}
    for day, size in days.items():
        found[day[:7]] += size
    months = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return {f"{n // 12:04d}-{n % 12 + 1:02d}": found[f"{n // 12:04d}-{n % 12 + 1:02d}"] for n in months}


def labels(summary: Summary) -> str:
    """Gold labels per split, and how far each split is from the whole."""
    parts = []
    for each in summary.distributions:
        title = f"{each.config}: {each.column}"
        if not each.total:
            parts.append(f"<div><h3>{text(title)}</h3><p>None decided.</p></div>")
            continue
        shown = [label for label in each.labels if each.total[label]]
        counts = {label: {split: each.counts[split][label] for split in each.counts} for label in shown}
        never = [label for label in each.labels if not each.total[label]]
        note = _distances({split: each.distance(split) for split in each.counts}) if len(each.counts) > 1 else ""
        note += f" Never: {', '.join(map(text, never))}." if never else ""
        plot = plots.stacked(f"Gold labels, {title}", counts, list(each.counts))
        parts.append(f'<div><h3>{text(title)}</h3>{plot}<p class="note">{note.strip()}</p></div>')
    return section("labels", "Labels", f'<div class="columns">{"".join(parts)}</div>')


def _distances(values: Mapping[str, float | None]) -> str:
    shown = ", ".join(f"{split} {'–' if value is None else f'{value:.3f}'}" for split, value in values.items())
    return f"Distance of each split from the whole (total variation): {shown}."


def agreement(summary: Summary) -> str:
    """Agreement with intervals, and what it says about the work."""
    parts = []
    for layer, metrics in summary.agreement.items():
        told = [metric for metric in metrics if metric["value"] is not None]
        shown = [plots.Interval(each["name"], each["value"], each["low"], each["high"]) for each in told]
        plot = plots.intervals(f"Agreement in {layer}", shown) if shown else ""
        says = "".join(f"<li><b>{text(each['name'])}</b>: {text(each['says'])}</li>" for each in metrics)
        parts.append(f"<h3>{text(layer)}</h3>{plot}<ul>{says}</ul>")
    note = '<p class="note">Of people, before adjudication; bars are 95 % bootstrap intervals over articles.</p>'
    return section("agreement", "Agreement", *(parts or ["<p>No answers in this release.</p>"]), note)


def annotators(summary: Summary) -> str:
    """Who answered how much, by pseudonym."""
    layers = [layer.name for layer in summary.facts.layers]
    body = [
        (
            text(each.name),
            ", ".join(each.roles),
            *(count(each.answers[layer]) for layer in layers),
            count(each.skipped),
            "–" if each.median_s is None else f"{each.median_s:.0f}",
        )
        for each in summary.annotators
    ]
    header = ("annotator", "role", *map(text, layers), "skipped", "median seconds")
    return section("annotators", "Annotators", table(header, body))


def splits(summary: Summary) -> str:
    """Splits by family, and the check that nothing leaks from one into another."""
    placed = Counter(family_id for family_id, _ in summary.tally.families)
    crossing = [family_id for family_id, size in placed.items() if size > 1]
    body = [
        (
            split,
            count(summary.count("articles")[split]),
            count(summary.families_in[split]),
        )
        for split in SPLITS
    ]
    held = [(text(each.article_id), text(each.reason), text(each.detail)) for each in summary.facts.held_out]
    verdict = f"{count(len(crossing))} families lie in more than one split. {text(shared_passages(summary))}".strip()
    parts = [table(("split", "articles", "families"), body), f'<p class="note">Leak check: {verdict}</p>']
    if held:
        parts.append(table(("held out", "reason", "detail"), held))
    return section("splits", "Splits and leaks", *parts)


def _top(counts: Counter[str]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    rest = sum(size for _, size in ordered[TOP:])
    return dict(ordered[:TOP]) | ({f"{len(ordered) - TOP} others": rest} if rest else {})
