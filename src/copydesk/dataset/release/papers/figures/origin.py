"""Where articles came from and what was done to them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from copydesk.dataset.release.papers.figures.contents import _counts
from copydesk.dataset.release.papers.markdown import bullets, code, escape, number, share, table
from copydesk.dataset.release.papers.summary import Summary

TOP = 20  #: publishers listed by name


def intake(summary: Summary) -> str:
    """What was read, kept, rejected, and how much of that is in the release."""
    build = summary.facts.build
    lines = [f"{name}: {number(build[name])}" for name in ("read", "kept", "rejected") if name in build]
    codes = build.get("rejects") or {}
    lines += [f"rejected as {code(name)}: {number(count)}" for name, count in sorted(codes.items())]
    lines.append(f"articles in this release: {number(summary.n_articles)}; held out: {len(summary.facts.held_out)}")
    return bullets(lines)


def sources(summary: Summary) -> str:
    """Articles per source, with reader and media type."""
    grouped = _top(summary.count("sources"))
    body = [(code(source), code(reader), code(media), number(count)) for (source, reader, media), count in grouped]
    table_ = table(("source", "reader", "media type", "articles"), body)
    return f"{table_}\n\nTexts were read as received; labels are judgements of the annotators."


def readers(summary: Summary) -> str:
    """Readers and the versions of Copydesk that ran them."""
    grouped = _top(summary.count("readers"))
    body = [(code(reader), code(version), number(count)) for (reader, version), count in grouped]
    head = "Retrieval happened before Copydesk saw the files. Reading them:\n\n"
    return head + table(("reader", "Copydesk", "articles"), body)


def publishers(summary: Summary) -> str:
    """Publishers and agencies as the articles name them."""
    lines = []
    for what in ("publishers", "agencies"):
        counts = summary.count(what)
        rest = len(counts) - TOP
        more = f", and {number(rest)} more" if rest > 0 else ""
        lines.append(f"{what}: {_counts(Counter(dict(_top(counts)[:TOP])))}{more}")
    return bullets(lines)


def timeframe(summary: Summary) -> str:
    """Ranges of retrieval and publication, over the articles that say them."""
    lines = []
    for what, field in (("retrieved", "retrieved_at"), ("published", "published")):
        known, times = summary.count("known")[field], summary.tally
        span = f", from {times.earliest[field][:10]} to {times.latest[field][:10]}" if known else ""
        lines.append(f"{what}: known for {share(known, summary.n_articles)} articles{span}")
    bounds, earliest = summary.count("known")["published_earliest"], summary.tally.earliest.get("published_earliest")
    since = f", the earliest {earliest}" if earliest else ""
    lines.append(f"without a date, but with a day before which they cannot be: {number(bounds)}{since}")
    return bullets(lines)


def preprocessing(summary: Summary) -> str:
    """What build does to every text, and what it took out."""
    return (
        "Text is normalised once (Unicode NFC, line breaks as `\\n`) and stays as it is under its `text_sha256`. "
        "Headlines, datelines, credits and page furniture are taken out of the text; `provenance` holds each reading "
        "(`findings`) and each removal (`removed`) with its place in the raw input.\n\n"
        f"Stretches removed, by kind: {_counts(summary.count('removed'))}."
    )


def raw(summary: Summary) -> str:
    """Raw bytes are kept by the makers; each article names theirs by digest."""
    size = summary.count("raw_bytes").total()
    return (
        f"Yes: {number(size)} bytes as received, kept unedited under `dataset/raw/` of the project; they are not part "
        "of a release. `provenance.raw_sha256` of each article names its bytes, `provenance.segments` maps its text "
        "back to them."
    )


def external(summary: Summary) -> str:
    """Addresses, and whether the words are in the release."""
    urls = summary.n_articles - summary.count("missing")["url"]
    absent = summary.count("uncleared").total() if summary.facts.audience == "public" else 0
    return bullets(
        [
            f"articles that name their address: {share(urls, summary.n_articles)}; nothing is fetched from it",
            f"articles whose words are not in this release: {share(absent, summary.n_articles)}"
            + ("; offsets, digests and labels are; `copydesk hydrate` puts texts back" if absent else ""),
        ]
    )


def personal(summary: Summary) -> str:
    """What the search of the full texts for personal data found, by kind."""
    found = summary.facts.scans.get("personal")
    if found is None:
        return "The texts were not searched for personal data."
    body = [(code(kind), number(count["hits"]), number(count["articles"])) for kind, count in sorted(found.items())]
    head = "The full texts were searched for data that points at a person beyond the name:\n\n"
    return head + table(("kind", "hits", "articles"), body)


def removals(summary: Summary) -> str:
    """How many articles were taken out for good."""
    reasons = Counter(removal["reason"] for removal in summary.facts.removals)
    listed = [f"{escape(reason)}: {number(count)}" for reason, count in sorted(reasons.items())]
    head = f"`copydesk remove` takes an article out of every later release; so far {len(summary.facts.removals)}."
    return head + ("\n\n" + bullets(listed) if listed else "")


def _top(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], str(each[0])))
