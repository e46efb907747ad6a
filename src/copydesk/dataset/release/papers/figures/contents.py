"""What is in a release: rows, fields, families, splits."""

from __future__ import annotations

from collections import Counter

from copydesk.dataset.release.papers import shapes
from copydesk.dataset.release.papers.markdown import bullets, code, escape, number, share, table
from copydesk.dataset.release.papers.summary import Summary
from copydesk.project import SPLITS


def about(summary: Summary) -> str:
    """Name, version, size in one paragraph."""
    facts = summary.facts
    languages = ", ".join(facts.languages)
    layers = ", ".join(layer.name for layer in facts.layers) or "no layer"
    return (
        f"Version **{facts.version}**, {facts.audience} release of {facts.released_at[:10]}: "
        f"{_n(summary.n_articles, 'article', 'articles')} in {_n(len(summary.families), 'family', 'families')} "
        f"(language {languages}), labelled for {layers}."
    )


def instances(summary: Summary) -> str:
    """What one row of each config is."""
    rows = [(code(config), escape(shapes.row_schema(summary.facts, config)["description"])) for config in _all(summary)]
    return table(("config", "one row is"), rows)


def rows(summary: Summary) -> str:
    """Rows by config and split; configs and splits without rows are named."""
    facts = summary.facts
    body = [
        (code(config), *(number(facts.n_rows(config, split)) for split in SPLITS), number(facts.n_rows(config)))
        for config in _all(summary)
    ]
    notes = []
    absent = [config for config in _all(summary) if config not in facts.configs]
    if absent:
        notes.append(f"Without rows, so not published as configs: {', '.join(map(code, absent))}.")
    if summary.left_out:
        notes.append(f"Empty splits, left out: {', '.join(summary.left_out)}.")
    if facts.withheld and facts.audience == "public":
        notes.append(f"Labels of {', '.join(facts.withheld)} are withheld, individual answers included.")
    return "\n\n".join([table(("config", *SPLITS, "all"), body), *notes])


def fields(summary: Summary) -> str:
    """A field table per config."""
    return "\n\n".join(_field_table(summary, config) for config in summary.facts.configs)


def _field_table(summary: Summary, config: str) -> str:
    body = []
    for field in shapes.fields(summary.facts, config):
        values = f" One of: {', '.join(code(value) for value in field.values)}." if field.values else ""
        body.append((code(field.name), escape(field.type), escape(field.description) + values))
    return f"**{config}**\n\n" + table(("field", "type", "meaning"), body)


def missing(summary: Summary) -> str:
    """How often each optional field of an article is null, and why a field may be null."""
    body = [(code(name), share(count, summary.n_articles)) for name, count in summary.missing.items()]
    return (
        "A field is null where the input does not say it: Copydesk asserts no date, author or publisher that it "
        "has not read.\n\n" + table(("field of an article", "null or empty"), body)
    )


def relations(summary: Summary) -> str:
    """Relations that rows make explicit, with their number."""
    bands = summary.by("links", 0)
    found = [
        f"article to family: `family_id`, {number(len(summary.families))} families",
        f"article to article: config `families`, {number(summary.n_links)} links ({_counts(bands)})",
    ]
    found += [
        f"gold span to article ({layer}): {number(count)} spans, each with the ids of the answers it rests on"
        for layer, count in summary.spans.items()
    ]
    found.append(f"answer to article and annotator: config `annotations`, {number(summary.n_answers)} answers")
    return bullets(found)


def splits(summary: Summary) -> str:
    """How families were dealt, and what came out; says plainly when there are too few for three splits."""
    how = summary.facts.splitting
    shares = ", ".join(f"{name} {getattr(how, name):g}" for name in SPLITS)
    lines = [
        f"Policy `{how.policy}`, shares {shares}, salt {code(how.salt) or 'none'}. Whole families are dealt, the "
        "*possible* band taken together with them, so no derivation crosses splits; a family once released in a "
        "split stays there.",
        table(("split", "articles", "families"), [_split_row(summary, split) for split in SPLITS]),
    ]
    if said := shared_passages(summary):
        lines.append(said)
    if summary.left_out:
        plural = "family" if len(summary.families) == 1 else "families"
        got = " and ".join(summary.facts.splits) or "no split"
        lines.append(
            f"With {len(summary.families)} {plural} there is no more than {got}: "
            f"{' and '.join(summary.left_out)} would be empty and {'is' if len(summary.left_out) == 1 else 'are'} left "
            "out. Measure nothing on splits this small."
            if len(summary.families) < 30
            else f"Left out as empty: {' and '.join(summary.left_out)}."
        )
    return "\n\n".join(lines)


def shared_passages(summary: Summary) -> str:
    """What the search for sentences in several splits found, whatever families say; empty where nobody searched."""
    found = summary.facts.scans.get("leaks")
    if not found:
        return ""
    none = "none stands" if not found["passages"] else f"{number(found['passages'])} stand"
    where = f", in {number(found['articles'])} articles" if found["passages"] else ""
    return f"Of sentences with {found['least']} code points and more, {none} in articles of two splits{where}."


def _split_row(summary: Summary, split: str) -> tuple[str, str, str]:
    return split, number(summary.count("articles")[split]), number(summary.families_in[split])


def held_out(summary: Summary) -> str:
    """Articles kept out of all splits, with the reason of each."""
    held = summary.facts.held_out
    body = [(code(each.article_id), code(each.reason), escape(each.detail)) for each in held]
    return "Held out of every split: " + ("\n\n" + table(("article", "reason", "detail"), body) if body else "none.")


def redundancy(summary: Summary) -> str:
    """How much of the corpus derives from something else in it."""
    shared = [members for members in summary.families.values() if len(members) > 1]
    articles = sum(map(len, shared))
    wording = Counter({", ".join(key): size for key, size in summary.by("links", 1, 2).items()})
    return bullets(
        [
            f"in a family with others: {share(articles, summary.n_articles)} articles, in "
            f"{_n(len(shared), 'family', 'families')}; the largest has {max(map(len, shared), default=1)}",
            f"links by band: {_counts(summary.by('links', 0))}",
            f"links by extent and wording: {_counts(wording)}",
            f"quality marks: {_counts(summary.count('quality'))}",
        ]
    )


def families(summary: Summary) -> str:
    """Families with more than one article, the largest first; at most twenty."""
    shared = sorted(summary.families.items(), key=lambda each: (-len(each[1]), each[0]))
    body = [
        (code(name), number(len(members)), ", ".join(code(article_id) for article_id in members[:10]))
        for name, members in shared[:20]
        if len(members) > 1
    ]
    return table(("family", "articles", "members"), body)


def _all(summary: Summary) -> list[str]:
    return ["articles", *(layer.name for layer in summary.facts.layers), "annotations", "families"]


def _counts(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{escape(name)} {number(count)}" for name, count in ordered) or "none"


def _n(count: int, one: str, many: str) -> str:
    return f"{number(count)} {one if count == 1 else many}"
