"""The release as a package: version, files, licence, how to load and check it."""

from __future__ import annotations

from copydesk.dataset.release.papers.figures.contents import _counts
from copydesk.dataset.release.papers.markdown import bullets, code, escape, number, table
from copydesk.dataset.release.papers.summary import Summary


def package(summary: Summary) -> str:
    """Shards and their size."""
    facts = summary.facts
    size = sum(shard.bytes for shard in facts.shards)
    return (
        f"As a folder of Parquet files with documents and checksums: {number(len(facts.shards))} data files, "
        f"{number(size)} bytes, tag `{facts.version}`. This is the {facts.audience} release."
    )


def files(summary: Summary) -> str:
    """Every data file with rows, size and digest."""
    body = [
        (code(shard.path), number(shard.rows), number(shard.bytes), code(shard.sha256[:16]))
        for shard in summary.facts.shards
    ]
    return table(("file", "rows", "bytes", "sha256, first 16"), body)


def software(summary: Summary) -> str:
    """Versions that made the bytes."""
    body = [(escape(name), code(version)) for name, version in sorted(summary.facts.tools.items())]
    head = "Copydesk is open source (Apache-2.0), and so is all it ran:\n\n"
    return head + table(("software", "version"), body)


def released(summary: Summary) -> str:
    """The instant of the release."""
    return f"Version {summary.facts.version} was cut at {summary.facts.released_at}."


def license_(summary: Summary) -> str:
    """The licence of the dataset, and of the texts in it."""
    licences = summary.by("rights", 1)
    return (
        f"Labels, links and documents: {code(summary.facts.license)}. Texts keep their own licence; "
        f"articles by licence: {_counts(licences)}."
    )


def rights(summary: Summary) -> str:
    """What each source allows."""
    body = [
        (code(source), escape(licence), "yes" if may else "no", number(count))
        for (source, licence, may), count in sorted(summary.count("rights").items())
    ]
    return table(("source", "licence of its texts", "may be redistributed", "articles"), body)


def errata(summary: Summary) -> str:
    """Where errors are recorded."""
    facts = summary.facts
    since = f" It follows {facts.previous}, as a {facts.bump} step." if facts.previous else " It is the first."
    return f"`CHANGELOG.md` lists every change of rows and labels by version.{since}"


def version(summary: Summary) -> str:
    """What the version says."""
    return (
        f"This is version {summary.facts.version}. A released row is never edited: a patch changes documents only, a "
        "minor version adds rows or fields, a major one changes or removes some."
    )


def verify(summary: Summary) -> str:
    """How to check a copy."""
    name = _folder(summary)
    return (
        f"```sh\nsha256sum -c SHA256SUMS      # in {name}: no file changed\n"
        f"copydesk verify {name}   # files, rows, spans, splits, numbers in these documents\n```"
    )


def load(summary: Summary) -> str:
    """How to load each config."""
    facts = summary.facts
    lines = ["```python", "from datasets import load_dataset", ""]
    for config in facts.configs:
        split = next(shard.split for shard in facts.shards if shard.config == config)
        lines.append(f'{config} = load_dataset("{_folder(summary)}", "{config}", split="{split}")')
    return "\n".join([*lines, "```"])


def limits(summary: Summary) -> str:
    """Limits that can be seen in the data."""
    found = []
    if summary.n_articles < 100:
        found.append(f"{number(summary.n_articles)} articles are too few to train or compare models on")
    if summary.left_out:
        found.append(f"there is no {' and no '.join(summary.left_out)} split")
    if summary.missing.get("published"):
        found.append(f"{number(summary.missing['published'])} articles have no publication date")
    for layer in summary.facts.layers:
        if layer.name not in summary.facts.configs:
            found.append(f"layer {code(layer.name)} has no gold: only individual answers, where there are any")
    if summary.facts.disputes:
        found.append(f"{number(len(summary.facts.disputes))} units are disputed and are not in gold")
    if summary.facts.audience == "public":
        found.append("words of sources that are not cleared are null")
    if summary.facts.reanchored:
        near = number(len(summary.facts.reanchored))
        found.append(f"{near} articles hold a reader's own near copy, to which labels were moved")
    return bullets(found) if found else "None that the numbers show."


def _folder(summary: Summary) -> str:
    suffix = "-public" if summary.facts.audience == "public" else ""
    return f"{summary.facts.name}-{summary.facts.version}{suffix}"
