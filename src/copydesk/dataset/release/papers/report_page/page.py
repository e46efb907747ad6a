"""Puts the report together: head, sections, viewer."""

from __future__ import annotations

from pathlib import Path

from copydesk.dataset.release.papers.report_page import families, sections, viewer
from copydesk.dataset.release.papers.report_page.markup import data, section, text
from copydesk.dataset.release.papers.summary import Summary
from copydesk.project import SPLITS

HERE = Path(__file__).parent
#: Nothing may be loaded from anywhere: what the page needs is in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
CONTENTS = (
    ("overview", "Overview"),
    ("articles", "Articles"),
    ("families", "Families"),
    ("labels", "Labels"),
    ("agreement", "Agreement"),
    ("annotators", "Annotators"),
    ("splits", "Splits"),
    ("sources", "Sources"),
    ("time", "Timeline"),
)


def render(summary: Summary) -> str:
    """The whole page."""
    facts = summary.facts
    title = f"{facts.title or facts.name} {facts.version}"
    selection = viewer.select(summary)
    links = "".join(f'<a href="#{name}">{words}</a>' for name, words in CONTENTS)
    body = (
        sections.overview(summary),
        _viewer(summary, selection),
        families.families(summary),
        sections.labels(summary),
        sections.agreement(summary),
        sections.annotators(summary),
        sections.splits(summary),
        sections.sources(summary),
        sections.time(summary),
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<link rel="icon" href="data:,">
<title>{text(title)}</title>
<style>
{_read("style.css")}</style>
</head>
<body>
<a class="skip" href="#overview">To the contents</a>
<header>
<h1>{text(facts.title or facts.name)}</h1>
<p>Version {text(facts.version)}, {text(facts.audience)} release of {text(facts.released_at[:10])}.
{text(facts.description)}</p>
<nav aria-label="Contents">{links}</nav>
</header>
<main>
{"".join(body)}
</main>
<footer><p>Computed from the files of this release; <code>copydesk verify</code> computes it again.</p></footer>
<script type="application/json" id="data">{data(viewer.content(summary, selection))}</script>
<script>
{_read("viewer.js")}</script>
</body>
</html>
"""


def _viewer(summary: Summary, selection: viewer.Selection) -> str:
    """The frame that the script fills."""
    splits = "".join(f"<option>{split}</option>" for split in SPLITS if split in summary.facts.splits)
    layers = "".join(
        f'<option value="{text(layer.name)} {state}">{text(layer.title)}: {state}</option>'
        for layer in summary.facts.layers
        for state in ("gold", "disputed", "annotated", "unlabelled")
        if summary.states[layer.name][state]
    )
    controls = (
        '<form id="find" role="search"><input id="query" type="search" placeholder="Search titles and words"'
        ' aria-label="Search titles and words" autocomplete="off">'
        f'<select id="split" aria-label="Split"><option value="">every split</option>{splits}</select>'
        f'<select id="state" aria-label="State in a layer"><option value="">every state</option>{layers}</select>'
        "</form>"
    )
    keys = "Keys: / to search, arrows or j and k through the list."
    return section(
        "articles",
        "Articles",
        f'<p class="note">{selection.said} <span class="keys">{keys}</span></p>',
        controls,
        '<p id="found" class="note" role="status"></p>',
        '<div class="desk"><ol id="list" aria-label="Articles"></ol><article id="shown" tabindex="-1"></article></div>',
        "<noscript><p>The viewer needs JavaScript; everything else on this page does not.</p></noscript>",
    )


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
